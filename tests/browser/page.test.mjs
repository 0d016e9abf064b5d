// The page as a person uses it, in Chromium.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { sysmon } from "../package/flows.mjs";
import { report, reportText } from "./engine.mjs";
import { browser, folder, noBarriers, pageTest, server } from "./fixture.mjs";
import {
  cellsOf,
  columnOf,
  connections,
  csv,
  dropFiles,
  HEADER,
  openPage,
  openRow,
  samplePath,
  screenshot,
  serve,
  settled,
  tableRows,
  untilDetail,
  untilFindings,
  untilRead,
  untilResults,
  untilText,
} from "./harness.mjs";

async function openSample(page) {
  await page.click("[data-action=sample]");
  await untilResults(page);
}

async function pick(page, ...files) {
  await page.setInputFiles("#picker", files);
  await untilRead(page, ...files.map(({ name }) => name));
}

/** The columns that identify a pair. */
const KEY = ["sourceip", "destinationip", "destinationport"];
const keyOf = (row) => KEY.map((name) => String(row[name]));

const sample = async () => ["office-day.csv", await readFile(samplePath)];

const textFile = (name, text) => ({ name, mimeType: "text/csv", buffer: Buffer.from(text) });

async function downloaded(page, click) {
  const [download] = await Promise.all([page.waitForEvent("download"), click()]);
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), "utf8") };
}

pageTest("a dropped file is ranked as the engine ranks it", async (page) => {
  const drop = await dropFiles(page, [samplePath], { release: false });
  await page.waitForSelector("#drop-overlay:not([hidden])");
  assert.match(await page.textContent("#drop-overlay"), /Drop to read 1 file.*Read on this device/s);
  await drop();
  await untilResults(page);
  const expected = (await report([await sample()])).findings;
  assert.ok(expected.length > 3, "the sample has findings");
  assert.deepEqual(await cellsOf(page, ...KEY), expected.map(keyOf));
  const heads = await page.$$eval(".pairs thead th", (cells) => cells.map((cell) => cell.dataset.column));
  assert.deepEqual(heads, [
    "priority",
    ...KEY,
    ...["connection_count", "hourly_buckets", "period_seconds", "regularity"],
    ...["bytes_sent", "bytes_received", "first_seen", "last_seen", "beaconing_score"],
  ]);
});

pageTest("the page is usable before the engine is loaded", async (page, { context }) => {
  await context.route("**/beaconlens.wasm", () => {}); // never answered
  await page.reload();
  await page.waitForSelector("text=Drop flow files anywhere");
  assert.equal(await page.isEnabled("[data-action=sample]"), true);
  await page.click("[data-action=sample]");
  await page.waitForSelector("body[data-state=reading]");
  await page.click("#cancel");
  await page.waitForSelector("body[data-state=landing]");
  await screenshot(page, "landing");
});

pageTest("what was read: columns, and reasons for skipped rows", async (page) => {
  const text = csv(connections("10.0.0.1", "203.0.113.1", 443, 30, 600), ["no time,a,b,c,d,e"]);
  await pick(page, textFile("flows.csv", text));
  const summary = await page.textContent(".dataset summary");
  assert.match(summary, /31 rows = 30 used \+ 1 skipped/);
  await page.click(".dataset summary");
  const mapping = await page.$$eval(".mapping tbody tr", (rows) =>
    rows.map((row) => [...row.cells].map((cell) => cell.textContent)),
  );
  assert.deepEqual(mapping[0], ["time", "starttime", "1"]);
  assert.equal(mapping.length, 6);
  assert.match(await page.textContent(".diagnostics"), /flows\.csv, line 32, byte [\d,]+: no time,a/);
});

pageTest("a large file shows progress, and cancelling keeps the last results", async (page) => {
  await openSample(page);
  const before = await tableRows(page);
  const rows = connections("10.0.0.1", "203.0.113.1", 443, 20_000, 4).join("\n");
  const block = Buffer.from(`${rows}\n`);
  const big = [Buffer.from(`${HEADER}\n`), ...Array(300).fill(block)];
  const path = await folder.write("big.csv", Buffer.concat(big));
  await page.evaluate(() => {
    window.progressSeen = [];
  });
  await page.setInputFiles("#picker", path);
  await page.waitForFunction(() => window.progressSeen.length >= 3, null, { polling: 20 });
  await page.keyboard.press("Escape");
  await untilResults(page);
  assert.deepEqual(await tableRows(page), before);
  const seen = await page.evaluate(() => window.progressSeen);
  const values = seen.map((entry) => entry.value);
  assert.deepEqual(
    values,
    [...values].sort((a, b) => a - b),
    "progress never goes back",
  );
  assert.ok(values.at(-1) > 0 && values.at(-1) < 1, `stopped on the way, at ${values.at(-1)}`);
  assert.match(seen.at(-1).text, /rows[\d,]{6,}/);
  // A stopped worker does not disturb the next one, and the button works too.
  await page.setInputFiles("#picker", path);
  await page.click("#cancel");
  await untilResults(page);
  await openAndFinish(page, path, 6_000_000);
});

async function openAndFinish(page, path, rows) {
  const started = await page.evaluate(() => {
    window.progressSeen = [];
    return performance.now();
  });
  await page.setInputFiles("#picker", path);
  await page.waitForSelector(`text=${rows.toLocaleString("en-US")} rows =`, { timeout: 100_000 });
  const seen = await page.evaluate(() => window.progressSeen);
  assert.equal(seen.at(-1).value, 1);
  // At most ten per second, besides the first and the last; a busy page shows them late.
  const took = seen.at(-1).at - started;
  assert.ok(seen.length <= took / 100 + 4, `${seen.length} updates in ${took} ms`);
}

pageTest(
  "a changed threshold takes effect at once, and the page says that the rule differs",
  async (page, { requests }) => {
    await openSample(page);
    const before = await tableRows(page);
    const asked = requests.length;
    const rule = { gates: { min_connections: 100 } };
    const expected = (await report([await sample()], rule)).findings;
    assert.ok(expected.length < before.length, "the sample has findings under 100 connections");
    await page.fill("#rule-min-connections", "100");
    await untilFindings(page, expected.length);
    assert.match(await page.textContent(".rule-difference"), /Differs .* minimum connections/);
    await page.click("text=Reset to default");
    await untilFindings(page, before.length);
    assert.match(await page.textContent(".rule-difference"), /default rule/);
    assert.equal(requests.length, asked, "nothing was read again");
  },
);

pageTest("an error in the rule is shown at its field", async (page) => {
  await openSample(page);
  const before = await tableRows(page);
  await page.click(".rule-more summary");
  await page.fill("#rule-excluded-destinations", "10.0.0.0/8\n10.0.0.0/99");
  await page.waitForSelector("#rule-excluded-destinations[aria-invalid=true]");
  const error = await page.textContent("#rule-excluded-destinations-error");
  assert.match(error, /network|address/);
  assert.doesNotMatch(error, /line 1 column/);
  assert.deepEqual(await tableRows(page), before, "the last valid list stays");
  await page.fill("#rule-excluded-destinations", "10.0.0.0/8");
  await page.waitForSelector("#rule-excluded-destinations[aria-invalid=false]");
  await page.fill("#rule-window", "yesterday");
  await settled(page);
  assert.equal(await page.getAttribute("#rule-window", "aria-invalid"), "true");
  await page.click(".chip >> text=6h");
  await settled(page);
  assert.equal(await page.getAttribute("#rule-window", "aria-invalid"), "false");
  assert.match(await page.textContent("#list .list-head"), /outside this window/);
});

pageTest("every column sorts in both directions by keyboard, and back to the priority", async (page) => {
  await openSample(page);
  const { findings } = await report([await sample()]);
  const first = await cellsOf(page, ...KEY);
  const columns = await page.$$eval(".pairs thead th", (cells) => cells.map((c) => c.dataset.column));
  const text = ["sourceip", "destinationip", "first_seen", "last_seen"];
  for (const column of columns.filter((name) => name !== "priority")) {
    const head = `.pairs th[data-column=${column}]`;
    const sort = () => page.getAttribute(head, "aria-sort");
    // At this width not all columns are visible; the keyboard only reaches those that are.
    const press = async () => {
      if (!(await page.isVisible(head))) return page.$eval(`${head} button`, (button) => button.click());
      await page.focus(`${head} button`);
      await page.keyboard.press("Enter");
    };
    const known = findings.filter((row) => row[column] !== null);
    const values = async () => {
      const keys = await cellsOf(page, ...KEY);
      const rows = keys.map((key) => findings.find((row) => keyOf(row).join() === key.join()));
      const last = rows.slice(known.length).map((row) => row[column]);
      assert.deepEqual(new Set(last), new Set(last.length ? [null] : []), "rows without a value come last");
      return rows.slice(0, known.length).map((row) => row[column]);
    };
    const directions = text.includes(column) ? ["ascending", "descending"] : ["descending", "ascending"];
    await press();
    assert.equal(await sort(), directions[0]);
    const one = await values();
    await press();
    assert.equal(await sort(), directions[1]);
    assert.deepEqual(await values(), one.toReversed());
    if (!text.includes(column)) {
      assert.deepEqual(
        one,
        [...one].sort((a, b) => b - a),
      );
    }
    await press();
    assert.equal(await sort(), null);
    assert.equal(await page.getAttribute(".pairs th[data-column=priority]", "aria-sort"), "descending");
    assert.deepEqual(await cellsOf(page, ...KEY), first);
  }
});

pageTest("the list is sorted by priority, or in the order of the query", async (page) => {
  await openSample(page);
  const { findings } = await report([await sample()]);
  const byPriority = findings.map(keyOf);
  const byRule = [...findings].sort(
    (a, b) => b.beaconing_score - a.beaconing_score || b.connection_count - a.connection_count,
  );
  const priorities = (await columnOf(page, "priority")).map(Number);
  assert.deepEqual(
    priorities,
    findings.map((row) => row.priority),
  );
  assert.ok(priorities[0] > 90 && priorities.at(-1) < 20, String(priorities));
  assert.notDeepEqual(byRule.map(keyOf), byPriority);
  await page.click("text=Order as the query does");
  assert.deepEqual(await cellsOf(page, ...KEY), byRule.map(keyOf));
  await page.click("text=Order by priority");
  assert.deepEqual(await cellsOf(page, ...KEY), byPriority);
  // A pair without a period has a dash.
  const periods = await cellsOf(page, "period_seconds", "regularity");
  assert.deepEqual(periods[0], ["60 s", "0.96"]);
  const random = findings.findIndex((row) => row.period_seconds === null);
  assert.deepEqual(periods[random], ["–", "0.00"]);
});

pageTest("addresses sort by number, IPv4 before IPv6", async (page) => {
  const pairs = ["10.0.0.10", "10.0.0.9", "2001:db8::a", "2001:db8::9", "9.0.0.1"].map((source) =>
    connections(source, "203.0.113.1", 443, 30, 600),
  );
  await pick(page, textFile("addresses.csv", csv(...pairs)));
  await page.click("[data-column=sourceip] button");
  const sources = await columnOf(page, "sourceip");
  assert.deepEqual(sources, ["9.0.0.1", "10.0.0.9", "10.0.0.10", "2001:db8::9", "2001:db8::a"]);
});

/** The number of drawn pixels per plot. */
const inkOfPlots = (page) =>
  page.$$eval("#detail canvas", (canvases) =>
    canvases.map((canvas) => {
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      let inked = 0;
      for (let at = 3; at < data.length; at += 4) if (data[at] > 0) inked++;
      return inked;
    }),
  );

pageTest("selecting a finding shows its gates, score and plots", async (page) => {
  await openSample(page);
  const [first] = (await report([await sample()])).findings;
  await openRow(page, 0);
  assert.equal(await page.getAttribute(".pairs tbody tr >> nth=0", "aria-current"), "true");
  assert.match(await page.textContent("#detail h2"), new RegExp(`^${first.sourceip} → `));
  const gates = await page.$$eval("#detail [data-gate]", (rows) =>
    rows.map((row) => [row.dataset.gate, ...[...row.cells].map((cell) => cell.textContent)]),
  );
  assert.deepEqual(
    gates.map(([gate]) => gate),
    ["excluded_destination", "min_connections", "min_hours"],
  );
  for (const gate of gates) assert.match(gate.at(-1), /✓ pass/);
  assert.equal(gates[1][2], String(first.connection_count));
  assert.equal(gates[1][3], "≥ 20");
  const plots = await page.$$eval("#detail figure", (figures) =>
    figures.map((figure) => [figure.dataset.plot, figure.querySelector("figcaption").textContent]),
  );
  assert.deepEqual(
    plots.map(([name]) => name),
    ["intervals", "connections", "bytes", "histogram"],
  );
  assert.match(plots[0][1], /median interval is \d/);
  assert.match(plots[1][1], new RegExp(`${first.connection_count} connections`));
  for (const ink of await inkOfPlots(page)) assert.ok(ink > 500, `a plot has ${ink} inked pixels`);
  await page.setViewportSize({ width: 1440, height: 1500 });
  await screenshot(page, "detail");
  await page.keyboard.press("Escape");
  assert.equal(await page.isHidden("#detail"), true);
});

/** A table of score parts: amounts, names with reasons, and the sum. */
const partsOf = (page, name) =>
  page.$eval(`[data-details=${name}]`, (section) => ({
    title: section.querySelector("h3").textContent,
    parts: [...section.querySelectorAll("[data-part]")].map((row) => ({
      name: row.dataset.part,
      text: row.cells[0].textContent,
      amount: Number(row.cells[1].textContent.replace("−", "-")),
    })),
    sum: Number(section.querySelector("tfoot td").textContent),
  }));

const factsOf = (page) =>
  page.$$eval("[data-fact]", (facts) =>
    Object.fromEntries(facts.map((fact) => [fact.dataset.fact, fact.querySelector("dd").textContent])),
  );

const sumOf = (parts) => parts.reduce((sum, part) => sum + part.amount, 0);

/** The number of pixels in the colour that only the mark of the period has. */
const marksIn = (page, name) =>
  page.$eval(`[data-plot=${name}] canvas`, (canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let marked = 0;
    for (let at = 0; at < data.length; at += 4) {
      if (data[at + 3] > 200 && data[at] > 150 && data[at + 1] < 100 && data[at + 2] < 80) marked++;
    }
    return marked;
  });

pageTest("the detail shows the scores of the engine, and their parts add up", async (page) => {
  await openSample(page);
  const { findings } = await report([await sample()]);
  for (const [index, row] of findings.entries()) {
    await openRow(page, index);
    assert.equal(await page.textContent("#detail .sentence"), `${row.verdict}.`);
    const facts = await factsOf(page);
    if (row.period_seconds !== null) {
      assert.ok(row.verdict.includes(`about every ${facts.period_seconds} (`), row.verdict);
      assert.ok(row.verdict.includes(`for ${facts.active_span_seconds}`), row.verdict);
      assert.ok(row.verdict.endsWith(facts.significance), row.verdict);
    }
    const priority = await partsOf(page, "priority");
    assert.match(priority.title, new RegExp(`^Priority ${row.priority} of 100$`));
    assert.equal(priority.sum, row.priority);
    assert.equal(sumOf(priority.parts), row.priority);
    assert.deepEqual(
      priority.parts.map(({ text }) => text),
      row.priority_parts.map(({ name, reason }) => name.replaceAll("_", " ") + reason),
    );
    const regularity = await partsOf(page, "regularity");
    assert.equal(regularity.sum, row.regularity);
    assert.equal(sumOf(regularity.parts).toFixed(3), row.regularity.toFixed(3));
    for (const { text, amount } of regularity.parts)
      assert.ok(amount <= Number(/at most ([\d.]+)$/.exec(text)[1]));
    const rita = await page.textContent("[data-details=rita]");
    assert.match(rita, new RegExp(`^For comparison: RITA’s score ${row.rita_score}The score that RITA v5`));
    assert.match(rita, /does not count towards the priority/);
    const { score: _, ...parts } = row.rita_parts;
    const shown = await page.$$eval("[data-details=rita] dd", (cells) =>
      cells.map((c) => Number(c.textContent)),
    );
    assert.deepEqual(shown, Object.values(parts));
  }
});

pageTest(
  "the timing is described in words, and the period is marked",
  async (page) => {
    await openSample(page);
    const { findings } = await report([await sample()]);
    const open = async (destination) => {
      const index = findings.findIndex((row) => row.destinationip === destination);
      await openRow(page, index);
      return factsOf(page);
    };
    assert.deepEqual(await open("198.51.100.140"), {
      period_seconds: "298 s",
      jitter_percent: "±19.8 %",
      missed_percent: "11.6 %",
      active_span_seconds: "13 h 29 min",
      calls: "147",
      significance: "chance below 1 in 10^9 for random traffic of this rate",
    });
    assert.match(await page.textContent("[data-plot=histogram]"), /The dashed line is the period, 298 s\./);
    for (const plot of ["histogram", "intervals"]) assert.ok((await marksIn(page, plot)) > 50, plot);
    const random = await open("192.0.2.25");
    assert.deepEqual(
      { ...random, active_span_seconds: "" },
      {
        period_seconds: "none found",
        jitter_percent: "–",
        missed_percent: "–",
        active_span_seconds: "",
        calls: "47",
        significance: "nothing unusual for random traffic of this rate",
      },
    );
    assert.doesNotMatch(await page.textContent("[data-plot=histogram]"), /dashed/);
    for (const plot of ["histogram", "intervals"]) assert.equal(await marksIn(page, plot), 0, plot);
  },
  { colorScheme: "light" },
);

pageTest("a negative part of the priority has its sign, and list and detail agree", async (page) => {
  // Six hosts with the same period and endpoint: a shared service, which only the whole dataset shows.
  const pairs = [1, 2, 3, 4, 5, 6].map((host) => connections(`10.0.0.${host}`, "203.0.113.1", 443, 30, 600));
  await pick(page, textFile("shared.csv", csv(...pairs)));
  await openRow(page, 0);
  const { parts, sum } = await partsOf(page, "priority");
  const shared = parts.find((part) => part.name === "shared by periodic callers");
  assert.equal(shared.amount, -10);
  assert.match(await page.textContent("[data-part='shared by periodic callers'] .number"), /^−10/);
  assert.equal(sumOf(parts), sum);
  assert.equal(String(sum), (await columnOf(page, "priority"))[0]);
});

pageTest("a pair with too few connections is not scored, and the page says so", async (page) => {
  const text = csv(
    connections("10.0.0.1", "203.0.113.1", 443, 30, 600),
    connections("10.0.0.2", "203.0.113.2", 443, 3, 3600),
  );
  await pick(page, textFile("few.csv", text));
  await page.fill("#rule-min-connections", "2");
  await untilFindings(page, 2);
  assert.deepEqual(await cellsOf(page, "connection_count", "period_seconds", "regularity"), [
    ["30", "600 s", "0.98"],
    ["3", "–", "–"],
  ]);
  await openRow(page, 1);
  assert.match(
    await page.textContent("#detail .sentence"),
    /is a finding: 3 connections in 3 calendar hours/,
  );
  assert.match(
    await page.textContent("[data-details=regularity]"),
    /Not scored: fewer than four distinct start times/,
  );
  assert.equal(await page.locator("[data-details=rita]").count(), 0);
});

pageTest("flows dropped at the memory limit are reported above the list", async (page, { context }) => {
  // The limit is 3 GiB: the test changes the report to that of a detector that reached it.
  const meaning = "the memory limit was reached: <b>7</b> times a pair was dropped";
  const program = `const post = postMessage;
    globalThis.postMessage = (message, options) => {
      const report = message.result?.startsWith?.("{") && JSON.parse(message.result);
      if (report && report.rule.gates.min_hours === 3) {
        report.dropped = { flows: 7, pairs_dropped: 7, max_undercount: 1, flows_rejected: 0, meaning: ${JSON.stringify(meaning)} };
        message.result = JSON.stringify(report);
      }
      post(message, options);
    };`;
  await context.route("**/scan.worker.js", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${program}\n${await response.text()}` });
  });
  await page.reload();
  await openSample(page);
  const box = page.locator(".dropped [role=alert]");
  assert.match(await box.textContent(), /^Incomplete result: the memory limit was reached: <b>7<\/b> times/);
  assert.match(await box.textContent(), /7 flows dropped/);
  const above = await page.evaluate(
    () =>
      document.querySelector(".dropped").getBoundingClientRect().bottom <=
      document.querySelector(".pairs").getBoundingClientRect().top,
  );
  assert.ok(above);
  await screenshot(page, "dropped");
  await page.fill("#rule-min-hours", "2");
  await settled(page);
  assert.equal(await box.count(), 0);
});

pageTest("the plots of a pair with many connections show the latest, and say so", async (page) => {
  const text = csv(connections("10.0.0.1", "203.0.113.1", 443, 25_000, 3));
  await pick(page, textFile("busy.csv", text));
  await openRow(page, 0);
  assert.match(await page.textContent("[data-plot=intervals]"), /latest 20,000 of 25,000/);
  assert.match(await page.textContent("[data-plot=connections]"), /25,000 connections/);
});

pageTest("the list can be navigated by keyboard", async (page) => {
  await openSample(page);
  const keys = await cellsOf(page, ...KEY);
  await page.focus(".opener >> nth=0");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  await page.keyboard.press("Enter");
  await untilDetail(page, ...keys[1]);
  await page.keyboard.press("j"); // with the detail open, it follows the focus
  await untilDetail(page, ...keys[2]);
  await page.keyboard.press("Escape");
  assert.equal(await page.isHidden("#detail"), true);
  await page.keyboard.press("End");
  assert.match(await page.evaluate(() => document.activeElement.textContent), new RegExp(keys.at(-1)[0]));
});

pageTest("no findings: pairs removed per gate, and one click to relax a gate", async (page) => {
  const text = csv(
    connections("10.0.0.1", "203.0.113.1", 443, 12, 3600), // too few
    connections("10.0.0.2", "203.0.113.2", 443, 40, 60), // too short
    connections("10.0.0.3", "10.9.9.9", 443, 40, 900), // inside
  );
  await pick(page, textFile("quiet.csv", text));
  assert.equal(await page.textContent("#no-findings-title"), "No findings");
  const gates = await page.$$eval(".no-findings tbody tr", (rows) =>
    rows.map((row) => [...row.cells].slice(0, 4).map((cell) => cell.textContent)),
  );
  assert.deepEqual(gates, [
    ["excluded network", "6 networks", "1", "1"],
    ["minimum connections", "at least 20", "1", "1"],
    ["minimum hours", "at least 3", "1", "1"],
  ]);
  await screenshot(page, "no-findings");
  await page.click("text=Show the near misses");
  assert.equal((await tableRows(page)).length, 3);
  await page.click("#tab-findings");
  await page.click("text=Lower to 12");
  await untilFindings(page, 1);
  assert.deepEqual(await columnOf(page, "sourceip"), ["10.0.0.1"]);
  assert.equal(await page.inputValue("#rule-min-connections"), "12");
});

pageTest("a pair that is not listed can be explained", async (page) => {
  await openSample(page);
  await page.click("#tab-explain");
  await page.fill("[name=source]", "10.20.0.12");
  await page.fill("[name=destination]", "not an address");
  await page.fill("[name=port]", "443");
  await page.keyboard.press("Enter");
  await settled(page);
  assert.match(await page.textContent(".pair-form .field-error"), /not an address/);
  await page.fill("[name=destination]", "192.0.2.255");
  await page.keyboard.press("Enter");
  await untilDetail(page, "10.20.0.12", "192.0.2.255", 443);
  assert.equal(await page.getAttribute("#detail .status", "data-status"), "not_seen");
});

const NOT_FLOWS = [
  {
    name: "photo.jpg",
    mimeType: "image/jpeg",
    buffer: Buffer.from([255, 216, 255, 224, 0, 16, 74]),
  },
  { name: "empty.csv", mimeType: "text/csv", buffer: Buffer.alloc(0) },
  { name: "prices.csv", mimeType: "text/csv", buffer: Buffer.from("name,price\nbread,2\n") },
];

const refusals = (page) =>
  page.$$eval("[data-refused]", (boxes) => boxes.map((box) => [box.dataset.refused, box.textContent]));

pageTest("files that are not flows are refused, with what was expected", async (page) => {
  await page.setInputFiles("#picker", NOT_FLOWS);
  await page.waitForSelector("[data-refused]");
  assert.equal(await page.getAttribute("body", "data-state"), "landing");
  const refused = await refusals(page);
  assert.deepEqual(
    refused.map(([name]) => name),
    NOT_FLOWS.map((file) => file.name),
  );
  for (const [name, text] of refused) assert.match(text, /found .*expected/s, name);
  await screenshot(page, "refused");
  // Earlier results stay.
  await page.click("[data-action=sample]");
  await untilResults(page);
  const rows = await tableRows(page);
  await page.setInputFiles("#picker", NOT_FLOWS);
  await page.waitForSelector("#messages [data-refused]");
  assert.deepEqual(await tableRows(page), rows);
  await page.click("#messages >> text=Dismiss");
  assert.equal(await page.locator("[data-refused]").count(), 0);
});

pageTest("one refused file does not affect the others, and stays reported", async (page) => {
  const good = textFile("flows.csv", csv(connections("10.0.0.1", "203.0.113.1", 443, 30, 600)));
  await pick(page, NOT_FLOWS[0], good, NOT_FLOWS[2]);
  assert.deepEqual((await cellsOf(page, ...KEY, "connection_count"))[0], [
    "10.0.0.1",
    "203.0.113.1",
    "443",
    "30",
  ]);
  await page.fill("#rule-min-hours", "2");
  await settled(page);
  assert.match(await page.textContent(".rule-difference"), /^Differs/);
  assert.deepEqual(
    (await refusals(page)).map(([name]) => name),
    ["photo.jpg", "prices.csv"],
  );
});

pageTest("several files, one of them gzip, are one dataset", async (page) => {
  const first = csv(connections("10.0.0.1", "203.0.113.1", 443, 15, 600));
  const second = csv(connections("10.0.0.1", "203.0.113.1", 443, 15, 700));
  const paths = [
    await folder.write("first.csv", first),
    await folder.write("second.csv.gz", gzipSync(second)),
  ];
  await dropFiles(page, paths);
  await untilResults(page);
  assert.deepEqual((await cellsOf(page, ...KEY, "connection_count"))[0], [
    "10.0.0.1",
    "203.0.113.1",
    "443",
    "30",
  ]);
  await page.click(".dataset summary");
  const names = await page.$$eval(".source h3", (heads) => heads.map((head) => head.textContent));
  assert.deepEqual(names, ["first.csv", "second.csv.gz"]);
});

pageTest("if the worker cannot read files, the page reads them", async (page, { context }) => {
  // As in WebKit on file:// pages.
  const broken = 'Blob.prototype.slice = () => { throw new DOMException("no", "NotReadableError"); };';
  await context.route("**/scan.worker.js", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${broken}\n${await response.text()}` });
  });
  await page.reload();
  const text = csv(connections("10.0.0.1", "203.0.113.1", 443, 30, 600));
  // Another text: a source that is read twice counts once.
  const other = csv(connections("10.0.0.1", "203.0.113.1", 443, 30, 700));
  await pick(page, textFile("plain.csv", text), {
    name: "packed.csv.gz",
    mimeType: "",
    buffer: gzipSync(other),
  });
  assert.equal((await columnOf(page, "connection_count"))[0], "60");
});

pageTest("a dropped folder is read with its subfolders", async (page) => {
  await folder.write("day/b/second.csv", csv(connections("10.0.0.1", "203.0.113.1", 443, 15, 700)));
  await folder.write("day/first.csv", csv(connections("10.0.0.1", "203.0.113.1", 443, 15, 600)));
  await dropFiles(page, [folder.path("day")]);
  await untilResults(page);
  assert.equal((await columnOf(page, "connection_count"))[0], "30");
  assert.equal(await page.textContent("#bar-dataset"), "day/b/second.csv, day/first.csv");
});

pageTest("a broken gzip file is an error that stays until dismissed", async (page) => {
  const broken = gzipSync(csv(connections("10.0.0.1", "203.0.113.1", 443, 3000, 6))).subarray(0, 400);
  await page.setInputFiles("#picker", { name: "cut.gz", mimeType: "", buffer: broken });
  await page.waitForSelector(".message-error >> text=cut.gz");
  assert.equal(await page.getAttribute("body", "data-state"), "landing");
  await page.click(".message-error >> text=Dismiss");
  assert.equal(await page.locator(".message-error").count(), 0);
});

pageTest("pasted rows are read; pasting over results asks first", async (page) => {
  const paste = (text) =>
    page.evaluate((data) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/plain", data);
      document.body.dispatchEvent(
        new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }),
      );
    }, text);
  await paste(csv(connections("10.0.0.1", "203.0.113.1", 443, 30, 600)));
  await untilResults(page);
  assert.equal((await columnOf(page, "sourceip"))[0], "10.0.0.1");
  await paste(csv(connections("10.0.0.2", "203.0.113.1", 443, 30, 600)));
  await page.click("#confirm-dialog >> text=Keep the results");
  await page.waitForSelector("#confirm-dialog", { state: "hidden" });
  assert.equal((await columnOf(page, "sourceip"))[0], "10.0.0.1");
  await page.click("header [data-action=paste]");
  await page.fill("#paste-text", csv(connections("10.0.0.3", "203.0.113.1", 443, 30, 600)));
  await page.click("text=Read these rows");
  await page.click("#confirm-dialog >> text=Replace >> nth=-1");
  await page.waitForSelector(".opener >> text=10.0.0.3"); // not in the earlier results
});

pageTest("exports are the text of the engine", async (page) => {
  await openSample(page);
  const rule = { gates: { min_connections: 50 } };
  await page.fill("#rule-min-connections", "50");
  await settled(page);
  assert.match(await page.textContent(".rule-difference"), /^Differs/);
  const csvFile = await downloaded(page, () => page.click("text=Export CSV"));
  assert.equal(csvFile.name, "beaconlens-findings.csv");
  assert.equal(csvFile.text, await reportText("csv", [await sample()], rule));
  const jsonFile = await downloaded(page, () => page.click("text=Export JSON"));
  assert.equal(jsonFile.name, "beaconlens-findings.json");
  assert.equal(jsonFile.text, await reportText("json", [await sample()], rule));
});

pageTest(
  "tables and rows are copied as tab-separated text",
  async (page) => {
    await openSample(page);
    await page.click("text=Copy table");
    await untilText(page, "#announcer", "copied");
    const copied = (await page.evaluate(() => navigator.clipboard.readText())).split("\n");
    const { findings } = await report([await sample()]);
    assert.equal(copied.length, findings.length + 1);
    const [header, first] = copied.map((line) => line.split("\t"));
    const csvText = await reportText("csv", [await sample()]);
    assert.deepEqual(header, csvText.split("\n")[0].split(","), "the columns of the CSV");
    assert.deepEqual(
      first,
      header.map((name) => String(findings[0][name] ?? "")),
    );
  },
  { permissions: ["clipboard-read", "clipboard-write"] },
);

pageTest("the detail lists the processes that opened the connections, as text", async (page) => {
  const images = ["C:\\<b>tools</b>\\a.exe", "C:\\Windows\\b.exe"];
  const rows = sysmon(Array.from({ length: 24 }, (_, index) => images[(index + 1) % 2]));
  await pick(page, {
    name: "sysmon.json",
    mimeType: "application/json",
    buffer: Buffer.from(rows),
  });
  await page.click(".pairs tbody tr");
  await untilDetail(page, "10.0.0.5", "203.0.113.9", "443");
  assert.deepEqual(
    await page.$$eval("#detail .process", (paths) => paths.map((path) => path.textContent)),
    images,
  );
  await screenshot(page, "processes", { fullPage: true });
  // Without processes in the records, nothing is shown.
  await page.reload();
  await openSample(page);
  await page.click(".pairs tbody tr");
  await page.waitForSelector("#detail .status");
  assert.equal(await page.$("#detail .process"), null);
});

pageTest("text from a file is never markup", async (page) => {
  const text = csv(connections("10.0.0.1", "203.0.113.1", 443, 30, 600), [
    "<img src=x onerror=alert(1)>,<b>,<i>,1,2,3",
  ]);
  await pick(page, textFile("<img src=x onerror=alert(2)>.csv", text));
  await page.click(".dataset summary");
  assert.equal(await page.locator("main img, main b:not(.score b, .priority b)").count(), 0);
  assert.match(await page.textContent(".diagnostics code"), /<img src=x onerror=alert\(1\)>/);
});

test("the security policy blocks requests to other servers, and text as markup", {
  timeout: 60_000,
}, async () => {
  const elsewhere = await serve();
  const { page, close } = await openPage(browser, server.url);
  try {
    const outcome = await page.evaluate(async (url) => {
      const tried = {};
      const attempt = async (name, act) => {
        tried[name] = await Promise.resolve()
          .then(act)
          .then(
            () => "done",
            (error) => error.name,
          );
      };
      await attempt("fetch", () => fetch(url, { mode: "no-cors" }));
      await attempt("markup", () => {
        document.body.insertAdjacentHTML("beforeend", "<b>bold</b>");
      });
      // A worker made as the page makes its own has the same policy.
      const program = `fetch(${JSON.stringify(url)}, { mode: "no-cors" }).then(
        () => postMessage("done"), (error) => postMessage(error.name))`;
      const rules = { createScriptURL: (text) => text };
      const policy = trustedTypes.createPolicy("beaconlens-worker", rules);
      const blob = URL.createObjectURL(new Blob([program]));
      const worker = new Worker(policy.createScriptURL(blob));
      tried.worker = await new Promise((resolve) => {
        worker.onmessage = ({ data }) => resolve(data);
      });
      return tried;
    }, elsewhere.url);
    assert.deepEqual(outcome, {
      fetch: "TypeError",
      markup: "TypeError",
      worker: "TypeError",
    });
    assert.equal(elsewhere.served(), 0);
  } finally {
    await close();
    await elsewhere.close();
  }
});

pageTest("more than 500 findings are shown page by page", async (page) => {
  const pairs = Array.from({ length: 620 }, (_, index) =>
    connections(`10.1.${index >> 8}.${index & 255}`, "203.0.113.1", 443, 20, 900),
  );
  await pick(page, textFile("many.csv", csv(...pairs)));
  assert.equal((await tableRows(page)).length, 500);
  await page.click("text=Show 120 more");
  assert.equal((await tableRows(page)).length, 620);
});

for (const colorScheme of ["light", "dark"]) {
  pageTest(
    `no serious barrier for assistive technology (${colorScheme})`,
    async (page) => {
      await noBarriers(page, "landing");
      await openSample(page);
      await noBarriers(page, "results");
      await screenshot(page, `results-${colorScheme}`);
      await page.click(".dataset summary");
      await page.click(".rule-more summary");
      await openRow(page, 0);
      await noBarriers(page, "detail");
      await page.fill("#rule-min-connections", "100000");
      await untilFindings(page, 0);
      await page.waitForSelector(".no-findings");
      await noBarriers(page, "no findings");
    },
    { colorScheme },
  );
}

pageTest(
  "on a phone the list does not scroll sideways",
  async (page) => {
    await openSample(page);
    const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.equal(await overflow(), 0);
    await page.locator("#list").evaluate((list) => list.scrollIntoView());
    await screenshot(page, "phone");
    await openRow(page, 0);
    assert.equal(await overflow(), 0);
    await page.waitForFunction(() => {
      const { top } = document.getElementById("detail").getBoundingClientRect();
      return top >= -1 && top < innerHeight / 2;
    });
    await screenshot(page, "phone-detail");
  },
  { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true },
);

pageTest(
  "the theme follows the system until one is chosen",
  async (page) => {
    const dark = () =>
      page.evaluate(() => getComputedStyle(document.body).backgroundColor.startsWith("rgb(16"));
    assert.equal(await dark(), true);
    await page.click("#theme");
    assert.equal(await page.textContent("#theme"), "Theme: light");
    assert.equal(await dark(), false);
    await page.reload();
    assert.equal(await dark(), false);
  },
  { colorScheme: "dark" },
);
