// Makes dist/worker/ from src/ and dist/npm/: the Worker in one file, and the module it imports.
// `cargo xtask build` calls it.

import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = fileURLToPath(new URL("../..", import.meta.url));
const npm = join(root, "dist/npm/dist");
const out = join(root, "dist/worker");

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
copyFileSync(join(npm, "beaconlens.wasm"), join(out, "beaconlens.wasm"));

await build({
  entryPoints: [join(here, "src/index.ts")],
  outfile: join(out, "index.js"),
  bundle: true,
  format: "esm",
  target: "es2022",
  platform: "neutral",
  conditions: ["workerd"],
  alias: { beaconlens: join(npm, "workerd.js") },
  // Workers compile no bytes: the module stays a file of its own that is imported.
  external: ["./beaconlens.wasm"],
  logLevel: "warning",
});
