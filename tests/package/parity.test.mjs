// The module gives the reports that the native library gave, byte for byte.

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { load, root } from "./installed.mjs";

const { Detector } = await load();
const folder = join(root, "tests/golden");
const cases = readdirSync(folder)
  .filter((name) => name.endsWith(".report.json"))
  .map((name) => name.replace(".report.json", ""));

const read = (name) => readFileSync(join(folder, name));
const readJson = (name) => (existsSync(join(folder, name)) ? JSON.parse(read(name)) : undefined);

test("there are golden reports to compare with", () => {
  assert.ok(cases.length > 0);
});

for (const name of cases) {
  test(`${name}: wasm is native`, () => {
    const detector = new Detector(readJson(`${name}.options.json`));
    detector.startSource(`${name}.csv`);
    detector.ingest(read(`${name}.csv`));
    detector.finish();
    const text = detector.evaluateText("json", readJson(`${name}.rule.json`));
    detector.free();
    assert.equal(text.trimEnd(), read(`${name}.report.json`).toString().trimEnd());
  });
}
