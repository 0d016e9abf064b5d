// Figures of the engine in Node without a peer: node benches/figures.mjs FILE
// `cargo xtask bench` prints them below its table. Milliseconds, medians of five.

import { openSync, readFileSync, readSync } from "node:fs";
import { Worker } from "node:worker_threads";

const ROUNDS = 5;
const [file] = process.argv.slice(2);
const { Detector } = await import("../dist/npm/dist/node.mjs");

const head = firstRows(1000);
const starts = [];
for (let round = 0; round < ROUNDS; round += 1) starts.push(await startToResult());

// Two detectors, so that both keep their cache of the last rule; one never has the set.
const [plain, listed] = [read(), read()];
const SET = { name: "networks", applies_to: "either", entries: networks(100_000) };
// Another rule each time: the engine caches results of the last one.
const evaluations = [
  ["the first time", firstRule],
  ["other gates", (round) => ({ gates: { min_connections: 50 + round, min_hours: 6 } })],
  ["another excluded network", (round) => ({ excluded_destinations: ["10.0.0.0/8", `23.${round}.0.0/16`] })],
  ["another window", (round) => ({ window: `${6 + round}h` })],
];
const { rows_used, pairs } = plain.progress();
const heads = [
  `figure, ${rows_used.toLocaleString("en")} rows in ${pairs.toLocaleString("en")} pairs`,
  "ms",
  `× with a set of ${SET.entries.length.toLocaleString("en")} networks`,
];
console.log(`| ${heads.join(" | ")} |\n|---|--:|--:|`);
console.log(`| from module bytes to the report of 1,000 rows (wall) | ${median(starts).toFixed(1)} | |`);
evaluations.unshift(evaluations[0]); // warms up the compiler
for (const [at, [name, ruleOf]] of evaluations.entries()) {
  const times = [];
  const ratios = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const rule = ruleOf(round);
    // Another set where everything is to be new.
    const set = ruleOf === firstRule ? { ...SET, name: `networks ${at} ${round}` } : SET;
    const of = [
      [plain, rule],
      [listed, { ...rule, reference_sets: [set] }],
    ];
    const spent = [];
    for (const turn of round % 2 ? [0, 1] : [1, 0]) {
      const [detector, asked] = of[turn];
      spent[turn] = cpu(() => detector.evaluateText("csv", asked));
    }
    times.push(spent[0]);
    ratios.push(spent[1] / spent[0]);
  }
  if (at > 0)
    console.log(`| evaluate, ${name} (CPU) | ${median(times).toFixed(1)} | ${median(ratios).toFixed(2)} |`);
}
for (const detector of [plain, listed]) detector.free();

/** Invalidates the cache, as if the rows had just been read. */
function firstRule(round) {
  for (const detector of [plain, listed]) detector.setPublicSuffixes("");
  return { name: `rule ${round}` };
}

/** Random networks from /20 to single addresses; the generator is that of Numerical Recipes. */
function networks(count) {
  let state = 1;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state;
  };
  return Array.from({ length: count }, () => {
    const bits = random();
    const address = [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join(".");
    return `${address}/${[20, 24, 28, 32][random() >>> 30]}`;
  });
}

/** In a new thread, where nothing is compiled yet. */
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

function read() {
  const detector = new Detector();
  detector.startSource(file);
  const block = Buffer.alloc(1 << 20);
  const descriptor = openSync(file);
  for (;;) {
    const length = readSync(descriptor, block, 0, block.length, null);
    if (length === 0) break;
    detector.ingest(block.subarray(0, length));
  }
  detector.finish();
  return detector;
}

function cpu(work) {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
