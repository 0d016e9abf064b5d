// The served page: its parts are loaded from files next to it.

import { start } from "./app";
import { SAMPLE_NAME } from "./host";

async function get(path: string): Promise<Response> {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path} could not be loaded (${response.status})`);
  return response;
}

const moduleOf = async (path: string) => WebAssembly.compile(await (await get(path)).arrayBuffer());

start({
  engine: () => moduleOf("beaconlens.wasm"),
  capture: () => moduleOf("capture.wasm"),
  suffixes: async () => (await get("public_suffixes.txt")).text(),
  workerProgram: async () => (await get("scan.worker.js")).text(),
  sample: async () => new File([await (await get(`sample/${SAMPLE_NAME}`)).blob()], SAMPLE_NAME),
});
