// The package as its users get it: packed, and installed into an empty project.

import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));

/** Data that is not part of the project; checks that need it are skipped without it. */
export const shared = process.env.BEACONLENS_SHARED ?? join(root, "../shared");

const project = mkdtempSync(join(tmpdir(), "beaconlens-package-"));
after(() => rmSync(project, { recursive: true, force: true }));

writeFileSync(join(project, "package.json"), '{ "private": true, "type": "module" }\n');
const npm = (...args) => execFileSync("npm", args, { cwd: project, encoding: "utf8", stdio: "pipe" });
const [{ filename, files }] = JSON.parse(
  npm("pack", "--json", "--pack-destination", project, join(root, "dist/npm")),
);
npm("install", "--offline", "--no-audit", "--no-fund", "--no-save", `./${filename}`);

/** The paths inside the tarball. */
export const packed = files.map((file) => file.path);

/** A path inside the project that has the package installed. */
export const inProject = (...parts) => join(project, ...parts);

/** Writes a file of the project; answers its path. */
export function write(name, content) {
  const path = inProject(name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, content);
  return path;
}

/** Imports an entry point of the installed package, as Node resolves it. */
export function load(entry = "beaconlens") {
  const require = createRequire(inProject("package.json"));
  const folder = join(require.resolve("beaconlens/package.json"), "..");
  const file = {
    beaconlens: "dist/node.mjs",
    "beaconlens/slim": "dist/slim.js",
    "beaconlens/inline": "dist/inline.js",
  };
  // A query makes Node load it anew: a fresh engine for each test that wants one.
  return import(`${pathToFileURL(join(folder, file[entry]))}?${Math.random()}`);
}

/** A program that an npm package of the workshop brought. */
export const tool = (name) => join(root, "node_modules/.bin", name);

/**
 * Runs a program to its end in the project.
 * @returns {Promise<{code: number, stdout: string, stderr: string}>}
 */
export function run(program, args, { input, cwd = project } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
    });
    const parts = { stdout: [], stderr: [] };
    for (const name of ["stdout", "stderr"]) child[name].on("data", (chunk) => parts[name].push(chunk));
    child.on("error", reject);
    child.on("close", (code) => {
      const [stdout, stderr] = ["stdout", "stderr"].map((name) => Buffer.concat(parts[name]).toString());
      resolve({ code, stdout, stderr });
    });
    child.stdin.on("error", () => {}); // it may end without reading all
    child.stdin.end(input);
  });
}

/** The installed command. */
export const beaconlens = (args, options) => run(inProject("node_modules/.bin/beaconlens"), args, options);
