// Node, Deno, Bun: the module lies beside this file, and is read at first use.
import { readFileSync } from "node:fs";
import { setHost } from "./engine.js";

setHost({
  loadSync: () => new WebAssembly.Module(readFileSync(new URL("./beaconlens.wasm", import.meta.url))),
});

export * from "./facade.js";
