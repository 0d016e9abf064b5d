// The module as text inside this file: nothing to fetch, nothing to configure.
import packed from "beaconlens-packed";
import { setHost } from "./engine.js";

setHost({ load: unpack });

async function unpack() {
  const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
  const inflated = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(inflated).arrayBuffer();
}

export * from "./facade.js";
