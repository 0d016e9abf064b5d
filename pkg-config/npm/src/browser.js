// Browsers, with and without a bundler: the module is fetched from beside this file.
import { setHost } from "./engine.js";

setHost({ load: () => new URL("./beaconlens.wasm", import.meta.url) });

export * from "./facade.js";
