// Builds the page from dist/npm: dist/page (a folder to serve) and dist/beaconlens.html (one file).

import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import esbuild from "esbuild";
import { buildStandalone } from "../pkg-config/standalone/build.mjs";

const www = dirname(fileURLToPath(import.meta.url));
const root = dirname(www);
export const SAMPLE = "office-day.csv";

const common = (npm) => ({
  bundle: true,
  minify: true,
  target: "es2022",
  charset: "utf8",
  legalComments: "none", // see fillTemplate
  logLevel: "warning",
  absWorkingDir: root,
  alias: { "beaconlens/slim": join(npm, "dist/slim.js") },
});

/** The worker as a classic script; `import.meta` does not exist there, and nothing needs it. */
export async function bundleWorker(npm) {
  const result = await esbuild.build({
    ...common(npm),
    entryPoints: [join(www, "src/engine/worker.ts")],
    format: "iife",
    write: false,
    define: { "import.meta.url": "undefined" },
  });
  return result.outputFiles[0].text;
}

/** A program of the page as one text, for where there are no files to load from. */
export async function bundleInline(npm, entry) {
  const result = await esbuild.build({
    ...common(npm),
    entryPoints: [entry],
    format: "esm",
    write: false,
  });
  return result.outputFiles[0].text;
}

export async function bundleStyle() {
  const result = await esbuild.build({
    entryPoints: [join(www, "style.css")],
    bundle: true,
    minify: true,
    charset: "utf8",
    write: false,
    logLevel: "warning",
    absWorkingDir: root,
  });
  return result.outputFiles[0].text;
}

/** What every form of the page forbids itself. The rest depends on where its parts come from. */
export const policyOf = (parts) =>
  [
    "default-src 'none'",
    ...parts,
    "worker-src blob:",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types beaconlens-worker",
  ].join("; ");

/** The template with its places filled. Functions: a `$` in the text means nothing. */
export async function fillTemplate({ policy, style, script }) {
  const template = await readFile(join(www, "index.html"), "utf8");
  // The plots are uPlot's, and its licence wants to travel with it.
  const licence = (await readFile(join(root, "node_modules/uplot/LICENSE"), "utf8")).trim();
  const meta = `<meta http-equiv="Content-Security-Policy" content="${policy}">`;
  return template
    .replace("<!-- policy -->", () => meta)
    .replace("<!-- style -->", () => style)
    .replace(
      "<!-- script -->",
      () =>
        `${script}\n<!-- With the public suffix list, under the Mozilla Public License 2.0, and uPlot:\n${licence}\n-->`,
    );
}

async function buildPage(npm, out) {
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
}

/** `npm`: where the built package is; `out`: where `page/` and `beaconlens.html` go. */
export async function build({ npm = join(root, "dist/npm"), out = join(root, "dist") } = {}) {
  await mkdir(out, { recursive: true });
  await buildPage(npm, join(out, "page"));
  await buildStandalone(npm, join(out, "beaconlens.html"));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await build();
