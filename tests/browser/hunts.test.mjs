// What the hunts found, on the page, against the engine's own report; and their thresholds in the rule's form.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { huntsText } from "../../pkg-config/npm/text/hunts.js";
import { report } from "./engine.mjs";
import { folder, noBarriers, pageTest } from "./fixture.mjs";
import { dropFiles, screenshot, settled, untilDetail, untilRead, untilText } from "./harness.mjs";

/** 2026-03-02T10:00:00Z in seconds. */
const START = 1_772_445_600;

const flow = (at, source, destination, port, received = 0) => ({
  _path: "conn",
  ts: START + at,
  uid: `C${at}${source}${port}`,
  "id.orig_h": source,
  "id.orig_p": 40_000,
  "id.resp_h": destination,
  "id.resp_p": port,
  proto: "tcp",
  orig_bytes: 60,
  resp_bytes: received,
});
const lookup = (at, source, query, rcode_name) => ({
  _path: "dns",
  ts: START + at,
  uid: `D${at}${source}`,
  "id.orig_h": source,
  "id.orig_p": 5353,
  "id.resp_h": "10.0.0.1",
  "id.resp_p": 53,
  proto: "udp",
  query,
  rcode_name,
});
const named = (at, source, server_name) => ({
  _path: "ssl",
  ts: START + at,
  uid: `S${at}${source}`,
  "id.orig_h": source,
  "id.orig_p": 40_000,
  "id.resp_h": `203.0.113.${(at / 600) % 200}`,
  "id.resp_p": 443,
  server_name,
});

const times = (count, make) => Array.from({ length: count }, (_, index) => make(index));

/** Letters from a small generator. */
function randomNames(count) {
  let state = 20_260_302;
  const letter = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return String.fromCharCode(97 + ((state >>> 16) % 26));
  };
  return times(count, () => `${times(12, letter).join("")}.com`);
}

/** Markup as a name: the engine takes no name with a blank, and markup needs none. */
const EVIL = "<img/src=x/onerror=alert(1)>.com";
const BLANKS = "<img src=x onerror=alert(1)>.com";

/** A file of Zeek for each kind of record, as Zeek writes them. */
const FILES = Object.entries({
  // Ports of one host, hosts on one port, a busy client, and a pair that stayed open.
  "conn.log": [
    ...times(40, (n) => flow(n, "10.0.0.5", "192.0.2.1", 1000 + n)),
    ...times(30, (n) => flow(n, "10.0.0.6", `198.51.100.${n}`, 445)),
    ...times(150, (n) => flow(n, "10.0.0.8", "192.0.2.9", 443, 5000)),
    ...times(2, (n) => ({ ...flow(n * 4000, "10.0.0.9", "192.0.2.7", 8443, 900), duration: 3900 })),
    // The window ends with the last flow, and is to hold all lookups.
    flow(60_000, "10.0.0.12", "192.0.2.8", 80, 900),
  ],
  "dns.log": [
    ...randomNames(120).map((name, n) => lookup(n, "10.0.0.10", name, "NXDOMAIN")),
    ...times(100, (n) => lookup(n * 600, "10.0.0.7", "beacon.example.net", "NOERROR")),
    ...times(100, (n) => lookup(n * 600, "10.0.0.11", EVIL, "NOERROR")),
    ...times(100, (n) => lookup(n * 600, "10.0.0.13", BLANKS, "NOERROR")),
    ...times(100, (n) => lookup(n * 600, "10.0.0.14", "www.msftconnecttest.com", "NOERROR")),
  ],
  "ssl.log": times(100, (n) => named(n * 600, "10.0.0.7", "Beacon.Example.NET")),
}).map(([name, records]) => [name, `${records.map((record) => JSON.stringify(record)).join("\n")}\n`]);

const reportOf = (rule) =>
  report(
    FILES.map(([name, text]) => [name, Buffer.from(text)]),
    rule,
  );

/** A test of the page with the dropped files. */
function huntTest(name, steps, options) {
  const onFiles = async (page) => {
    const paths = await Promise.all(FILES.map(([file, text]) => folder.write(file, text)));
    await dropFiles(page, paths);
    await untilRead(page, ...FILES.map(([file]) => file));
    await steps(page);
  };
  pageTest(name, onFiles, options);
}

/** The groups that are shown: title, and the cells of each row by the heads of their columns. */
const shownGroups = (page) =>
  page.$$eval(".hunt", (groups) =>
    groups.map((group) => {
      const heads = [...group.querySelectorAll("thead th")].map((head) => head.textContent);
      const rows = [...group.querySelectorAll("tbody tr")].map((row) =>
        Object.fromEntries([...row.cells].map((cell, index) => [heads[index], cell.textContent])),
      );
      return [group.querySelector("h3").textContent, rows];
    }),
  );

const TITLES = {
  dga: "Generated names (DGA)",
  vertical_scan: "Vertical scans",
  horizontal_scan: "Horizontal scans",
  burst: "Bursts",
  long_connection: "Long connections",
};

/** What must be seen of each hit: titles with source, destination, first number of the count, sentence. */
function expectedGroups({ hunts, host_beacons }) {
  const groups = new Map();
  const put = (title, ...row) => groups.set(title, [...(groups.get(title) ?? []), row]);
  for (const host of host_beacons) {
    const title = `Beacons by host name, ${host.looked_up ? "lookups" : "connections"}`;
    put(
      title,
      host.sourceip,
      host.host,
      host.connection_count,
      host.first_seen,
      host.last_seen,
      host.verdict + knownOf(host),
    );
  }
  for (const hit of hunts) {
    const several = hit.destinationip ?? "several";
    const what = hit.sentence + hit.examples.join(", ");
    const number = hit.unit === "seconds" ? null : hit.count;
    put(TITLES[hit.hunt], hit.sourceip, several, number, hit.first_seen, hit.last_seen, what);
  }
  return Object.fromEntries(groups);
}

/** What is known of a host by its name stands after its verdict. */
function knownOf({ priority_parts }) {
  const known = priority_parts.find(({ name }) => name === "known_host");
  return known ? `priority −${-known.points}: ${known.reason}` : "";
}

const asExpected = (groups) =>
  Object.fromEntries(
    groups.map(([title, rows]) => [
      title,
      rows.map((row) => [
        row.source,
        row.host ?? row.destination,
        /^[\d,]+ (?!h|min|s\b)/.test(row.count) ? Number(row.count.split(" ")[0].replaceAll(",", "")) : null,
        row["first seen"],
        row["last seen"],
        row.verdict ?? row.what,
      ]),
    ]),
  );

const sumOf = ({ hunts, host_beacons }) => hunts.length + host_beacons.length;

const openForm = (page) => page.click(".rule-more summary >> text=/^Hunts$/");

huntTest("all that the engine hunted down is shown, hunt by hunt", async (page) => {
  const expected = await reportOf({});
  assert.deepEqual(
    new Set(expected.hunts.map(({ hunt }) => hunt)),
    new Set(Object.keys(TITLES)),
    "the files show every hunt",
  );
  assert.deepEqual(new Set(expected.host_beacons.map((host) => host.looked_up)), new Set([true, false]));
  const groups = await shownGroups(page);
  assert.deepEqual(asExpected(groups), expectedGroups(expected));
  assert.equal(expected.host_beacons.map(knownOf).filter(Boolean).length, 1);
  const [long] = groups.find(([title]) => title === "Long connections")[1];
  assert.deepEqual([long.count, long.threshold, long.port], ["2 h 10 min", "more than 1 h", "8443"]);
  assert.match(await page.textContent("[data-hunt='Bursts'] > .hint"), /1 hit: more than 100 connections/);

  // The list says so, and its link leads there, also when the section is closed.
  await page.click("#hunts");
  assert.equal(await page.isVisible(".hunt-groups"), false);
  await page.click(`.list-head a >> text=${sumOf(expected)} hits of the hunts`);
  assert.equal(await page.isVisible(".hunt-groups"), true);
  await page.waitForFunction(() => {
    const { top, bottom } = document.getElementById("hunts").getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight;
  });
  await noBarriers(page);
  await screenshot(page, "hunts", { fullPage: true });
});

huntTest("names from files are text and never markup", async (page) => {
  const { host_beacons } = await reportOf({});
  const evil = host_beacons.filter(({ host }) => host === EVIL);
  assert.equal(evil.length, 1);
  assert.equal(host_beacons.filter(({ host }) => host === BLANKS).length, 0);
  assert.equal(await page.textContent(`.hunt tr:has-text("${EVIL}") [data-column=host]`), EVIL);
  assert.equal(await page.locator("img").count(), 0);
});

huntTest("a hit that is about a pair opens that pair", async (page) => {
  await page.click("[data-hunt='Bursts'] tbody button");
  await untilDetail(page, "10.0.0.8", "192.0.2.9", 443);
  assert.equal(await page.locator(".hunt-hits [aria-current]").count(), 1);
  // The details say which hunt it is part of.
  const { hunts } = await reportOf({});
  const { sentence } = hunts.find(({ hunt }) => hunt === "burst");
  assert.equal(await page.textContent("#detail .hunts-met"), `Hunts it has part inburst: ${sentence}`);
  assert.equal(await page.locator("[data-hunt='Generated names (DGA)'] tbody button").count(), 0);
});

huntTest("thresholds are changed in the form, and what they find is found again", async (page) => {
  await openForm(page);
  const cases = [
    [
      "#rule-hunts-burst-connections",
      "150",
      { burst: { connections: 150 } },
      "bursts (more connections than)",
    ],
    ["#rule-hunts-scan-ports", "41", { scan: { ports: 41 } }, "scans (least ports of one destination)"],
    ["#rule-hunts-dga-domains", "121", { dga: { domains: 121 } }, "generated names (DGA)"],
    ["#rule-hunts-long-connection-minutes", "130", { long_connection: { minutes: 130 } }, "long connections"],
  ];
  const before = await reportOf({});
  for (const [control, value, hunts, difference] of cases) {
    const standard = await page.inputValue(control);
    await page.fill(control, value);
    await settled(page);
    const expected = await reportOf({ hunts });
    assert.equal(sumOf(expected), sumOf(before) - 1, control);
    assert.deepEqual(asExpected(await shownGroups(page)), expectedGroups(expected), control);
    const told = await page.textContent(".rule-difference");
    assert.ok(
      told.startsWith("Differs from the default rule in 1 field: ") && told.includes(difference),
      told,
    );
    assert.equal(await page.locator(".field.changed").count(), 1);
    await page.fill(control, standard);
    await settled(page);
    assert.match(await page.textContent(".rule-difference"), /^This is the default rule/);
  }
  await page.uncheck("#rule-hunts-scan-unanswered-only");
  await settled(page);
  const answered = await reportOf({ hunts: { scan: { unanswered_only: false } } });
  assert.deepEqual(asExpected(await shownGroups(page)), expectedGroups(answered));
});

huntTest("each hunt can be switched off, and all of them", async (page) => {
  await openForm(page);
  await page.uncheck("#rule-hunts-dga-on");
  await page.uncheck("#rule-hunts-host-beacon-on");
  await settled(page);
  const hunts = { dga: null, host_beacon: false };
  assert.deepEqual(asExpected(await shownGroups(page)), expectedGroups(await reportOf({ hunts })));
  assert.match(
    await page.textContent(".hunt-rest"),
    /Switched off: beacons by host name.*generated names \(DGA\)\.$/,
  );
  assert.equal(await page.isDisabled("#rule-hunts-dga-domains"), true);
  assert.match(
    await page.textContent(".rule-difference"),
    /in 2 fields: generated names \(DGA\) off, beacons by host name off\./,
  );
  for (const name of ["burst", "scan", "long-connection"]) await page.uncheck(`#rule-hunts-${name}-on`);
  await settled(page);
  assert.equal(await page.textContent(".hunt-box"), "All hunts are switched off.");
  assert.equal(await page.locator(".list-head a").count(), 0);
  await page.click("text=Reset to default");
  await settled(page);
  assert.deepEqual(asExpected(await shownGroups(page)), expectedGroups(await reportOf({})));
  // What was switched off comes back with its thresholds.
  await page.fill("#rule-hunts-dga-domains", "110");
  await page.uncheck("#rule-hunts-dga-on");
  await page.check("#rule-hunts-dga-on");
  await settled(page);
  assert.equal(await page.inputValue("#rule-hunts-dga-domains"), "110");
});

huntTest("what the engine refuses of a hunt is said at its field", async (page) => {
  const before = await shownGroups(page);
  await openForm(page);
  for (const [control, value, good] of [
    ["#rule-hunts-burst-minutes", "0", "15"],
    ["#rule-hunts-dga-percent", "101", "10"],
    ["#rule-hunts-scan-ports", "many", "15"],
    ["#rule-hunts-excluded", "127.0.0.0/99", "127.0.0.0/8\n::1/128"],
  ]) {
    await page.fill(control, value);
    await settled(page);
    assert.equal(await page.getAttribute(control, "aria-invalid"), "true", control);
    assert.equal(await page.locator("[aria-invalid=true]").count(), 1);
    assert.match(await page.textContent(`${control}-error`), /^found .*, expected a /);
    assert.deepEqual(await shownGroups(page), before, "the last good hits stay");
    await page.fill(control, good);
    await settled(page);
    assert.equal(await page.getAttribute(control, "aria-invalid"), "false");
  }
});

huntTest("what a reference set holds stays listed, and says so", async (page) => {
  const sets = [{ name: "scanners.txt", applies_to: "source", entries: ["10.0.0.5"] }];
  await page.click("summary >> text=Reference sets and threat lists");
  await page.setInputFiles("[name=reference-set-file]", {
    name: "scanners.txt",
    mimeType: "text/plain",
    buffer: Buffer.from("10.0.0.5\n"),
  });
  await settled(page);
  await page.selectOption(".rule-list[data-list='scanners.txt'] select", "source");
  await settled(page);
  const expected = await reportOf({ reference_sets: sets });
  const held = expected.hunts.filter((hit) => hit.suppressed_by !== null);
  assert.ok(held.length > 0);
  assert.equal(await page.locator(".hunt-hits tr.held").count(), held.length);
  assert.match(
    await page.textContent(".hunt-hits tr.held"),
    /suppressed by scanners\.txt: source by the entry 10\.0\.0\.5/,
  );
  assert.match(
    await page.textContent("#hunts"),
    new RegExp(`; ${held.length} suppressed by reference sets$`),
  );
});

huntTest("the hunts are exported as the command writes them", async (page) => {
  const expected = await reportOf({});
  for (const format of ["csv", "json"]) {
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.click(`text=Export hunts as ${format.toUpperCase()}`),
    ]);
    assert.equal(download.suggestedFilename(), `beaconlens-hunts.${format}`);
    assert.equal(await readFile(await download.path(), "utf8"), huntsText(expected, format));
  }
});

huntTest(
  "on a phone the page does not scroll sideways",
  async (page) => {
    const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.equal(await overflow(), 0);
    await openForm(page);
    assert.equal(await overflow(), 0);
    await noBarriers(page);
    await screenshot(page, "hunts-phone", { fullPage: true });
  },
  { viewport: { width: 390, height: 844 }, deviceScaleFactor: 1, hasTouch: true, isMobile: true },
);

pageTest("where nothing is hunted down the page says so in a line", async (page) => {
  await page.click("[data-action=sample] >> nth=0");
  await page.waitForSelector("body[data-state=results]");
  assert.equal(await untilText(page, ".hunt-box", /./), "The hunts found nothing.");
});

pageTest("thousands of hits come by the page", async (page) => {
  const sources = times(700, (n) => `10.1.${n >> 8}.${n & 255}`);
  const lines = sources.flatMap((source) =>
    times(15, (n) => `${(START + n) * 1000},${source},192.0.2.1,${n + 1},60,0`),
  );
  const text = ["starttime,sourceip,destinationip,destinationport,bytessent,bytesreceived", ...lines].join(
    "\n",
  );
  await page.setInputFiles("#picker", { name: "scan.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
  await untilRead(page, "scan.csv");
  const rows = page.locator("[data-hunt='Vertical scans'] tbody tr");
  assert.equal(await rows.count(), 500);
  assert.match(
    await page.textContent("[data-hunt='Vertical scans'] .more"),
    /^Showing 500 of 700\. Show 200 more/,
  );
  await page.click("[data-hunt='Vertical scans'] .more button");
  assert.equal(await rows.count(), 700);
  assert.equal(await page.textContent("[data-hunt='Vertical scans'] .more"), "");
});

pageTest(
  "long IPv6 addresses leave room for what was found",
  async (page) => {
    const source = "fd77:48a1:c0bb:1234:b96c:506d:6c7f:e8be";
    const calls = times(150, (n) => flow(n, source, "2001:db8:1234:5678:9abc:def0:1234:5678", 443, 900));
    const text = calls.map((record) => JSON.stringify(record)).join("\n");
    await page.setInputFiles("#picker", {
      name: "conn.log",
      mimeType: "text/plain",
      buffer: Buffer.from(text),
    });
    await untilRead(page, "conn.log");
    const overflow = await page.$eval(
      "[data-hunt='Bursts'] .scroller",
      (box) => box.scrollWidth - box.clientWidth,
    );
    assert.equal(overflow, 0);
    await screenshot(page, "hunts-ipv6", { fullPage: true });
  },
  { viewport: { width: 1300, height: 900 } },
);
