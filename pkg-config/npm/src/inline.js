// The module as text inside this file, and the public suffix list: nothing to fetch, nothing to configure.
import packed from "beaconlens-packed";
import packedList from "beaconlens-suffixes-packed";
import { setHost } from "./engine.js";
import { setSuffixes } from "./suffixes.js";

setHost({ load: () => unpack(packed).arrayBuffer() });
setSuffixes({ load: () => unpack(packedList).text() });

function unpack(text) {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")));
}

export * from "./facade.js";
