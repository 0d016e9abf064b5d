// Builds the served page from dist/npm: dist/page.

import { copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import esbuild from "esbuild";
import { bundleStyle, bundleWorker, common, fillTemplate, policyOf, SAMPLE } from "./bundle.mjs";

const www = dirname(fileURLToPath(import.meta.url));
const root = dirname(www);
const npm = join(root, "dist/npm");
const out = join(root, "dist/page");

await rm(out, { recursive: true, force: true });
await mkdir(join(out, "sample"), { recursive: true });
await esbuild.build({
  ...common(npm),
  entryPoints: [join(www, "src/page.ts")],
  format: "esm",
  splitting: true,
  outdir: out,
  chunkNames: "plots-[hash]",
});
const policy = policyOf(["script-src 'self' 'wasm-unsafe-eval'", "style-src 'self'", "connect-src 'self'"]);
const html = await fillTemplate({
  policy,
  style: '<link rel="stylesheet" href="style.css">',
  script: '<script type="module" src="page.js"></script>',
});
await writeFile(join(out, "index.html"), html);
await writeFile(join(out, "style.css"), await bundleStyle());
await writeFile(join(out, "scan.worker.js"), await bundleWorker(npm));
for (const name of ["beaconlens.wasm", "capture.wasm", "public_suffixes.txt"]) {
  await copyFile(join(npm, "dist", name), join(out, name));
}
await copyFile(join(www, "sample", SAMPLE), join(out, "sample", SAMPLE));
