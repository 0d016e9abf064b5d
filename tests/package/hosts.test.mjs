// The installed package on every host: it starts, and it gives the same report.

import assert from "node:assert/strict";
import { copyFileSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { DAY, DAY_CSV, DAY_FINDING, LOOKUP } from "./flows.mjs";
import { inProject, packed, root, run, tool, write } from "./installed.mjs";

const flows = write("day.csv", DAY);
const PRINT = `
const report = await evaluate(DAY);
const detector = new Detector();
detector.ingest(DAY);
detector.finish();
const named = await evaluate(${JSON.stringify(LOOKUP)});
console.log(JSON.stringify([report.findings, detector.evaluateText("csv"), named.public_suffixes]));
detector.free();
`;

/** The program printed the one finding, by both ways in, and by what it told domains. */
function assertFinding({ code, stdout, stderr }, domains = /^20\d\d-/) {
  assert.equal(code, 0, stderr);
  const [findings, csv, suffixes] = JSON.parse(stdout);
  assert.match(suffixes, domains);
  assert.deepEqual(findings, [DAY_FINDING]);
  assert.equal(csv, DAY_CSV);
}

function moduleProgram(name, entry = "beaconlens") {
  const source = `import { readFileSync } from "node:fs";
import { Detector, evaluate } from "${entry}";
const DAY = readFileSync(${JSON.stringify(flows)}, "utf8");${PRINT}`;
  return write(name, source);
}

test("Node, import", async () => {
  assertFinding(await run("node", [moduleProgram("esm.mjs")]));
});

test("Node, require", async () => {
  const source = `const { readFileSync } = require("node:fs");
const { Detector, evaluate } = require("beaconlens");
const DAY = readFileSync(${JSON.stringify(flows)}, "utf8");
(async () => {${PRINT}})();`;
  assertFinding(await run("node", [write("require.cjs", source)]));
});

test("Deno", async () => {
  const args = ["run", "--quiet", "--no-prompt", "--no-remote", "--allow-read", moduleProgram("deno.mjs")];
  assertFinding(await run(tool("deno"), args));
});

test("Bun", async () => {
  assertFinding(await run(tool("bun"), [moduleProgram("bun.mjs")]));
});

test("beaconlens/inline needs no file", async () => {
  const source = readFileSync(moduleProgram("inline.mjs", "beaconlens/inline"), "utf8");
  const program = write(
    "inline-init.mjs",
    source.replace("Detector,", "Detector, init,").replace("const report", "await init();\nconst report"),
  );
  assertFinding(await run("node", [program]));
});

test("the package holds the engine and the reader of captures, and no source", () => {
  assert.deepEqual(
    packed.filter((path) => path.endsWith(".wasm")),
    ["dist/beaconlens.wasm", "dist/capture.wasm"],
  );
  assert.deepEqual([...packed].sort(), [
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "cli.mjs",
    "dist/beaconlens.wasm",
    "dist/browser.js",
    "dist/capture.wasm",
    "dist/index.d.cts",
    "dist/index.d.ts",
    "dist/inline.js",
    "dist/node.cjs",
    "dist/node.mjs",
    "dist/public_suffixes.txt",
    "dist/schema/rule.json",
    "dist/slim.js",
    "dist/workerd.js",
    "package.json",
    "worker.mjs",
  ]);
});

test("a bundle for browsers has no Node in it, and names both modules", async () => {
  const entry = write("page.js", 'import { evaluate } from "beaconlens";\nglobalThis.answer = evaluate;\n');
  const bundle = { entryPoints: [entry], bundle: true, format: "esm", platform: "browser", write: false };
  const { outputFiles, metafile } = await build({ ...bundle, metafile: true, logLevel: "silent" });
  const inputs = Object.keys(metafile.inputs);
  assert.ok(
    inputs.some((path) => path.endsWith("dist/browser.js")),
    inputs.join(),
  );
  const [{ text }] = outputFiles;
  assert.doesNotMatch(text, /node:|require\(/);
  const named = [...text.matchAll(/new URL\(["']\.\/([^"']*\.wasm)["']/g)].map(([, name]) => name);
  assert.deepEqual(named, ["beaconlens.wasm", "capture.wasm"]);
  assert.match(text, /new URL\(["']\.\/public_suffixes\.txt["']/);
});

test("a Worker gets the module imported, never compiled from bytes", async () => {
  const worker = `import { evaluate } from "beaconlens";
export default { fetch: async (request) => Response.json(await evaluate(request.body)) };`;
  const { outputFiles } = await build({
    entryPoints: [write("worker.js", worker)],
    bundle: true,
    format: "esm",
    conditions: ["workerd", "worker", "browser"],
    external: ["*.wasm"],
    write: false,
  });
  // As wrangler does: the script, and the module beside it.
  const modules = [
    { type: "ESModule", path: "worker.js", contents: outputFiles[0].text },
    {
      type: "CompiledWasm",
      path: "beaconlens.wasm",
      contents: readFileSync(inProject("node_modules/beaconlens/dist/beaconlens.wasm")),
    },
  ];
  const miniflare = new Miniflare({
    modules,
    compatibilityDate: "2026-01-01",
    cf: false,
    telemetry: { enabled: false },
  });
  try {
    const post = (body) => miniflare.dispatchFetch("http://localhost/", { method: "POST", body });
    assert.deepEqual((await (await post(DAY)).json()).findings, [DAY_FINDING]);
    assert.match((await (await post(LOOKUP)).json()).public_suffixes, /^20\d\d-/);
  } finally {
    await miniflare.dispose();
  }
});

test("a bundle of beaconlens/slim emits one module, and runs", async () => {
  const entry = write(
    "slim-page.js",
    `import { Detector, evaluate, init } from "beaconlens/slim";
import path from "beaconlens/beaconlens.wasm";
const { readFileSync } = globalThis.process.getBuiltinModule("node:fs");
await init(readFileSync(new URL(path, import.meta.url)));
const DAY = readFileSync(${JSON.stringify(flows)}, "utf8");${PRINT}`,
  );
  const outdir = inProject("slim-out");
  const loader = { ".wasm": "file" };
  await build({
    entryPoints: [entry],
    bundle: true,
    format: "esm",
    outdir,
    loader,
    outExtension: { ".js": ".mjs" },
  });
  const emitted = readdirSync(outdir);
  assert.equal(emitted.filter((name) => name.endsWith(".wasm")).length, 1, emitted.join());
  assertFinding(await run("node", [join(outdir, "slim-page.mjs")]), /^built-in heuristic$/);
});

test("the types compile, by import and by require", async () => {
  copyFileSync(join(root, "tests/package/every-export.ts"), inProject("every-export.mts"));
  write(
    "every.cts",
    'import beaconlens = require("beaconlens");\nexport const text: string = beaconlens.version();\n',
  );
  const options = ["--noEmit", "--strict", "--module", "node16", "--target", "es2022", "--lib", "es2022,dom"];
  const result = await run(tool("tsc"), [...options, "--types", "", "every-export.mts", "every.cts"]);
  assert.equal(result.code, 0, result.stdout);
});
