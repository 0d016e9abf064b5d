// The bearer token, where one is configured.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { sample, startWorker } from "./worker.mjs";

let worker;
before(async () => {
  worker = await startWorker({ BEACONLENS_TOKEN: "correct-horse" });
});
after(() => worker.stop());

function post(authorization) {
  return worker.post("/evaluate", sample, { headers: authorization ? { authorization } : {} });
}

test("the right token is let in", async () => {
  for (const authorization of ["Bearer correct-horse", "bearer correct-horse"]) {
    const response = await post(authorization);
    assert.equal(response.status, 200);
    assert.ok((await response.json()).findings.length > 0);
  }
});

test("no token, a wrong one and another scheme are not", async () => {
  for (const authorization of [
    undefined,
    "Bearer",
    "Bearer correct",
    "Bearer correct-horses",
    "Basic correct-horse",
  ]) {
    const response = await post(authorization);
    assert.equal(response.status, 401, authorization);
    assert.equal(response.headers.get("www-authenticate"), "Bearer");
    assert.equal((await response.json()).error.code, "E_TOKEN");
  }
});

test("health needs none", async () => {
  assert.equal((await worker.get("/healthz")).status, 200);
});
