// The installed package in a real browser, without a bundler, under a strict policy.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { DAY, DAY_FINDING, LOOKUP } from "./flows.mjs";
import { inProject, write } from "./installed.mjs";

const TYPES = { html: "text/html", js: "text/javascript", wasm: "application/wasm" };
const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";

const server = createServer((request, response) => {
  const type = TYPES[request.url.split(".").at(-1)] ?? "application/octet-stream";
  response.setHeader("content-type", type).setHeader("content-security-policy", POLICY);
  response.end(readFileSync(inProject(request.url)));
});
let browser;

before(async () => {
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"],
  });
});
after(async () => {
  await browser?.close();
  server.close();
});

for (const entry of ["browser.js", "inline.js"]) {
  test(`${entry} evaluates in Chromium`, async () => {
    write(
      `${entry}-page.js`,
      `import * as beaconlens from "./node_modules/beaconlens/dist/${entry}";
globalThis.beaconlens = beaconlens;`,
    );
    write(
      `${entry}.html`,
      `<!doctype html><title>x</title><script type="module" src="${entry}-page.js"></script>`,
    );
    const page = await browser.newPage();
    const complaints = [];
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("console", (message) => complaints.push(message.text()));
    await page.goto(`http://127.0.0.1:${server.address().port}/${entry}.html`);
    await page.waitForFunction(() => globalThis.beaconlens);
    const findings = await page.evaluate(async (text) => {
      const { evaluate } = globalThis.beaconlens;
      const packed = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
      const reports = [await evaluate(new File([text], "day.csv")), await evaluate(packed)];
      return reports.map((report) => report.findings);
    }, DAY);
    assert.deepEqual(findings, [[DAY_FINDING], [DAY_FINDING]]);
    const named = await page.evaluate((text) => globalThis.beaconlens.evaluate(text), LOOKUP);
    assert.match(named.public_suffixes, /^20\d\d-/);
    assert.deepEqual(
      complaints.filter((text) => !text.includes("favicon")),
      [],
    );
  });
}
