// The page with several workers shows and exports the same as with one.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { cpus } from "node:os";
import { basename } from "node:path";
import { gzipSync } from "node:zlib";
import { reportText } from "./engine.mjs";
import { folder, pageTest } from "./fixture.mjs";
import {
  columnOf,
  connections,
  csv,
  samplePath,
  settled,
  untilDetail,
  untilRead,
  untilResults,
} from "./harness.mjs";

/** A test on a page with a given number of workers. */
function workersTest(name, workers, steps, options) {
  pageTest(name, steps, { query: workers ? `?workers=${workers}` : "", ...options });
}

const pick = async (page, ...paths) => {
  await page.setInputFiles("#picker", paths);
  await untilRead(page, ...paths.map((path) => basename(path)));
};

/** Terminated workers disappear a moment later. */
async function untilWorkers(page, count, why) {
  const end = Date.now() + 10_000;
  while (page.workers().length !== count && Date.now() < end) await page.waitForTimeout(20);
  assert.equal(page.workers().length, count, why);
}

async function exported(page, format = "JSON") {
  const [download] = await Promise.all([page.waitForEvent("download"), page.click(`text=Export ${format}`)]);
  return readFile(await download.path(), "utf8");
}

/** The detail of a pair, opened with the form. */
async function explained(page, source, destination, port) {
  await page.click("#tab-explain");
  await page.fill("[name=source]", source);
  await page.fill("[name=destination]", destination);
  await page.fill("[name=port]", String(port));
  await page.keyboard.press("Enter");
  await untilDetail(page, source, destination, port);
  return page.textContent("#detail");
}

/** Sources of every shard, some IPv6; more blocks than two workers have in transit. */
function manyFlows() {
  const groups = [];
  for (let host = 0; host < 40; host++) {
    const source = host % 5 === 0 ? `2001:db8::${host.toString(16)}` : `10.0.${host}.5`;
    groups.push(connections(source, "203.0.113.9", 443, 20 + host, 900));
    groups.push(connections(source, "198.51.100.7", 6667, host, 420));
    groups.push(connections(source, `198.51.${host}.8`, 443, 6000, 14));
  }
  return csv(...groups);
}

const RULE = { gates: { min_connections: 40 } };
/** The exports of one detector in Node, and the details of pairs on a page with one worker. */
const expected = {};
const details = new Map();

for (const workers of [1, 2, 3, 4]) {
  workersTest(`${workers} workers: reports, other rules, explanations`, workers, async (page) => {
    const many = manyFlows();
    const sources = [
      ["office-day.csv", await readFile(samplePath)],
      ["many.csv.gz", Buffer.from(many)],
      ["photo.jpg", Buffer.from([255, 216, 255, 224, 0, 16, 74])],
      ["many.csv", Buffer.from(many)],
    ];
    assert.ok(many.length > 11 << 20);
    const files = { "many.csv.gz": gzipSync(many, { level: 1 }) };
    const paths = [];
    for (const [name, bytes] of sources) paths.push(await folder.write(name, files[name] ?? bytes));
    await pick(page, ...paths);
    await untilWorkers(page, workers);
    expected.json ??= await reportText("json", sources.slice(0, 2).concat(sources.slice(3)), undefined);
    const report = JSON.parse(await exported(page));
    const own = JSON.parse(expected.json);
    // Only the refused photo among the sources is different.
    assert.equal(report.sources.length, 4);
    assert.deepEqual({ ...report, sources: [], totals: {} }, { ...own, sources: [], totals: {} });
    assert.deepEqual(report.findings, own.findings);
    expected.text ??= JSON.stringify(report);
    assert.equal(JSON.stringify(report), expected.text);
    expected.csv ??= await reportText("csv", sources.slice(0, 2).concat(sources.slice(3)), RULE);
    await page.fill("#rule-min-connections", "40");
    await settled(page);
    assert.equal(await exported(page, "CSV"), expected.csv);
    const pairs = [
      ["10.0.1.5", "198.51.100.7", 6667],
      ["10.0.2.5", "203.0.113.9", 443],
      ["10.0.3.5", "203.0.113.9", 443],
      ["2001:db8::5", "203.0.113.9", 443],
      ["10.0.1.5", "192.0.2.255", 443],
    ];
    for (const pair of pairs) {
      const detail = await explained(page, ...pair);
      if (!details.has(String(pair))) details.set(String(pair), detail);
      assert.equal(detail, details.get(String(pair)), String(pair));
    }
    assert.equal(new Set(details.values()).size, pairs.length);
  });
}

workersTest(
  "a large file is read by as many workers as there are cores, a small one by one",
  undefined,
  async (page) => {
    await pick(page, samplePath);
    await untilWorkers(page, 1);
    const rows = connections("10.0.0.1", "203.0.113.1", 443, 20_000, 4).join("\n");
    const path = await folder.write("large.csv", csv(Array(90).fill(rows)));
    await pick(page, path);
    await untilWorkers(page, Math.min(cpus().length, 2), "the worker of the first file is gone");
    assert.equal((await columnOf(page, "connection_count"))[0], "1,800,000");
  },
);

workersTest("cancelling ends all workers, and earlier results stay usable", 3, async (page) => {
  await pick(page, samplePath);
  const before = await exported(page);
  const rows = connections("10.0.0.1", "203.0.113.1", 443, 20_000, 4).join("\n");
  const path = await folder.write("large.csv", csv(Array(200).fill(rows)));
  await page.evaluate(() => {
    window.progressSeen = [];
  });
  await page.setInputFiles("#picker", path);
  await page.waitForFunction(() => window.progressSeen.length >= 2, null, { polling: 20 });
  await untilWorkers(page, 6);
  await page.keyboard.press("Escape");
  await untilResults(page);
  await untilWorkers(page, 3);
  assert.equal(await exported(page), before);
});

workersTest("a worker that fails ends the reading with a message", 3, async (page, { context, troubles }) => {
  const broken = `addEventListener("message", ({ data }) => {
    if (data.link?.index === 2) throw new Error("no thread today");
  });`;
  await context.route("**/scan.worker.js", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${broken}\n${await response.text()}` });
  });
  await page.reload();
  await page.setInputFiles("#picker", samplePath);
  await page.waitForSelector(".message-error >> text=no thread today");
  assert.equal(await page.getAttribute("body", "data-state"), "landing");
  await untilWorkers(page, 0);
  troubles.length = 0; // the browser logs the error too
});

workersTest("if workers cannot read files, the page reads them", 3, async (page, { context }) => {
  // As in WebKit on file:// pages; only from the second slice on, so that something was read before.
  const broken = `const slice = Blob.prototype.slice;
    Blob.prototype.slice = function (from, to) {
      if (from > 0) throw new DOMException("no", "NotReadableError");
      return slice.call(this, from, to);
    };`;
  await context.route("**/scan.worker.js", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${broken}\n${await response.text()}` });
  });
  await page.reload();
  const many = manyFlows();
  const path = await folder.write("many-twice.csv", many + many.slice(many.indexOf("\n") + 1));
  await pick(page, path);
  const bytes = await readFile(path);
  assert.ok(bytes.length > 16 << 20, "more than a slice");
  assert.equal(await exported(page), await reportText("json", [["many-twice.csv", bytes]]));
});

workersTest(
  "in the one file, from file://",
  3,
  async (page) => {
    const path = await folder.write("many.csv", manyFlows());
    await pick(page, path);
    await untilWorkers(page, 3);
    assert.equal(await exported(page), await reportText("json", [["many.csv", await readFile(path)]]));
  },
  { standalone: true },
);

workersTest("a file can be picked before the engine is loaded", 2, async (page, { context }) => {
  let arrive;
  const arrived = new Promise((resolve) => {
    arrive = resolve;
  });
  await context.route("**/beaconlens.wasm", async (route) => {
    await arrived;
    await route.continue();
  });
  await page.reload();
  await page.setInputFiles("#picker", samplePath);
  await page.waitForSelector("body[data-state=reading]");
  assert.equal(page.workers().length, 0);
  arrive();
  await untilResults(page);
  assert.equal(
    await exported(page),
    await reportText("json", [["office-day.csv", await readFile(samplePath)]]),
  );
});
