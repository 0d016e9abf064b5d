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
const inputOf = (name) => files.find((file) => /^\.(csv|json|log|txt)$/.test(file.slice(name.length)) && file.startsWith(name));

const path = (name) => join(folder, name);
const text = (name) => (existsSync(path(name)) ? readFileSync(path(name), "utf8") : undefined);

/** The report on the input, cut into pieces of so many bytes. */
function reportOf(name, size) {
  const options = text(`${name}.options.json`);
  const input = readFileSync(path(inputOf(name)));
  const detector = new Detector(options && JSON.parse(options));
  detector.startSource(inputOf(name));
  for (let at = 0; at < input.length; at += size) {
    refusable(() => detector.ingest(input.subarray(at, at + size)));
  }
  refusable(() => detector.finish());
  const report = detector.evaluateText("json", text(`${name}.rule.json`));
  detector.free();
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
    assert.equal(reportOf(name, Number.POSITIVE_INFINITY), native);
    assert.equal(reportOf(name, 7), native, "in small pieces");
  });
}
