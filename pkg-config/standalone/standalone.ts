// The one-file page: its parts are data blocks in the document, gzip in base64.

import { start } from "../../www/src/app";
import { SAMPLE_NAME } from "../../www/src/host";

function unpack(name: string): Response {
  const text = document.getElementById(`part-${name}`)?.textContent;
  if (!text) throw new Error(`the file is damaged: its part "${name}" is missing`);
  const packed = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip")));
}

const moduleOf = async (name: string) => WebAssembly.compile(await unpack(name).arrayBuffer());

start({
  engine: () => moduleOf("engine"),
  capture: () => moduleOf("capture"),
  suffixes: async () => unpack("suffixes").text(),
  workerProgram: async () => unpack("worker").text(),
  sample: async () => new File([await unpack("sample").blob()], SAMPLE_NAME),
});
