// Cloudflare Workers compile no bytes: the module is imported, and starts at first use.
import module from "./beaconlens.wasm";
import { setHost } from "./engine.js";

setHost({ loadSync: () => module });

export * from "./facade.js";
