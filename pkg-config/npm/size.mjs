// Prints what the modules weigh, and fails when one outgrows its budget.

import { readFileSync } from "node:fs";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

/** Bytes of brotli: a page must be ready before anyone has picked a file; a capture is met later. */
const BUDGETS = { "beaconlens.wasm": 147 * 1024, "capture.wasm": 50 * 1024 };

for (const [name, budget] of Object.entries(BUDGETS)) {
  const wasm = readFileSync(new URL(`../../dist/npm/dist/${name}`, import.meta.url));
  const brotli = brotliCompressSync(wasm, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: wasm.length },
  });
  const sizes = { raw: wasm.length, gzip: gzipSync(wasm, { level: 9 }).length, brotli: brotli.length };
  for (const [form, bytes] of Object.entries(sizes)) {
    console.log(`${name.padEnd(16)}${form.padEnd(7)}${(bytes / 1024).toFixed(1).padStart(8)} KB`);
  }
  if (sizes.brotli > budget) {
    console.error(`${name} is over its budget of ${budget / 1024} KB brotli`);
    process.exitCode = 1;
  }
}
