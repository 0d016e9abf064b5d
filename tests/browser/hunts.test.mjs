// Hunt hits on the page, compared with the report of the engine; and hunt thresholds in the form of the rule.

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

/** Names of random letters, from a small generator. */
function randomNames(count) {
  let state = 20_260_302;
  const letter = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return String.fromCharCode(97 + ((state >>> 16) % 26));
  };
  return times(count, () => `${times(12, letter).join("")}.com`);
}

/** Markup as a host name. The engine refuses names with spaces, which markup does not need. */
const EVIL = "<img/src=x/onerror=alert(1)>.com";
const SPACES = "<img src=x onerror=alert(1)>.com";

/** One file per kind of record, as Zeek writes them. */
const FILES = Object.entries({
  // A vertical scan, a horizontal scan, a burst, and a long connection.
  "conn.log": [
    ...times(40, (n) => flow(n, "10.0.0.5", "192.0.2.1", 1000 + n)),
    ...times(30, (n) => flow(n, "10.0.0.6", `198.51.100.${n}`, 445)),
    ...times(150, (n) => flow(n, "10.0.0.8", "192.0.2.9", 443, 5000)),
    ...times(2, (n) => ({ ...flow(n * 4000, "10.0.0.9", "192.0.2.7", 8443, 900), duration: 3900 })),
    // The window ends with the last flow: this one makes it contain all lookups.
    flow(60_000, "10.0.0.12", "192.0.2.8", 80, 900),
  ],
  "dns.log": [
    ...randomNames(120).map((name, n) => lookup(n, "10.0.0.10", name, "NXDOMAIN")),
    ...times(100, (n) => lookup(n * 600, "10.0.0.7", "beacon.example.net", "NOERROR")),
    ...times(100, (n) => lookup(n * 600, "10.0.0.11", EVIL, "NOERROR")),
    ...times(100, (n) => lookup(n * 600, "10.0.0.13", SPACES, "NOERROR")),
    ...times(100, (n) => lookup(n * 600, "10.0.0.14", "www.msftconnecttest.com", "NOERROR")),
  ],
  "ssl.log": times(100, (n) => named(n * 600, "10.0.0.7", "Beacon.Example.NET")),
}).map(([name, records]) => [name, `${records.map((record) => JSON.stringify(record)).join("\n")}\n`]);

const reportOf = (rule) =>
  report(
    FILES.map(([name, text]) => [name, Buffer.from(text)]),
    rule,
  );

/** A test on a page with these files. */
function huntTest(name, steps, options) {
  const onFiles = async (page) => {
    const paths = await Promise.all(FILES.map(([file, text]) => folder.write(file, text)));
    await dropFiles(page, paths);
    await untilRead(page, ...FILES.map(([file]) => file));
    await steps(page);
  };
  pageTest(name, onFiles, options);
}

/** The visible groups: title, and the cells of each row by column title. */
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

/** What the page must show of each hit, by group. */
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
    const destination = hit.destinationip ?? "several";
    const description = hit.sentence + hit.examples.join(", ");
    const number = hit.unit === "seconds" ? null : hit.count;
    put(TITLES[hit.hunt], hit.sourceip, destination, number, hit.first_seen, hit.last_seen, description);
  }
  return Object.fromEntries(groups);
}

/** The note on a well-known host name, after the verdict. */
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
        row.verdict ?? row.description,
      ]),
    ]),
  );

const sumOf = ({ hunts, host_beacons }) => hunts.length + host_beacons.length;

const openForm = (page) => page.click(".rule-more summary >> text=/^Hunts$/");

huntTest("all hits of the engine are shown, hunt by hunt", async (page) => {
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

  // The link above the list leads to the hits, also when the section is closed.
  await page.click("#hunts");
  assert.equal(await page.isVisible(".hunt-groups"), false);
  await page.click(`.list-head a >> text=${sumOf(expected)} hunt hits`);
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
  assert.equal(host_beacons.filter(({ host }) => host === SPACES).length, 0);
  assert.equal(await page.textContent(`.hunt tr:has-text("${EVIL}") [data-column=host]`), EVIL);
  assert.equal(await page.locator("img").count(), 0);
});

huntTest("a hit that is about a pair opens that pair", async (page) => {
  await page.click("[data-hunt='Bursts'] tbody button");
  await untilDetail(page, "10.0.0.8", "192.0.2.9", 443);
  assert.equal(await page.locator(".hunt-hits [aria-current]").count(), 1);
  // The details name the hunt.
  const { hunts } = await reportOf({});
  const { sentence } = hunts.find(({ hunt }) => hunt === "burst");
  assert.equal(await page.textContent("#detail .pair-hunts"), `Hunt hitsburst: ${sentence}`);
  assert.equal(await page.locator("[data-hunt='Generated names (DGA)'] tbody button").count(), 0);
});

huntTest("a changed threshold gives the hits of the engine under that rule", async (page) => {
  await openForm(page);
  const cases = [
    [
      "#rule-hunts-burst-connections",
      "150",
      { burst: { connections: 150 } },
      "bursts (more connections than)",
    ],
    ["#rule-hunts-scan-ports", "41", { scan: { ports: 41 } }, "scans (minimum ports of one destination)"],
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
    const text = await page.textContent(".rule-difference");
    assert.ok(
      text.startsWith("Differs from the default rule in 1 field: ") && text.includes(difference),
      text,
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
  // A hunt that is switched on again has its last thresholds.
  await page.fill("#rule-hunts-dga-domains", "110");
  await page.uncheck("#rule-hunts-dga-on");
  await page.check("#rule-hunts-dga-on");
  await settled(page);
  assert.equal(await page.inputValue("#rule-hunts-dga-domains"), "110");
});

huntTest("an error in a hunt is shown at its field", async (page) => {
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
    assert.deepEqual(await shownGroups(page), before, "the last valid hits stay");
    await page.fill(control, good);
    await settled(page);
    assert.equal(await page.getAttribute(control, "aria-invalid"), "false");
  }
});

huntTest("suppressed hits stay listed and name their reference set", async (page) => {
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
  const suppressed = expected.hunts.filter((hit) => hit.suppressed_by !== null);
  assert.ok(suppressed.length > 0);
  assert.equal(await page.locator(".hunt-hits tr.suppressed-hit").count(), suppressed.length);
  assert.match(
    await page.textContent(".hunt-hits tr.suppressed-hit"),
    /suppressed by scanners\.txt: source matches the entry 10\.0\.0\.5/,
  );
  assert.match(
    await page.textContent("#hunts"),
    new RegExp(`; ${suppressed.length} suppressed by reference sets$`),
  );
});

huntTest("hunt hits are exported as the command writes them", async (page) => {
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

pageTest("without hits the page says so in one line", async (page) => {
  await page.click("[data-action=sample] >> nth=0");
  await page.waitForSelector("body[data-state=results]");
  assert.equal(await untilText(page, ".hunt-box", /./), "No hunt hits.");
});

pageTest("thousands of hits are shown page by page", async (page) => {
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
  "long IPv6 addresses leave space for the description",
  async (page) => {
    const source = "fd77:48a1:c0bb:1234:b96c:506d:6c7f:e8be";
    const flows = times(150, (n) => flow(n, source, "2001:db8:1234:5678:9abc:def0:1234:5678", 443, 900));
    const text = flows.map((record) => JSON.stringify(record)).join("\n");
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
