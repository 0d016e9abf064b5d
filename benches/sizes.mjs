// Prints the download size of the module: raw, with gzip and with brotli.
import { readFileSync } from "node:fs";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const file = "dist/npm/dist/beaconlens.wasm";
const bytes = readFileSync(file);
const kb = (length) => `${(length / 1000).toFixed(1)} KB`;
const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
console.log("| file | raw | gzip -9 | brotli 11 |\n|---|--:|--:|--:|");
console.log(
  `| ${file} | ${kb(bytes.length)} | ${kb(gzipSync(bytes, { level: 9 }).length)} | ${kb(brotli.length)} |`,
);
