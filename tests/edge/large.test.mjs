// Large bodies: within memory, within the limit, and refused above it.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { command, megabytes, root, STDIN, sample, startWorker } from "./worker.mjs";

let worker;
let rows;
let idle;
before(async () => {
  worker = await startWorker();
  await worker.get("/healthz");
  idle = megabytes();
  rows = flows(350_000);
});
after(() => worker.stop());

/** A company's day from the benchmark's generator. */
function flows(count) {
  const args = [
    "run",
    "--quiet",
    "--profile",
    "native",
    "--package",
    "beaconlens-bench",
    "--bin",
    "flows",
    "--",
  ];
  const options = { cwd: root, maxBuffer: 1 << 28 };
  return execFileSync("cargo", [...args, "--rows", String(count)], options);
}

test("more than 20 MB, plain and gzip, give the command's text", async () => {
  assert.ok(rows.length > 20_000_000);
  const expected = command(rows, "--format", "json");
  for (const body of [rows, gzipSync(rows, { level: 1 })]) {
    const text = await (await worker.post(`/evaluate?${STDIN}`, body)).text();
    assert.ok(
      text === expected,
      `the worker's ${text.length} characters differ from the command's ${expected.length}`,
    );
  }
});

test("body after body, four at once, stays within what an isolate has", async () => {
  // Each takes about 15 MB while it is read: 24 that were not freed would be 360.
  const once = async () => {
    const response = await worker.post("/evaluate?format=csv", rows);
    assert.equal(response.status, 200);
    return (await response.text()).length;
  };
  const expected = command(rows, "--format", "csv").length;
  for (let i = 0; i < 6; i += 1) {
    assert.deepEqual(await Promise.all([once(), once(), once(), once()]), Array(4).fill(expected));
  }
  const grown = megabytes() - idle;
  assert.ok(grown < 128, `the runtime grew by ${grown.toFixed(0)} MB`);
});

test("a body above the limit is refused, whether its length is told or found", async () => {
  const small = await startWorker({ BEACONLENS_MAX_BYTES: "30000" });
  // Only a little above: a server that has answered soon stops taking the rest of the upload.
  const body = sample.subarray(0, 60_000);
  try {
    const bodies = [body, gzipSync(sample.subarray(0, 200_000)), new Blob([body]).stream()];
    for (const body of bodies) {
      const response = await small.post("/evaluate", body, { duplex: "half" });
      assert.equal(response.status, 413);
      const { error } = await response.json();
      assert.equal(error.code, "E_TOO_LARGE");
      assert.match(error.message, /30000 bytes/);
    }
    const fits = await small.post("/evaluate", sample.subarray(0, sample.lastIndexOf("\n", 30_000)));
    assert.equal(fits.status, 200);
  } finally {
    await small.stop();
  }
});
