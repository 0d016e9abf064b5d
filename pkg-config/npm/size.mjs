// Prints the sizes of the modules in KB (1,000 bytes), and fails when one exceeds its budget.

import { readFileSync } from "node:fs";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

/** Bytes with brotli. The page waits for the engine; the reader of captures is loaded when a file needs it. */
const BUDGETS = { "beaconlens.wasm": 220_000, "capture.wasm": 50_000 };

const kb = (bytes) => `${(bytes / 1000).toFixed(1)} KB`;

for (const [name, budget] of Object.entries(BUDGETS)) {
  const wasm = readFileSync(new URL(`../../dist/npm/dist/${name}`, import.meta.url));
  const brotli = brotliCompressSync(wasm, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: wasm.length },
  });
  const sizes = { raw: wasm.length, gzip: gzipSync(wasm, { level: 9 }).length, brotli: brotli.length };
  for (const [form, bytes] of Object.entries(sizes)) {
    console.log(`${name.padEnd(16)}${form.padEnd(7)}${kb(bytes).padStart(9)}`);
  }
  if (sizes.brotli > budget) {
    console.error(`${name} exceeds its budget of ${kb(budget)} with brotli`);
    process.exitCode = 1;
  }
}
