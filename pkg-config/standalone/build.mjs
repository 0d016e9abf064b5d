// Builds dist/beaconlens.html from dist/npm: the page as one file that works from file:// without a network.

import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import {
  bundleInline,
  bundleStyle,
  bundleWorker,
  fillTemplate,
  policyOf,
  SAMPLE,
} from "../../www/bundle.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../..");
const npm = join(root, "dist/npm");

/** A data block: browsers run no script of this type, so the policy need not allow it. */
function part(name, bytes) {
  // A fixed level and no time stamp: the same inputs give the same file.
  const packed = gzipSync(bytes, { level: 9 }).toString("base64");
  return `<script type="text/plain" id="part-${name}">${packed}</script>`;
}

/** Keeps the text from ending its own element; in a script these only occur in strings and regexes. */
const inlineSafe = (script) => script.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--");

const hashOf = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

const style = await bundleStyle();
const script = inlineSafe(await bundleInline(npm, join(here, "standalone.ts")));
const parts = [
  part("engine", await readFile(join(npm, "dist/beaconlens.wasm"))),
  part("capture", await readFile(join(npm, "dist/capture.wasm"))),
  part("suffixes", await readFile(join(npm, "dist/public_suffixes.txt"))),
  part("worker", Buffer.from(await bundleWorker(npm))),
  part("sample", await readFile(join(root, "www/sample", SAMPLE))),
];
const html = await fillTemplate({
  policy: policyOf([`script-src ${hashOf(script)} 'wasm-unsafe-eval'`, `style-src ${hashOf(style)}`]),
  style: `<style>${style}</style>`,
  script: `${parts.join("\n")}\n<script type="module">${script}</script>`,
});
await writeFile(join(root, "dist/beaconlens.html"), html);
