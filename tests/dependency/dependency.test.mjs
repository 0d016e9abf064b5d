// The crates as dependencies of another WebAssembly program: without their default features they bring no exports
// and need no imports. Usage: node --test dependency.test.mjs, with the module's file in BEACONLENS_DEPENDENCY.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const module = new WebAssembly.Module(readFileSync(process.env.BEACONLENS_DEPENDENCY));

/** The linker exports these from every module. */
const LINKER = ["memory", "__data_end", "__heap_base"];

test("a program that depends on the crates needs no imports", () => {
  assert.deepEqual(WebAssembly.Module.imports(module), []);
});

test("it exports its own functions and no others", () => {
  const names = WebAssembly.Module.exports(module).map((entry) => entry.name);
  const own = names.filter((name) => !LINKER.includes(name));
  assert.deepEqual(own.sort(), ["knows_captures", "rows_used"]);
});

test("it runs without a host", () => {
  const { exports } = new WebAssembly.Instance(module);
  assert.equal(exports.rows_used(), 2n);
  assert.equal(exports.knows_captures(), 1n);
});
