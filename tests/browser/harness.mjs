// Serves the page, opens it in a browser, and uses it as a person does. Records errors and requests.

import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const dist = fileURLToPath(new URL("../../dist/", import.meta.url));
export const oneFile = new URL("../../dist/beaconlens.html", import.meta.url).href;
export const samplePath = fileURLToPath(new URL("../../www/sample/office-day.csv", import.meta.url));

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".wasm": "application/wasm",
  ".csv": "text/csv; charset=utf-8",
};

/** Serves dist/page and nothing else. */
export async function serve() {
  const root = join(dist, "page");
  let served = 0;
  const server = createServer(async (request, response) => {
    served++;
    const path = normalize(decodeURIComponent(new URL(request.url, "http://x").pathname));
    const file = join(root, path === "/" ? "index.html" : path);
    try {
      const body = await readFile(file);
      response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "text/plain" });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    served: () => served,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

export const launch = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });

/** `BEACONLENS_SLOW=8`: the main thread of the page runs at an eighth of its speed, to expose races. */
async function slow(page) {
  const rate = Number(process.env.BEACONLENS_SLOW ?? 1);
  if (rate === 1) return;
  const session = await page.context().newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate });
}

/** Opens a new page; records errors, policy violations and requests. */
export async function openPage(browser, url, options = {}) {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    acceptDownloads: true,
    ...options,
  });
  const page = await context.newPage();
  await slow(page);
  const troubles = [];
  const requests = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) troubles.push(message.text());
  });
  page.on("pageerror", (error) => troubles.push(String(error)));
  context.on("request", (request) => requests.push(request.url()));
  await page.exposeFunction("reportViolation", (text) => troubles.push(text));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) =>
      window.reportViolation(`policy violation: ${event.violatedDirective} ${event.blockedURI}`),
    );
    // Every state of the progress, however briefly it was shown.
    window.progressSeen = [];
    document.addEventListener("DOMContentLoaded", () => {
      const figures = document.getElementById("reading-figures");
      const bar = document.getElementById("reading-bar");
      new MutationObserver(() =>
        window.progressSeen.push({ at: performance.now(), value: bar.value, text: figures.textContent }),
      ).observe(figures, { childList: true });
    });
  });
  await page.goto(url);
  return { page, context, troubles, requests, close: () => context.close() };
}

/** Requests to other servers: neither to that of the page nor inside the browser. */
export const foreign = (requests, url) =>
  requests.filter((request) => !request.startsWith(url) && !/^(blob|data):/.test(request));

export const untilResults = (page) => page.waitForSelector("body[data-state=results]", { timeout: 60_000 });

/** Waits until the results of these files are shown. */
export async function untilRead(page, ...names) {
  await page.waitForFunction(
    (shown) =>
      document.body.dataset.state === "results" &&
      document.getElementById("bar-dataset").textContent === shown,
    names.join(", "),
    { timeout: 60_000 },
  );
}

/**
 * Waits until every requested change is shown. The page marks a region as busy in the same task as the event
 * that requests its change, so this can be called right after a click or a key.
 */
export const settled = (page) =>
  page.waitForFunction(() => document.querySelector("[aria-busy=true]") === null, null, { timeout: 60_000 });

/** Waits until the text of an element equals or matches; returns the text. */
export async function untilText(page, selector, wanted) {
  const found = await page.waitForFunction(
    ([place, whole, pattern, flags]) => {
      const text = document.querySelector(place)?.textContent ?? "";
      return (pattern === undefined ? text === whole : new RegExp(pattern, flags).test(text)) && { text };
    },
    [selector, wanted, wanted.source, wanted.flags],
  );
  return (await found.jsonValue()).text;
}

/** Opens the details of a row and waits until they are shown. */
export async function openRow(page, index) {
  const keys = await keysOf(page);
  await page.click(`.pairs tbody tr >> nth=${index}`);
  await untilDetail(page, ...keys[index]);
}

/** Waits until the details are those of this pair under the current rule. */
export async function untilDetail(page, source, destination, port) {
  const host = destination.includes(":") ? `[${destination}]` : destination;
  await settled(page);
  await untilText(page, "#detail h2", `${source} → ${host}:${port}`);
}

/** Waits until the list is that of the current rule; asserts its number of rows. */
export async function untilFindings(page, count) {
  await settled(page);
  assert.equal(await page.locator(".pairs tbody tr").count(), count);
}

/** Drops files with trusted events of the browser. `release: false`: returns a function that drops them. */
export async function dropFiles(page, paths, { release = true } = {}) {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: paths, dragOperationsMask: 1 };
  const at = { x: 300, y: 300, data };
  await session.send("Input.dispatchDragEvent", { type: "dragEnter", ...at });
  await session.send("Input.dispatchDragEvent", { type: "dragOver", ...at });
  const drop = async () => {
    await session.send("Input.dispatchDragEvent", { type: "drop", ...at });
    await session.detach();
  };
  if (release) await drop();
  return drop;
}

/** The rows of the visible list, as arrays of cell texts. */
export const tableRows = (page) =>
  page.$$eval(".pairs tbody tr", (rows) =>
    rows.map((row) => [...row.cells].map((cell) => cell.textContent.trim())),
  );

/** Cells of the visible list by column name: one array of texts per row. */
export const cellsOf = (page, ...names) =>
  page.$$eval(
    ".pairs tbody tr",
    (rows, columns) =>
      rows.map((row) =>
        columns.map((name) => row.querySelector(`[data-column="${name}"]`).textContent.trim()),
      ),
    names,
  );

/** The pairs of the visible list: source, destination and port, without badges. */
export const keysOf = (page) =>
  page.$$eval(".pairs tbody tr", (rows) =>
    rows.map((row) =>
      ["sourceip", "destinationip", "destinationport"].map(
        (name) => row.querySelector(`[data-column="${name}"]`).firstChild.textContent,
      ),
    ),
  );

/** One column of the visible list. */
export const columnOf = async (page, name) => (await cellsOf(page, name)).flat();

export async function screenshot(page, name, options = {}) {
  const folder = join(dist, "screenshots");
  await mkdir(folder, { recursive: true });
  await page.mouse.move(2, 2); // no hover in the picture
  await page.screenshot({ path: join(folder, `${name}.png`), ...options });
}

/** A temporary folder for the files of a test run. */
export async function workFolder() {
  const folder = await mkdtemp(join(tmpdir(), "beaconlens-browser-"));
  return {
    path: (name) => join(folder, name),
    write: async (name, bytes) => {
      const path = join(folder, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, bytes);
      return path;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

export const HEADER = "starttime,sourceip,destinationip,destinationport,bytessent,bytesreceived";
const DAY = Date.UTC(2026, 2, 17);

/** CSV rows of one pair: `count` connections, `every` seconds apart, from midnight. */
export const connections = (source, destination, port, count, every) =>
  Array.from(
    { length: count },
    (_, index) => `${DAY + index * every * 1000},${source},${destination},${port},100,200`,
  );

export const csv = (...groups) => `${[HEADER, ...groups.flat()].join("\n")}\n`;
