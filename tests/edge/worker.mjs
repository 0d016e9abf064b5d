// The Worker of dist/worker/ in workerd, as Cloudflare runs it, and the command to compare it with.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Miniflare } from "miniflare";

export const root = fileURLToPath(new URL("../..", import.meta.url));
export const sample = readFileSync(`${root}www/sample/office-day.csv`);

/** Starts the Worker; `bindings` are its variables and secrets. */
export async function startWorker(bindings = {}) {
  const miniflare = new Miniflare({
    modules: [
      { type: "ESModule", path: `${root}dist/worker/index.js` },
      { type: "CompiledWasm", path: `${root}dist/worker/beaconlens.wasm` },
    ],
    modulesRoot: `${root}dist/worker`,
    compatibilityDate: configured("compatibility_date"),
    bindings: { BEACONLENS_MAX_BYTES: configured("BEACONLENS_MAX_BYTES"), ...bindings },
    cf: false,
    telemetry: { enabled: false },
  });
  const base = await miniflare.ready;
  // A connection of its own for each request: workerd ends idle ones after 5 seconds, and on a busy machine
  // just when the next upload begins.
  const ask = (path, { headers, ...init } = {}) =>
    fetch(new URL(path, base), { ...init, headers: { ...headers, connection: "close" } });
  return {
    url: (path) => new URL(path, base),
    get: ask,
    post: (path, body, init) => ask(path, { method: "POST", body, ...init }),
    stop: () => miniflare.dispose(),
  };
}

/** Megabytes that the runtimes started by this process have in memory. */
export function megabytes() {
  const list = execFileSync("ps", ["-A", "-o", "ppid=,rss=,comm="], { encoding: "utf8" });
  const processes = list.split("\n").map((line) => line.trim().split(/\s+/));
  const ours = processes.filter(([parent, , name]) => Number(parent) === process.pid && /workerd/.test(name));
  if (ours.length === 0) throw new Error("no workerd was found among the processes");
  return ours.reduce((sum, [, kilobytes]) => sum + Number(kilobytes) / 1024, 0);
}

/** A text of wrangler.jsonc. */
function configured(name) {
  const text = readFileSync(`${root}pkg-config/worker/wrangler.jsonc`, "utf8");
  const found = new RegExp(`"${name}": "([^"]*)"`).exec(text);
  if (!found) throw new Error(`wrangler.jsonc has no ${name}`);
  return found[1];
}

/** What the command prints for the same flows, given on its standard input. */
export function command(input, ...options) {
  const args = [`${root}dist/npm/cli.mjs`, "evaluate", ...options, "-"];
  return execFileSync(process.execPath, args, { input, stdio: "pipe", maxBuffer: 1 << 28, encoding: "utf8" });
}

/** The name that the command gives to its standard input. */
export const STDIN = "name=standard+input";

/** The bytes in pieces of these sizes, over and over, with a pause after each of the first few. */
export function slowly(bytes, sizes, pauses = 20) {
  let at = 0;
  let turn = 0;
  return new ReadableStream({
    async pull(controller) {
      if (at >= bytes.length) return controller.close();
      const size = sizes[turn % sizes.length];
      if (turn < pauses) await new Promise((resolve) => setTimeout(resolve, 5));
      controller.enqueue(new Uint8Array(bytes.subarray(at, at + size)));
      at += size;
      turn += 1;
    },
  });
}
