// Bundles the page's parts, for the served page and for the one-file page.

import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import esbuild from "esbuild";

const www = dirname(fileURLToPath(import.meta.url));
const root = dirname(www);

/** The sample flows, in www/sample. */
export const SAMPLE = "office-day.csv";

/** Options of every bundle; `npm`: the folder of the built package. */
export const common = (npm) => ({
  bundle: true,
  minify: true,
  target: "es2022",
  charset: "utf8",
  legalComments: "none", // see fillTemplate
  logLevel: "warning",
  absWorkingDir: root,
  alias: { "beaconlens/slim": join(npm, "dist/slim.js") },
  plugins: [constantsOf(npm)],
});

/** `beaconlens-constants`: names and limits of the engine, asked of it now. */
const constantsOf = (npm) => ({
  name: "constants",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^beaconlens-constants$/ }, ({ path }) => ({ path, namespace: "constants" }));
    onLoad({ filter: /.*/, namespace: "constants" }, async () => {
      const { constants } = await import(pathToFileURL(join(npm, "dist/node.mjs")));
      return { contents: JSON.stringify(constants()), loader: "json" };
    });
  },
});

/** The worker as a classic script, where `import.meta` does not exist; nothing needs it. */
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

/** The page's script as one text, for a page that cannot load other files. */
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

/** The content security policy; `parts`: the directives that depend on where the parts are loaded from. */
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

/** Fills the template's placeholders. Replacements are functions, because `$` is special in a string. */
export async function fillTemplate({ policy, style, script }) {
  const template = await readFile(join(www, "index.html"), "utf8");
  // uPlot's licence must be distributed with it.
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
