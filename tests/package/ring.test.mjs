// The ring of detectors by itself, in one thread: what happens when one of them fails, and when much is asked
// at once.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { calls, DAY, HEADER } from "./flows.mjs";
import { inProject, load, root } from "./installed.mjs";

const { BeaconlensError, Detector } = await load();
await build({
  stdin: {
    contents: 'export * from "./leader.ts"; export * from "./member.ts"; export * from "./ring.ts";',
    resolveDir: `${root}pkg-config/npm/shards`,
    loader: "ts",
  },
  outfile: inProject("ring.mjs"),
  bundle: true,
  format: "esm",
  logLevel: "warning",
});
const { BLOCK, joinRing, Leader, ringOf, threadsFor } = await import(pathToFileURL(inProject("ring.mjs")));

const leaders = [];
after(() => {
  for (const leader of leaders) leader.close();
});

/** A ring of so many, of which the last one has a detector of its own kind. */
function ring(of, OfTheLast = Detector) {
  const links = ringOf(of);
  for (const [index, link] of links.entries()) {
    const engine = { BeaconlensError, Detector: index === of - 1 ? OfTheLast : Detector };
    if (index > 0) joinRing(engine, link);
  }
  const leader = new Leader({ BeaconlensError, Detector }, links[0]);
  leaders.push(leader);
  return leader;
}

/** Many sources, in more bytes than are on their way at a time. */
function manyRows(megabytes) {
  const rows = [];
  for (let host = 0; host < 40; host += 1) {
    const source = `10.0.${host}.5`;
    rows.push(...calls({ source, destination: "203.0.113.9", count: 30, minutes: 20 }));
    rows.push(...calls({ source, destination: `198.51.${host}.8`, count: 600 * megabytes, minutes: 0.01 }));
  }
  return new TextEncoder().encode([HEADER, ...rows, ""].join("\n"));
}
const BYTES = manyRows(12);

async function readInto(leader, bytes) {
  leader.open({});
  leader.startSource("flows.csv");
  await leader.ingest(bytes);
  leader.finish();
  await leader.settled();
}

function textOfOne(bytes, rule) {
  const detector = new Detector();
  detector.startSource("flows.csv");
  detector.ingest(bytes);
  detector.finish();
  const text = detector.evaluateText("json", rule);
  detector.free();
  return text;
}

const code = (expected) => (error) => error instanceof BeaconlensError && error.code === expected;

test("reports that are asked for at once do not mix", async () => {
  assert.ok(BYTES.length > 10 * BLOCK);
  const leader = ring(3);
  await readInto(leader, BYTES);
  const rules = [
    undefined,
    { gates: { min_connections: 1000 } },
    { window: "2h" },
    { gates: { min_hours: 1 } },
  ];
  const texts = await Promise.all(rules.map((rule) => leader.evaluateText("json", rule)));
  const pair = ["10.0.7.5", "203.0.113.9", 443];
  const [why, history] = await Promise.all([leader.explain(pair, rules[2]), leader.history(pair)]);
  for (const [index, rule] of rules.entries()) assert.equal(texts[index], textOfOne(BYTES, rule));
  assert.equal(why.sourceip, "10.0.7.5");
  assert.equal(history.startMicros.length, 30);
  assert.equal(leader.progress().pairs, 80);
  const queries = await Promise.all([leader.evaluateText("query"), leader.evaluateText("csv")]);
  assert.equal(queries[0].split("\n").length, queries[1].split("\n").length);
});

test("a source's own options reach every detector; those that are refused, none", async () => {
  const leader = ring(3);
  const header = new TextDecoder().decode(BYTES).split("\n", 1)[0];
  const foreign = new TextEncoder().encode(new TextDecoder().decode(BYTES).replace(header, "a,b,c,d"));
  const options = { mapping: { time: "a", source: "b", destination: "c", port: "d" } };
  leader.open({});
  assert.throws(() => leader.startSource("bad.csv", { mapping: { when: "a" } }), code("E_OPTIONS"));
  leader.startSource("flows.csv", options);
  await leader.ingest(foreign);
  leader.finish();
  await leader.settled();
  const one = new Detector();
  one.startSource("flows.csv", options);
  one.ingest(foreign);
  one.finish();
  assert.equal(await leader.evaluateText("json"), one.evaluateText("json"));
  assert.equal(leader.progress().pairs, 80);
  one.free();
});

test("what was read is forgotten when another dataset is opened", async () => {
  const leader = ring(2);
  await readInto(leader, BYTES);
  const day = new TextEncoder().encode(DAY);
  await readInto(leader, day);
  assert.equal(await leader.evaluateText("json"), textOfOne(day));
});

test("a block that was lent is handed on", async () => {
  const leader = ring(2);
  leader.open({});
  leader.startSource("flows.csv");
  for (let at = 0; at < BYTES.length; at += BLOCK) {
    const space = await leader.space();
    assert.equal(await leader.space(), space, "the same until it is read");
    const bytes = BYTES.subarray(at, at + BLOCK);
    space.set(bytes);
    await leader.ingest(space.subarray(0, bytes.length));
    assert.equal(space.buffer.byteLength, 0, "it has been handed on, not copied");
  }
  leader.finish();
  await leader.settled();
  assert.equal(await leader.evaluateText("json"), textOfOne(BYTES));
});

test("a mistake in a rule concerns nothing else", async () => {
  const leader = ring(2);
  await readInto(leader, BYTES);
  await assert.rejects(leader.evaluateText("json", { window: "soon" }), code("E_RULE"));
  await assert.rejects(leader.explain(["10.0.0.5", "here", 443]), code("E_ADDRESS"));
  assert.equal(await leader.evaluateText("json"), textOfOne(BYTES));
});

/** A detector that fails in what it is told to. */
const failingIn = (method) =>
  class extends Detector {
    [method]() {
      throw new BeaconlensError("E_INTERNAL", "the engine failed: unreachable", { hint: "read again" });
    }
  };

test("a member that fails while it reads ends the reading", { timeout: 20_000 }, async () => {
  for (const method of ["startSource", "ingest", "finish"]) {
    const leader = ring(3, failingIn(method));
    const told = (error) => code("E_INTERNAL")(error) && error.hint === "read again";
    await assert.rejects(readInto(leader, BYTES), told, method);
    assert.throws(() => leader.progress(), told);
    await assert.rejects(leader.space(), told);
  }
});

test("a member that fails in its answer fails the question only", async () => {
  const leader = ring(3, failingIn("partialResult"));
  await readInto(leader, BYTES);
  await assert.rejects(leader.evaluateText("json"), code("E_INTERNAL"));
  assert.equal((await leader.explain(["10.0.7.5", "203.0.113.9", 443])).sourceip, "10.0.7.5");
});

test("a ring that is closed answers no more", async () => {
  const leader = ring(2);
  await readInto(leader, BYTES);
  const asked = leader.evaluateText("json");
  leader.close(new Error("enough"));
  await assert.rejects(asked, /enough/);
  await assert.rejects(leader.evaluateText("json"), /enough/);
});

test("how many threads an input is worth", () => {
  const threads = [0, 63e6, 65e6, 130e6, 1e9, Number.POSITIVE_INFINITY].map((bytes) => threadsFor(bytes, 8));
  assert.deepEqual(threads, [1, 1, 2, 3, 4, 4]);
  assert.equal(threadsFor(1e9, 2), 2);
  assert.equal(threadsFor(1e9, 1), 1);
});
