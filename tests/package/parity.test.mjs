// The module gives the reports that the native library gave, byte for byte.

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { load, root } from "./installed.mjs";

const { Detector } = await load();
const folder = join(root, "tests/golden");
const files = readdirSync(folder);
const cases = files
  .filter((name) => name.endsWith(".report.json"))
  .map((name) => name.replace(".report.json", ""));

/** The input of a case: the file of its name that is nothing else. */
const inputOf = (name) => files.find((file) => /^\.(csv|json|log|txt)$/.test(file.replace(name, "")));

const path = (name) => join(folder, name);
const text = (name) => (existsSync(path(name)) ? readFileSync(path(name), "utf8") : undefined);

const WHOLE = Number.POSITIVE_INFINITY;

/** A detector that has read the input of a case, cut into pieces of so many bytes. */
function read(name, size, more = {}) {
  const options = JSON.parse(text(`${name}.options.json`) ?? "{}");
  const input = readFileSync(path(inputOf(name)));
  const detector = new Detector({ ...options, ...more });
  detector.startSource(inputOf(name));
  for (let at = 0; at < input.length; at += size) {
    refusable(() => detector.ingest(input.subarray(at, at + size)));
  }
  refusable(() => detector.finish());
  return detector;
}

function reportOf(name, size) {
  const detector = read(name, size);
  const report = detector.evaluateText("json", text(`${name}.rule.json`));
  detector.free();
  return report;
}

/** Read by several detectors, each with its share of the pairs; the last one joins. */
function reportOfShards(name, of) {
  const rule = text(`${name}.rule.json`);
  const shards = Array.from({ length: of }, (_, index) => read(name, WHOLE, { shard: { index, of } }));
  const parts = shards.map((shard) => shard.partialResult(rule));
  const question = shards[0].prevalenceQuery(parts);
  const answers = shards.map((shard) => shard.prevalenceCounts(question));
  shards.at(-1).mergePartials(parts, answers.toReversed(), rule);
  const report = shards.at(-1).evaluateText("json", rule);
  for (const shard of shards) shard.free();
  return report;
}

/** A source that is refused says so in the report. */
function refusable(work) {
  try {
    work();
  } catch (error) {
    if (error.code !== "E_NOT_FLOWS") throw error;
  }
}

test("there are golden reports to compare with", () => {
  assert.ok(cases.length > 40, `only ${cases.length} cases`);
});

for (const name of cases) {
  test(`${name}: wasm is native`, () => {
    const native = text(`${name}.report.json`).trimEnd();
    assert.equal(reportOf(name, WHOLE), native);
    assert.equal(reportOf(name, 7), native, "in small pieces");
    for (const of of [1, 2, 5]) assert.equal(reportOfShards(name, of), native, `in ${of} shards`);
  });
}
