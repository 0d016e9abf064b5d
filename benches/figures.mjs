// Figures of the engine in Node that are not a matter of other tools: node benches/figures.mjs FILE
// `cargo xtask bench` prints them below its table. Milliseconds, medians of five.

import { openSync, readFileSync, readSync } from "node:fs";
import { Worker } from "node:worker_threads";

const ROUNDS = 5;
const [file] = process.argv.slice(2);
const { Detector } = await import("../dist/npm/dist/node.mjs");

const head = firstRows(1000);
const starts = [];
for (let round = 0; round < ROUNDS; round += 1) starts.push(await startToResult());

const detector = new Detector();
ingest();
// A new rule each time: the engine may keep what it knows of the last one.
const evaluations = [
  ["the first time", (round) => ({ name: `rule ${round}` })],
  ["other gates", (round) => ({ gates: { min_connections: 50 + round, min_hours: 6 } })],
  ["another excluded network", (round) => ({ excluded_destinations: ["10.0.0.0/8", `23.${round}.0.0/16`] })],
  ["another window", (round) => ({ window: `${6 + round}h` })],
];
const { rows_used, pairs } = detector.progress();
console.log(`| figure, ${rows_used.toLocaleString("en")} rows in ${pairs.toLocaleString("en")} pairs | ms |`);
console.log("|---|--:|");
console.log(`| from module bytes to the report of 1,000 rows (wall) | ${median(starts)} |`);
for (const [name, ruleOf] of evaluations) {
  const rules = Array.from({ length: ROUNDS }, (_, round) => ruleOf(round));
  const times = rules.map((rule) => cpu(() => detector.evaluateText("csv", rule)));
  console.log(`| evaluate, ${name} (CPU) | ${median(times)} |`);
}
detector.free();

/** In a thread of its own, where nothing is compiled yet. */
function startToResult() {
  const code = `
    import { parentPort, workerData } from "node:worker_threads";
    import { performance } from "node:perf_hooks";
    const { Detector, initSync } = await import(workerData.slim);
    const start = performance.now();
    initSync(workerData.module);
    const detector = new Detector();
    detector.startSource("rows");
    detector.ingest(workerData.head);
    detector.finish();
    detector.evaluate();
    parentPort.postMessage(performance.now() - start);`;
  const slim = new URL("../dist/npm/dist/slim.js", import.meta.url).href;
  const module = readFileSync(new URL("../dist/npm/dist/beaconlens.wasm", import.meta.url));
  return new Promise((resolve, reject) => {
    const url = new URL(`data:text/javascript,${encodeURIComponent(code)}`);
    const worker = new Worker(url, { workerData: { slim, module, head } });
    worker.on("message", resolve).on("error", reject);
  });
}

function firstRows(count) {
  const start = Buffer.alloc(200 * count);
  const length = readSync(openSync(file), start, 0, start.length, 0);
  const lines = start.toString("latin1", 0, length).split("\n");
  return Buffer.from(`${lines.slice(0, count + 1).join("\n")}\n`);
}

function ingest() {
  detector.startSource(file);
  const block = Buffer.alloc(1 << 20);
  const descriptor = openSync(file);
  for (;;) {
    const length = readSync(descriptor, block, 0, block.length, null);
    if (length === 0) break;
    detector.ingest(block.subarray(0, length));
  }
  detector.finish();
}

function cpu(work) {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)].toFixed(1);
}
