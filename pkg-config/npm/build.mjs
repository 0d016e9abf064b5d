// Makes dist/npm/ from the modules and their glue: node build.mjs [folders of the modules].
// `cargo xtask build` calls it.

import { chmodSync, copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = fileURLToPath(new URL("../..", import.meta.url));
const moduleFolder = process.argv[2] ?? join(root, "target/module/beaconlens");
const captureFolder = process.argv[3] ?? join(root, "target/module/capture");
const out = join(root, "dist/npm");
const dist = join(out, "dist");

rmSync(out, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });

const wasm = readFileSync(join(moduleFolder, "beaconlens_bg.wasm"));
writeFileSync(join(dist, "beaconlens.wasm"), wasm);
copyFileSync(join(captureFolder, "capture_bg.wasm"), join(dist, "capture.wasm"));
const packed = join(moduleFolder, "beaconlens_bg.wasm.gz");
writeFileSync(packed, gzipSync(wasm, { level: 9 }));
const suffixes = join(root, "src/hunts/domains/public_suffixes.txt");
copyFileSync(suffixes, join(dist, "public_suffixes.txt"));
const packedSuffixes = join(moduleFolder, "public_suffixes.txt.gz");
writeFileSync(packedSuffixes, gzipSync(readFileSync(suffixes), { level: 9 }));

/** One entry point, whole in one file; the glue's own loader is not used and falls away. */
function entry(from, to, options) {
  return build({
    entryPoints: [join(here, "src", from)],
    outfile: join(dist, to),
    bundle: true,
    format: "esm",
    target: "es2022",
    platform: "neutral",
    alias: {
      "beaconlens-glue": join(moduleFolder, "beaconlens.js"),
      "beaconlens-capture-glue": join(captureFolder, "capture.js"),
      "beaconlens-packed": packed,
      "beaconlens-suffixes": suffixes,
      "beaconlens-suffixes-packed": packedSuffixes,
    },
    loader: { ".gz": "base64", ".txt": "text" },
    external: ["./beaconlens.wasm"],
    logLevel: "warning",
    ...options,
  });
}

/** A program of the command, which finds the package in its own folder. */
function program(from, to, options) {
  return build({
    entryPoints: [join(here, "cli", from)],
    outfile: join(out, to),
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    external: ["./dist/node.mjs", "./dist/slim.js"],
    logLevel: "warning",
    ...options,
  });
}

await Promise.all([
  entry("node.js", "node.mjs", { platform: "node", target: "node20" }),
  entry("node.cjs", "node.cjs", {
    platform: "node",
    target: "node20",
    format: "cjs",
    // Of the loader that falls away.
    logOverride: { "empty-import-meta": "silent" },
  }),
  entry("workerd.js", "workerd.js"),
  entry("browser.js", "browser.js"),
  entry("slim.js", "slim.js"),
  entry("inline.js", "inline.js"),
  program("main.js", "cli.mjs", { banner: { js: "#!/usr/bin/env node" } }),
  program("worker.js", "worker.mjs"),
]);
chmodSync(join(out, "cli.mjs"), 0o755);

for (const types of ["index.d.ts", "index.d.cts"]) copyFileSync(join(here, "index.d.ts"), join(dist, types));
cpSync(join(here, "schema"), join(dist, "schema"), { recursive: true });
copyFileSync(join(here, "README.md"), join(out, "README.md"));
for (const name of ["LICENSE-APACHE", "LICENSE-MIT"]) copyFileSync(join(root, name), join(out, name));

const manifest = JSON.parse(readFileSync(join(here, "package.json"), "utf8"));
const { name, ...rest } = manifest;
const versioned = { name, version: crateVersion(), ...rest };
writeFileSync(join(out, "package.json"), `${JSON.stringify(versioned, null, 2)}\n`);

/** The crate's version is the package's version. */
function crateVersion() {
  const cargo = readFileSync(join(root, "Cargo.toml"), "utf8");
  const found = /^\[package\][^[]*?^version = "([^"]+)"/ms.exec(cargo);
  if (!found) throw new Error("Cargo.toml has no version in [package]");
  return found[1];
}
