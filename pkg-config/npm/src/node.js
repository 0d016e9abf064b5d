// Node, Deno, Bun: the modules and the public suffix list are in the folder of this file, and are read at first use.
import { readFileSync } from "node:fs";
import { initCapture } from "./capture.js";
import { setHost } from "./engine.js";
import { setSuffixes } from "./suffixes.js";

setHost({
  loadSync: () => new WebAssembly.Module(readFileSync(new URL("./beaconlens.wasm", import.meta.url))),
});
initCapture(() => readFileSync(new URL("./capture.wasm", import.meta.url)));
setSuffixes({ loadSync: () => readFileSync(new URL("./public_suffixes.txt", import.meta.url), "utf8") });

export * from "./facade.js";
