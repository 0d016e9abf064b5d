// Prints what the module weighs, and fails when it outgrows its budget.

import { readFileSync } from "node:fs";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

/** Bytes of brotli: a page must be ready before anyone has picked a file. */
const BUDGET = 150 * 1024;

const wasm = readFileSync(new URL("../../dist/npm/dist/beaconlens.wasm", import.meta.url));
const brotli = brotliCompressSync(wasm, {
  params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: wasm.length },
});
const sizes = { raw: wasm.length, gzip: gzipSync(wasm, { level: 9 }).length, brotli: brotli.length };
for (const [form, bytes] of Object.entries(sizes)) {
  console.log(`beaconlens.wasm ${form.padEnd(7)}${(bytes / 1024).toFixed(1).padStart(8)} KB`);
}
if (sizes.brotli > BUDGET) {
  console.error(`the module is over its budget of ${BUDGET / 1024} KB brotli`);
  process.exit(1);
}
