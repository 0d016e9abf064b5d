// Compares our page with DuckDB-WASM in Chromium: from a picked file to the painted list.
//
//   node benches/chromium/run.mjs FILE END_MS ROUNDS PACKAGES
//
// PACKAGES is the folder whose node_modules has @duckdb/duckdb-wasm. `cargo xtask bench` calls this and prints the
// result. The pages take turns, each run in a new browser; both load and start their engine before the file is
// picked. Times are measured in the page, CPU seconds in all processes of the browser, and memory is the peak of
// the process of the page as reported by Linux.

import { existsSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { launch, serve } from "../../tests/browser/harness.mjs";
import { statement } from "../peers/duckdb_statement.mjs";

const [file, endMs, rounds, packagesAt] = process.argv.slice(2);
const packages = resolve(packagesAt);
const here = fileURLToPath(new URL(".", import.meta.url));
const duckdbFolder = dirname(
  createRequire(join(packages, "package.json")).resolve("@duckdb/duckdb-wasm/dist/duckdb-eh.wasm"),
);

const ours = await serve();
const theirs = await serveDuckdb();
const TOOLS = [
  { name: "beaconlens, the page", url: ours.url, ready: untilOursIsReady, answer: ourAnswer },
  {
    name: "beaconlens, one worker",
    url: `${ours.url}?workers=1`,
    ready: untilOursIsReady,
    answer: ourAnswer,
  },
  { name: "DuckDB-WASM, hours as bits", url: theirs.url, ready: untilReady, answer: theirAnswer },
];

const results = TOOLS.map(() => []);
let expected;
for (let round = 1; round <= Number(rounds); round += 1) {
  for (const [index, tool] of TOOLS.entries()) {
    const { answer, ...measured } = await measure(tool);
    results[index].push(measured);
    process.stderr.write(
      `round ${round} of ${rounds}: ${tool.name.padEnd(28)} ${measured.wall.toFixed(2)} s wall\n`,
    );
    expected ??= answer;
    if (answer !== expected) throw new Error(`${tool.name} answers otherwise than ${TOOLS[0].name}`);
  }
}
await Promise.all([ours.close(), theirs.close()]);
print();

async function measure({ url, ready, answer }) {
  const browser = await launch();
  try {
    const page = await (await browser.newContext({ acceptDownloads: true })).newPage();
    const requested = new Set();
    page.on("requestfinished", (request) => requested.add(request.url()));
    await page.goto(url);
    await ready(page, requested);
    await watch(page);
    const before = await cpuOf(browser);
    await page.setInputFiles("#picker", file);
    await page.waitForSelector("body[data-state=results]", { timeout: 300_000 });
    const wall = (await page.evaluate(() => globalThis.shown - globalThis.picked)) / 1000;
    const cpu = (await cpuOf(browser)) - before;
    return { wall, cpu, peak: await peakOf(browser), answer: normal(await answer(page)) };
  } finally {
    await browser.close();
  }
}

/** Records when the file is picked and when the list is painted. */
function watch(page) {
  return page.evaluate(() => {
    document.getElementById("picker").addEventListener(
      "change",
      () => {
        globalThis.picked = performance.now();
      },
      { capture: true },
    );
    new MutationObserver(() => {
      if (document.body.dataset.state !== "results") return;
      requestAnimationFrame(() =>
        setTimeout(() => {
          globalThis.shown ??= performance.now();
        }),
      );
    }).observe(document.body, { attributeFilter: ["data-state"] });
  });
}

async function untilReady(page) {
  await page.waitForSelector("body[data-state=ready]", { timeout: 60_000 });
}

async function untilOursIsReady(page, requested) {
  const parts = ["beaconlens.wasm", "scan.worker.js"];
  while (!parts.every((part) => [...requested].some((url) => url.endsWith(part))))
    await page.waitForTimeout(20);
  await page.waitForTimeout(200); // for the compilation
}

async function ourAnswer(page) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("text=Export CSV")]);
  const [, ...rows] = (await readFile(await download.path(), "utf8")).trimEnd().split("\n");
  return rows.join("\n");
}

function theirAnswer(page) {
  return page.evaluate(() => globalThis.answer());
}

/** The ten columns of the query, sorted as text. */
function normal(text) {
  const rows = text.split("\n").map((row) => row.split(",").slice(0, 10).join(","));
  return rows.sort().join("\n");
}

async function processesOf(browser) {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  return processInfo;
}

async function cpuOf(browser) {
  return (await processesOf(browser)).reduce((sum, { cpuTime }) => sum + cpuTime, 0);
}

/** The process of the page is the one with the highest peak. */
async function peakOf(browser) {
  const peaks = (await processesOf(browser)).map(({ type, id }) => {
    const path = `/proc/${id}/status`;
    if (type !== "renderer" || !existsSync(path)) return 0;
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(path, "utf8"))?.[1] ?? 0) * 1024;
  });
  return Math.max(0, ...peaks);
}

async function serveDuckdb() {
  const bundle = await build({
    entryPoints: [join(here, "duckdb-page.js")],
    bundle: true,
    minify: true,
    format: "esm",
    write: false,
    nodePaths: [join(packages, "node_modules")],
    logLevel: "warning",
  });
  const html = `<!doctype html><meta charset="utf-8"><title>DuckDB-WASM</title><input type="file" id="picker">
    <table id="list"></table><script type="text/plain" id="statement">${statement("flows.csv", Number(endMs))}</script>
    <script type="module" src="page.js"></script>`;
  const server = createServer(async (request, response) => {
    const name = new URL(request.url, "http://x").pathname.slice(1);
    if (name === "") return void response.writeHead(200, { "content-type": "text/html" }).end(html);
    if (name !== "page.js" && !existsSync(join(duckdbFolder, name)))
      return void response.writeHead(404).end();
    const type = name.endsWith(".wasm") ? "application/wasm" : "text/javascript";
    response.writeHead(200, { "content-type": type });
    response.end(
      name === "page.js" ? bundle.outputFiles[0].contents : await readFile(join(duckdbFolder, name)),
    );
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => new Promise((resolve) => server.close(resolve));
  return { url: `http://127.0.0.1:${server.address().port}/`, close };
}

function print() {
  const median = (values) => {
    const sorted = values.toSorted((a, b) => a - b);
    const [low, high] = [Math.floor((sorted.length - 1) / 2), Math.floor(sorted.length / 2)];
    return (sorted[low] + sorted[high]) / 2;
  };
  const of = (runs, key) => median(runs.map((run) => run[key]));
  const times = (runs, key) => median(runs.map((run, round) => run[key] / results[0][round][key]));
  console.log(
    "| in Chromium, from a picked file to the list | wall s | × beaconlens | CPU s | × beaconlens | peak MB |",
  );
  console.log("|---|--:|--:|--:|--:|--:|");
  for (const [index, { name }] of TOOLS.entries()) {
    const runs = results[index];
    const cells = [
      of(runs, "wall").toFixed(2),
      times(runs, "wall").toFixed(1),
      of(runs, "cpu").toFixed(2),
      times(runs, "cpu").toFixed(1),
      (of(runs, "peak") / 1e6).toFixed(0),
    ];
    console.log(`| ${name} | ${cells.join(" | ")} |`);
  }
}
