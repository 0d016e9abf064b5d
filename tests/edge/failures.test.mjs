// What is refused, with which status, and that the Worker is well afterwards.

import assert from "node:assert/strict";
import { request } from "node:http";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { beacon, emptyLog, pcap } from "../package/captures.mjs";
import { sample, startWorker } from "./worker.mjs";

let worker;
before(async () => {
  worker = await startWorker();
});
after(() => worker.stop());

/** The error of an answer, checked for its shape. */
async function refused(response, status, code) {
  const text = await response.text();
  assert.equal(response.status, status, text);
  assert.equal(response.headers.get("content-type"), "application/json; charset=utf-8");
  const { error } = JSON.parse(text);
  assert.deepEqual(Object.keys(error), ["code", "message", "hint", "line", "byte", "field"]);
  assert.equal(error.code, code, text);
  return error;
}

async function isWell() {
  const response = await worker.post("/evaluate", sample);
  assert.equal(response.status, 200);
  assert.ok((await response.json()).findings.length > 0);
}

test("a rule with an unknown field is refused and the field is named", async () => {
  const rule = encodeURIComponent(JSON.stringify({ gates: { min_conections: 5 } }));
  const { message } = await refused(await worker.post(`/evaluate?rule=${rule}`, sample), 400, "E_RULE");
  assert.match(message, /min_conections/);
});

test("a rule that is not JSON, and a window that is none, are refused", async () => {
  await refused(await worker.post("/evaluate?rule=%7B", sample), 400, "E_RULE");
  await refused(await worker.post("/evaluate?window=soon", sample), 400, "E_RULE");
});

test("captures and event logs are refused by name, with where they are read", async () => {
  for (const [body, what] of [
    [pcap(beacon()), /found a packet capture/],
    [emptyLog(), /found a Windows event log/],
  ]) {
    const { message, hint } = await refused(await worker.post("/evaluate", body), 422, "E_NOT_FLOWS");
    assert.match(message, what);
    assert.match(hint, /not supported here; use the page, the command/);
  }
});

test("parameters that are unknown or make no sense are refused", async () => {
  for (const query of [
    "min=3",
    "format=xml",
    "order=size",
    "all=1&format=query",
    "all=perhaps",
    "map=time",
    "map=colour=x",
    "delimiter=x",
    "time_unit=h",
    "utc_offset_minutes=x",
  ]) {
    const { message } = await refused(await worker.post(`/evaluate?${query}`, sample), 400, "E_OPTIONS");
    assert.match(message, new RegExp(query.split("=")[query.startsWith("map=colour") ? 1 : 0]));
  }
});

test("what is not flows is refused with what was seen", async () => {
  const jpeg = Buffer.from("ffd8ffe000104a46494600010100000100010000ffdb0043", "hex");
  const bodies = { jpeg, "a text": "Dear all,\nplease find attached.\n", "no bytes": "" };
  bodies["a CSV of something else"] = "name,age\nAnn,3\nBob,4\n";
  for (const [what, body] of Object.entries(bodies)) {
    const { message } = await refused(await worker.post("/evaluate", body), 422, "E_NOT_FLOWS");
    assert.ok(message.length > 10, what);
  }
  await refused(await worker.post("/evaluate"), 422, "E_NOT_FLOWS");
});

test("gzip that is cut, broken or followed by more is refused", async () => {
  const packed = gzipSync(sample);
  const broken = Buffer.from(packed);
  broken.fill(0, 5_000, 5_400);
  for (const body of [packed.subarray(0, packed.length - 20), broken, packed.subarray(0, 2)]) {
    await refused(await worker.post("/evaluate", body), 422, "E_NOT_FLOWS");
  }
  const { hint } = await refused(
    await worker.post("/evaluate", Buffer.concat([packed, packed])),
    422,
    "E_NOT_FLOWS",
  );
  assert.match(hint, /one complete gzip stream/);
});

test("another content encoding is refused", async () => {
  const headers = { "content-encoding": "br" };
  const response = await worker.post("/evaluate", sample, { headers });
  assert.equal(response.headers.get("accept-encoding"), "gzip");
  await refused(response, 415, "E_ENCODING");
});

test("wrong methods and paths", async () => {
  const response = await worker.get("/evaluate");
  assert.equal(response.headers.get("allow"), "POST");
  await refused(response, 405, "E_METHOD");
  await refused(await worker.post("/healthz", "x"), 405, "E_METHOD");
  await refused(await worker.get("/"), 404, "E_NOT_FOUND");
  await refused(await worker.get("/constructor"), 404, "E_NOT_FOUND");
});

test("health tells the version of the engine", async () => {
  const response = await worker.get("/healthz");
  assert.equal(response.status, 200);
  const { beaconlens } = await (await worker.post("/evaluate", sample)).json();
  assert.deepEqual(await response.json(), { status: "ok", beaconlens });
});

test("a client that leaves in the middle does no harm", async () => {
  for (let i = 0; i < 5; i += 1) await leaveAfter(sample.subarray(0, 100_000 + i));
  await isWell();
});

/** Promises more than it sends, and hangs up. */
function leaveAfter(bytes) {
  return new Promise((resolve) => {
    const headers = { "content-length": 50_000_000 };
    const upload = request(worker.url("/evaluate"), { method: "POST", headers });
    upload.on("error", () => {}).on("close", resolve);
    upload.write(bytes, () => setTimeout(() => upload.destroy(), 50));
  });
}

test("after every refusal the next request is served", isWell);
