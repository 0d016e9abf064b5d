// Browsers, with and without a bundler: the modules are fetched from the folder of this file.
import { initCapture } from "./capture.js";
import { setHost } from "./engine.js";
import { setSuffixes } from "./suffixes.js";

setHost({ load: () => new URL("./beaconlens.wasm", import.meta.url) });
initCapture(() => new URL("./capture.wasm", import.meta.url));
setSuffixes({ load: () => new URL("./public_suffixes.txt", import.meta.url) });

export * from "./facade.js";
