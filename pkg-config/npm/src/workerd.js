// Cloudflare Workers compile no bytes: the module is imported, and starts at first use. They have no files either:
// the public suffix list is a text inside this one.
import list from "beaconlens-suffixes";
import module from "./beaconlens.wasm";
import { setHost } from "./engine.js";
import { setSuffixes } from "./suffixes.js";

setHost({ loadSync: () => module });
setSuffixes({ loadSync: () => list });

export * from "./facade.js";
