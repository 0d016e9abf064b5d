// POST /evaluate gives the command's text, however the body comes.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { command, root, STDIN, sample, slowly, startWorker } from "./worker.mjs";

let worker;
before(async () => {
  worker = await startWorker();
});
after(() => worker.stop());

async function textOf(response) {
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return text;
}

test("a plain body gives the command's JSON, byte for byte", async () => {
  const response = await worker.post(`/evaluate?${STDIN}`, sample);
  assert.equal(response.headers.get("content-type"), "application/json; charset=utf-8");
  assert.equal(response.headers.get("cache-control"), "no-store");
  const text = await textOf(response);
  assert.equal(text, command(sample, "--format", "json"));
  const report = JSON.parse(text);
  assert.ok(report.findings.length > 0);
  assert.equal(report.totals.bytes_read, sample.length);
  assert.equal(report.sources[0].name, "standard input");
});

test("domains are told by the public suffix list, as everywhere", async () => {
  const lookups = readFileSync(`${root}tests/golden/public-suffixes.json`);
  const text = await textOf(await worker.post(`/evaluate?${STDIN}`, lookups));
  assert.match(JSON.parse(text).public_suffixes, /^20\d\d-/);
  assert.equal(text, command(lookups, "--format", "json"));
});

test("gzip is inflated, with and without the header that says so", async () => {
  const expected = command(sample, "--format", "json");
  const packed = gzipSync(sample);
  const headers = { "content-encoding": "gzip" };
  assert.equal(await textOf(await worker.post(`/evaluate?${STDIN}`, packed)), expected);
  assert.equal(await textOf(await worker.post(`/evaluate?${STDIN}`, packed, { headers })), expected);
});

test("a body that trickles in odd pieces gives the same text", async () => {
  const expected = command(sample, "--format", "json");
  const duplex = "half";
  const plain = slowly(sample, [1, 1, 7, 4093, 65_537, 2]);
  assert.equal(await textOf(await worker.post(`/evaluate?${STDIN}`, plain, { duplex })), expected);
  const packed = slowly(gzipSync(sample), [1, 1, 1, 509, 3, 8191]);
  assert.equal(await textOf(await worker.post(`/evaluate?${STDIN}`, packed, { duplex })), expected);
});

test("csv and ndjson, with all pairs if wanted, are the command's", async () => {
  for (const [format, type] of [
    ["csv", "text/csv; charset=utf-8"],
    ["query", "text/csv; charset=utf-8"],
    ["ndjson", "application/x-ndjson; charset=utf-8"],
  ]) {
    const response = await worker.post(`/evaluate?format=${format}`, sample);
    assert.equal(response.headers.get("content-type"), type);
    assert.equal(await textOf(response), command(sample, "--format", format));
    const byRule = await worker.post(`/evaluate?format=${format}&order=rule`, sample);
    assert.equal(await textOf(byRule), command(sample, "--format", format, "--order", "rule"));
    if (format === "query") continue;
    const all = await worker.post(`/evaluate?format=${format}&all=1`, sample);
    assert.equal(await textOf(all), command(sample, "--format", format, "--all"));
  }
});

test("the findings are those that the sample's truth expects", async () => {
  const report = JSON.parse(await textOf(await worker.post("/evaluate?order=rule", sample)));
  const found = report.findings.map((f) => `${f.sourceip} ${f.destinationip} ${f.destinationport}`);
  assert.ok(found.includes("10.20.2.25 203.0.113.66 443"), "the 60 s beacon");
  assert.ok(found.includes("10.20.3.42 192.0.2.66 6667"), "the IRC bot");
  assert.ok(found.includes("2001:db8:20:2002::29 2001:db8:bad::c2 443"), "the IPv6 beacon");
  assert.equal(found[0], "10.20.3.42 192.0.2.66 6667", "a listed port comes first");
  const ranked = JSON.parse(await textOf(await worker.post("/evaluate", sample))).findings;
  assert.equal(ranked[0].destinationip, "203.0.113.66", "by default, what is most machine-like");
  assert.equal(ranked[0].priority, Math.max(...ranked.map((finding) => finding.priority)));
});

test("window, end and rule reach the engine", async () => {
  const query = new URLSearchParams({
    name: "standard input",
    window: "6h",
    end: "2026-03-17T16:00:00Z",
    rule: JSON.stringify({ gates: { min_connections: 10 }, window: "1h" }),
  });
  const report = JSON.parse(await textOf(await worker.post(`/evaluate?${query}`, sample)));
  assert.equal(report.window.hours, 6);
  assert.equal(report.rule.end, "2026-03-17T16:00:00Z");
  assert.equal(report.rule.gates.min_connections, 10);
  assert.equal(report.rule.gates.min_hours, 3);
});

test("map and its companions read what has no known names", async () => {
  const text = "wann;von;nach;tor\n".concat(
    ...Array.from({ length: 30 }, (_, i) => `2026-03-17 0${i % 5}:10:${10 + i};10.0.0.1;192.0.2.1;443\n`),
  );
  const map = ["time=wann", "source=von", "destination=nach", "port=#4"];
  const query = new URLSearchParams({
    map: map.join(","),
    delimiter: ";",
    utc_offset_minutes: "60",
    name: "standard input",
  });
  const options = ["--map", map.join(","), "--delimiter", ";", "--utc-offset-minutes", "60"];
  const answer = await textOf(await worker.post(`/evaluate?${query}`, text));
  assert.equal(answer, command(text, "--format", "json", ...options));
  const [finding] = JSON.parse(answer).findings;
  assert.equal(finding.connection_count, 30);
  assert.equal(finding.first_seen, "2026-03-16 23:10:10");
});

test("two requests at once do not mix", async () => {
  const half = sample.subarray(0, sample.indexOf("\n", sample.length / 2) + 1);
  const duplex = "half";
  const [whole, first] = await Promise.all([
    worker.post(`/evaluate?${STDIN}`, slowly(sample, [30_011]), { duplex }).then(textOf),
    worker.post(`/evaluate?${STDIN}`, slowly(half, [20_011]), { duplex }).then(textOf),
  ]);
  assert.equal(whole, command(sample, "--format", "json"));
  assert.equal(first, command(half, "--format", "json"));
});

test("an empty query and no name answer `input 1`", async () => {
  const report = JSON.parse(await textOf(await worker.post("/evaluate", sample)));
  assert.equal(report.sources[0].name, "input 1");
});
