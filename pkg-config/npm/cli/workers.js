// The threads of the command, and the ring of them.

import { readFileSync } from "node:fs";
import { Leader } from "../shards/leader.ts";
import { ringOf } from "../shards/ring.ts";
import { BeaconlensError, Detector, initSync } from "./dist/node.mjs";

const file = (name) => new URL(name, import.meta.url);
const publicSuffixes = async () => readFileSync(file("./dist/public_suffixes.txt"), "utf8");
const engine = { BeaconlensError, Detector, publicSuffixes };

/** Compiles the module, which all threads share, and starts the engine of this one. */
export function startEngine() {
  const module = new WebAssembly.Module(readFileSync(file("./dist/beaconlens.wasm")));
  initSync(module);
  return module;
}

/** @returns {Promise<Leader>} this thread's detector; the others are behind it */
export async function startWorkers(module, count) {
  if (count === 1) return new Leader(engine);
  const { Worker } = await import("node:worker_threads");
  const [link, ...links] = ringOf(count);
  const leader = new Leader(engine, link);
  for (const workerData of links.map((link) => ({ module, link }))) {
    const transferList = [workerData.link.from, workerData.link.to];
    const worker = new Worker(file("./worker.mjs"), { workerData, transferList });
    worker.on("error", ({ message }) => {
      leader.close(new BeaconlensError("E_INTERNAL", `a thread failed: ${message}`));
    });
    worker.unref(); // ends with the command, however that ends
  }
  return leader;
}
