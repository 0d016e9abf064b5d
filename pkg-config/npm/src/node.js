// Node, Deno, Bun: the modules lie beside this file, and are read at first use.
import { readFileSync } from "node:fs";
import { initCapture } from "./capture.js";
import { setHost } from "./engine.js";

setHost({
  loadSync: () => new WebAssembly.Module(readFileSync(new URL("./beaconlens.wasm", import.meta.url))),
});
initCapture(() => readFileSync(new URL("./capture.wasm", import.meta.url)));

export * from "./facade.js";
