// Preloaded into `node dist/npm/cli.mjs` by `cargo xtask bench`: reports the CPU seconds from here, before anything
// of beaconlens is loaded, to the end, including the compilation of the WebAssembly module; and the memory of the
// engine of the first thread.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const start = process.cpuUsage();

/** WebAssembly memory only grows: its final size is its peak. */
let memory;
WebAssembly.Instance = class extends WebAssembly.Instance {
  constructor(...given) {
    super(...given);
    memory ??= this.exports.memory;
  }
};

process.on("exit", () => {
  const { user, system } = process.cpuUsage(start);
  const manifest = join(dirname(process.argv[1]), "package.json");
  const { version } = JSON.parse(readFileSync(manifest, "utf8"));
  process.stderr.write(`memory ${memory?.buffer.byteLength ?? 0}\n`);
  process.stderr.write(`measured ${version} ${(user + system) / 1e6}\n`);
});
