// The facade: starting, the one call, errors, memory, and what happens when the engine fails.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import binaryen from "binaryen";
import { calls, DAY, DAY_FINDING, DAY_QUERY_CSV, HEADER, LOOKUP } from "./flows.mjs";
import { inProject, load } from "./installed.mjs";

const wasm = readFileSync(inProject("node_modules/beaconlens/dist/beaconlens.wasm"));
const {
  BeaconlensError,
  Detector,
  defaultRule,
  evaluate,
  parseReferenceSet,
  parseRule,
  parseThreatList,
  renderQuery,
  version,
} = await load();

/** The text of a report in which the names of the sources are all that differs. */
function textOf(...chunks) {
  const detector = new Detector();
  detector.startSource("day.csv");
  for (const chunk of chunks) detector.ingest(chunk);
  detector.finish();
  const text = detector.evaluateText("json");
  detector.free();
  return text;
}

function streamOf(...chunks) {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
}

test("a source can have options of its own, which are no others' and no matter of the detector", () => {
  const foreign = DAY.replace(/^.*\n/, "when,who,whom,gate,out,back\n");
  const own = {
    mapping: { time: "when", source: "who", destination: "whom", port: "gate", bytes_sent: "-" },
  };
  const detector = new Detector();
  for (const [name, text, options] of [
    ["foreign.csv", foreign, own],
    ["day.csv", DAY, undefined],
    ["again.csv", foreign, null],
  ]) {
    detector.startSource(name, options);
    try {
      detector.ingest(text);
      detector.finish();
    } catch (error) {
      code("E_NOT_FLOWS")(error);
    }
  }
  const { sources } = detector.evaluate();
  assert.deepEqual(
    sources.map(({ rows_used, error }) => [rows_used > 0, error === null]),
    [
      [true, true],
      [true, true],
      [false, false],
    ],
  );
  assert.deepEqual(sources[2].unused_columns.slice(0, 3), ["when", "who", "whom"]);
  for (const options of [{ shard: { index: 0, of: 1 } }, { mapping: { when: "#1" } }]) {
    assert.throws(() => detector.startSource("more.csv", options), code("E_OPTIONS"));
  }
  assert.equal(detector.evaluate().sources.length, 3, "what was refused began nothing");
  detector.free();
});

const bytes = (text) => new TextEncoder().encode(text);
const code = (expected) => (error) => {
  assert.ok(error instanceof Error && error.name === "BeaconlensError", String(error));
  assert.equal(error.code, expected, error.message);
  return true;
};

test("before init() every way in says what to do", async () => {
  const slim = await load("beaconlens/slim");
  for (const use of [() => new slim.Detector(), () => slim.version(), () => slim.defaultRule()]) {
    assert.throws(use, (error) => code("E_NOT_INITIALISED")(error) && /init\(\)/.test(error.message));
  }
  await assert.rejects(slim.evaluate(DAY), code("E_NOT_INITIALISED"));
  assert.throws(() => slim.initSync(bytes("no module")), code("E_NOT_INITIALISED"));
  await assert.rejects(slim.init(bytes("no module")), code("E_NOT_INITIALISED"));
  await slim.init(wasm); // a failed start does not stand in the way
  assert.equal(slim.version(), version());
});

test("init() takes the module in every form, and as often as one likes", async () => {
  const type = { headers: { "content-type": "application/wasm" } };
  const forms = [
    () => wasm,
    () => new Uint8Array(wasm).buffer,
    () => new WebAssembly.Module(wasm),
    () => new Response(wasm, type),
    () => Promise.resolve(new Response(wasm)),
    () => `data:application/wasm;base64,${wasm.toString("base64")}`,
    () => new URL(`data:application/wasm;base64,${wasm.toString("base64")}`),
  ];
  for (const form of forms) {
    const slim = await load("beaconlens/slim");
    await Promise.all([slim.init(form()), slim.init(form()), slim.init()]);
    await slim.init(form());
    slim.initSync(wasm);
    assert.deepEqual((await slim.evaluate(DAY)).findings, [DAY_FINDING]);
  }
});

test("a detector lives on when init() is called again", async () => {
  const slim = await load("beaconlens/slim");
  slim.initSync(wasm);
  const detector = new slim.Detector();
  detector.ingest(DAY);
  await slim.init(wasm);
  slim.initSync(wasm);
  detector.finish();
  assert.deepEqual(detector.evaluate().findings, [DAY_FINDING]);
});

test("the one call takes every kind of input", async () => {
  const packed = gzipSync(DAY);
  const inputs = {
    string: DAY,
    bytes: bytes(DAY),
    "part of a buffer": bytes(`xx${DAY}`).subarray(2),
    buffer: bytes(DAY).buffer,
    blob: new Blob([DAY]),
    stream: streamOf(bytes(DAY)),
    "stream of small chunks": streamOf(...[...bytes(DAY)].map((byte) => Uint8Array.of(byte))),
    response: new Response(DAY),
    "gzip bytes": new Uint8Array(packed),
    "gzip stream": streamOf(...[...packed].map((byte) => Uint8Array.of(byte))),
    "gzip blob": new Blob([packed]),
  };
  for (const [kind, input] of Object.entries(inputs)) {
    const report = await evaluate(input);
    assert.deepEqual(report.findings, [DAY_FINDING], kind);
    assert.equal(report.sources[0].name, "input 1", kind);
    assert.equal(report.totals.rows_read, 98, kind);
  }
});

test("many inputs are many sources, each with its name", async () => {
  const half = (destination) => [HEADER, ...calls({ destination, count: 24, minutes: 10 })].join("\n");
  const inputs = [
    new File([half("203.0.113.9")], "a.csv"),
    half("203.0.113.10"),
    new Blob([half("203.0.113.11")]),
  ];
  const report = await evaluate(inputs, undefined, { names: [undefined, "b.csv"] });
  assert.deepEqual(
    report.sources.map((source) => source.name),
    ["a.csv", "b.csv", "input 3"],
  );
  assert.deepEqual(
    report.findings.map((finding) => finding.destinationip),
    ["203.0.113.9", "203.0.113.10", "203.0.113.11"],
  );
});

test("an input that is not flows does not stop the others", async () => {
  const picture = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0);
  const report = await evaluate([picture, DAY], undefined, { names: ["x.jpg", "day.csv"] });
  assert.deepEqual(report.findings, [DAY_FINDING]);
  assert.equal(report.sources[0].error.code, "E_NOT_FLOWS");
  assert.equal(report.sources[1].error, null);
  await assert.rejects(evaluate([picture, ""]), code("E_NOT_FLOWS"));
  await assert.rejects(evaluate(picture), code("E_NOT_FLOWS"));
});

test("wrong arguments are told, with their code", async () => {
  await assert.rejects(evaluate([]), code("E_OPTIONS"));
  await assert.rejects(evaluate(42), code("E_OPTIONS"));
  await assert.rejects(evaluate(DAY, { gates: { min_conections: 1 } }), (error) => {
    return code("E_RULE")(error) && /min_conections/.test(error.message);
  });
  await assert.rejects(evaluate(DAY, undefined, { mapping: { when: "#1" } }), code("E_OPTIONS"));
  await assert.rejects(evaluate(DAY, undefined, { delimeter: ";" }), (error) => {
    return code("E_OPTIONS")(error) && /delimeter/.test(error.message);
  });
  assert.throws(() => new Detector("comma"), code("E_OPTIONS"));
  await assert.rejects(evaluate(new Response("gone", { status: 404 })), code("E_NOT_FLOWS"));
  await assert.rejects(evaluate(gzipSync(DAY).subarray(0, 60)), code("E_NOT_FLOWS"));
  const detector = new Detector();
  assert.throws(() => detector.ingest(42), code("E_OPTIONS"));
  detector.ingest(DAY);
  detector.finish();
  assert.throws(() => detector.explain("10.0.0.256", "1.1.1.1", 443), code("E_ADDRESS"));
  for (const port of [65536, -1, 1.5, "443"]) {
    assert.throws(() => detector.explain("10.0.0.5", "1.1.1.1", port), code("E_OPTIONS"));
    assert.throws(() => detector.history("10.0.0.5", "1.1.1.1", port), code("E_OPTIONS"));
  }
  assert.throws(
    () => detector.evaluate({ window: "yesterday" }),
    (error) => {
      return code("E_RULE")(error) && error instanceof BeaconlensError && /window/.test(error.message);
    },
  );
  assert.deepEqual(detector.evaluate().findings, [DAY_FINDING], "a mistake leaves the detector sound");
  detector.free();
});

test("every form of a report: text in both orders, the query's answer, a summary", () => {
  const pairs = [
    calls({ destination: "203.0.113.9", count: 24, minutes: 10 }),
    calls({ source: "10.0.0.6", destination: "203.0.113.123", port: 123, count: 30, minutes: 10 }),
  ];
  using(new Detector(), (detector) => {
    detector.ingest([HEADER, ...pairs.flat(), ""].join("\n"));
    detector.finish();
    const whole = detector.evaluate();
    const ports = (order, all) =>
      detector
        .evaluateText("ndjson", undefined, all, order)
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line).destinationport);
    for (const all of [false, true]) {
      assert.deepEqual(ports("rule", all), [123, 443], "more connections first");
      assert.deepEqual(ports(undefined, all), [123, 443]);
      assert.deepEqual(ports("priority", all), [443, 123], "NTP keeps time, too");
    }
    assert.throws(() => ports("size"), code("E_OPTIONS"));
    const query = detector.evaluateText("query").trimEnd().split("\n");
    assert.deepEqual([query.length, query[0]], [3, DAY_QUERY_CSV.split("\n")[0]]);
    assert.deepEqual(detector.summary(), { ...whole, findings: [] });
    for (const { priority, priority_parts, regularity, regularity_parts } of whole.findings) {
      const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
      assert.equal(sum(priority_parts.map((part) => part.points)), priority);
      const thousandths = Object.values(regularity_parts).map((part) => Math.round(part * 1000));
      assert.equal(sum(thousandths), Math.round(regularity * 1000));
    }
  });
});

function using(detector, use) {
  try {
    use(detector);
  } finally {
    detector.free();
  }
}

test("within 16 MiB the report says what was left out", () => {
  using(new Detector({ maxMemoryBytes: 16 << 20 }), (detector) => {
    detector.ingest(DAY);
    const block = (from) =>
      Array.from({ length: 10_000 }, (_, at) => {
        const index = from + at;
        const destination = `198.${18 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`;
        return calls({ source: "10.9.9.9", destination, count: 1, minutes: 1 })[0];
      });
    for (let from = 0; from < 600_000; from += 10_000) detector.ingest(`${block(from).join("\n")}\n`);
    detector.finish();
    const { dropped, findings, totals } = detector.evaluate();
    assert.ok(dropped.flows > 0 && dropped.pairs_dropped > 0, JSON.stringify(dropped));
    assert.match(dropped.meaning, /^the memory limit was reached: [0-9]+ times a pair/);
    assert.equal(totals.rows_used, 600_098);
    assert.deepEqual(findings[0].connection_count, DAY_FINDING.connection_count);
    assert.deepEqual(detector.summary().dropped, dropped);
  });
  assert.throws(() => new Detector({ maxMemoryBytes: 1 << 20 }), code("E_OPTIONS"));
});

test("a signal ends the reading, and the source is told", async () => {
  let cancelled = false;
  const abort = new AbortController();
  const endless = new ReadableStream({
    pull: (controller) => controller.enqueue(bytes(DAY)),
    cancel: () => {
      cancelled = true;
    },
  });
  const seen = [];
  const onProgress = (progress) => {
    seen.push(progress.bytes_read);
    if (progress.bytes_read > 3e6) abort.abort(new Error("enough"));
  };
  await assert.rejects(evaluate(endless, undefined, { signal: abort.signal, onProgress }), /enough/);
  assert.ok(cancelled);
  assert.deepEqual(
    seen,
    [...seen].sort((a, b) => a - b),
  );
  assert.ok(seen.length >= 3 && seen.length < 8, `progress about once a megabyte, not ${seen.length} times`);
});

test("how the bytes are cut makes no difference", () => {
  const whole = textOf(DAY);
  assert.equal(textOf(bytes(DAY)), whole);
  assert.equal(textOf(...[...bytes(DAY)].map((byte) => Uint8Array.of(byte))), whole);
  assert.equal(textOf(DAY.slice(0, 1000), "", DAY.slice(1000)), whole);
});

test("one huge chunk gives the report of many small ones", () => {
  const rows = calls({ destination: "203.0.113.9", count: 400_000, minutes: 0.001 });
  const huge = bytes([HEADER, ...rows, ""].join("\n"));
  const small = Array.from({ length: Math.ceil(huge.length / 1000) }, (_, i) =>
    huge.subarray(i * 1000, i * 1000 + 1000),
  );
  assert.ok(huge.length > 18e6);
  assert.equal(textOf(huge), textOf(...small));
});

test("free() and using give the detector back", () => {
  const detector = new Detector();
  detector.free();
  detector.free();
  assert.throws(() => detector.progress(), code("E_FREED"));
  const other = new Detector();
  other[Symbol.dispose ?? Symbol.for("Symbol.dispose")]();
  assert.throws(() => other.evaluate(), code("E_FREED"));
});

test("a thousand detectors need no more memory than a few", async () => {
  const slim = await load("beaconlens/slim");
  slim.initSync(wasm);
  for (let round = 0; round < 1000; round += 1) {
    const detector = new slim.Detector();
    detector.ingest(DAY);
    detector.finish();
    detector.free();
  }
  assert.deepEqual((await slim.evaluate(DAY)).findings, [DAY_FINDING]);
});

test("rules are checked and completed", () => {
  const rule = defaultRule();
  assert.equal(rule.gates.min_connections, 20);
  assert.deepEqual(parseRule("{}"), rule);
  assert.deepEqual(parseRule({ gates: { min_hours: 1 } }), {
    ...rule,
    gates: { ...rule.gates, min_hours: 1 },
  });
  assert.throws(() => parseRule("{"), code("E_RULE"));
});

test("the public suffix list is read when names were looked up", async () => {
  const detector = new Detector();
  detector.ingest(DAY);
  assert.deepEqual([detector.wantsPublicSuffixes(), detector.evaluate().public_suffixes], [false, null]);
  detector.startSource("lookups");
  detector.ingest(LOOKUP);
  detector.finish();
  assert.equal(detector.wantsPublicSuffixes(), true);
  assert.match(detector.evaluate().public_suffixes, /^20\d\d-/);
  assert.equal(detector.wantsPublicSuffixes(), false);
  detector.setPublicSuffixes("// VERSION: of mine\ncom\n");
  assert.equal(detector.evaluate().public_suffixes, "of mine");
  detector.free();
  const list = readFileSync(inProject("node_modules/beaconlens/dist/public_suffixes.txt"), "utf8");
  const slim = await import(inProject("node_modules/beaconlens/dist/slim.js"));
  await slim.init(wasm);
  const told = async () => (await slim.evaluate(LOOKUP)).public_suffixes;
  assert.equal(await told(), "built-in heuristic");
  for (const source of [
    list,
    () => list,
    new Response(list),
    new URL(`data:text/plain,${encodeURIComponent(list)}`),
  ]) {
    slim.initPublicSuffixes(source);
    assert.match(await told(), /^20\d\d-/);
  }
  slim.initPublicSuffixes(() => new Response("", { status: 404 }));
  assert.equal(await told(), "built-in heuristic", "reading does not fail for want of it");
});

test("explain and history answer for any pair", () => {
  const detector = new Detector();
  detector.ingest(DAY);
  detector.finish();
  const internal = detector.explain("10.0.0.5", "192.168.1.1", 443);
  assert.equal(internal.status, "near_miss");
  assert.deepEqual(
    internal.gates.filter((gate) => !gate.passed).map((gate) => gate.gate),
    ["excluded_destination"],
  );
  assert.deepEqual([internal.hunts, internal.hunt_exclusions], [[], []]);
  const local = detector.explain("10.0.0.5", "127.0.0.1", 443);
  assert.match(
    local.hunt_exclusions.join(),
    /^bursts and scans to 127\.0\.0\.1 are ignored by hunts: 127\.0\.0\.0\/8 is excluded$/,
  );
  assert.match(detector.explainText("10.0.0.5", "203.0.113.9", 443), /203\.0\.113\.9/);
  const history = detector.history("10.0.0.5", "203.0.113.9", 443);
  assert.equal(history.startMicros.length, 24);
  assert.equal(history.startMicros[0], Date.UTC(2026, 0, 15) * 1000);
  assert.ok(Number.isNaN(history.gapMicros[0]));
  assert.equal(history.gapMicros[1], 600e6);
  assert.deepEqual([...new Set(history.bytesSent)], [100]);
  assert.equal(detector.history("10.0.0.5", "203.0.113.9", 444), undefined);
  const copy = history.startMicros.slice();
  detector.free();
  assert.deepEqual(history.startMicros, copy, "a history is a copy");
});

/** Two detectors that share DAY out, and of which the first is asked to join. */
function twoShards() {
  const two = [0, 1].map((index) => new Detector({ shard: { index, of: 2 } }));
  for (const detector of two) {
    detector.startSource("day.csv");
    detector.ingest(DAY);
    detector.finish();
  }
  return two;
}

test("shards are joined to the report of one detector, for that rule and until more is read", () => {
  const two = twoShards();
  const [first, second] = two;
  const rule = { gates: { min_connections: 1, min_hours: 1 } };
  const one = new Detector();
  one.startSource("day.csv");
  one.ingest(DAY);
  one.finish();
  const sum = two.reduce((pairs, detector) => pairs + detector.progress().pairs, 0);
  assert.equal(sum, one.progress().pairs);
  const join = (joining) => {
    const parts = [second, first].map((detector) => detector.partialResult(rule));
    const question = first.prevalenceQuery(parts);
    joining.mergePartials(
      parts,
      two.map((detector) => detector.prevalenceCounts(question)),
      rule,
    );
  };
  for (const joining of two) {
    join(joining);
    for (const format of ["json", "csv", "ndjson", "query"]) {
      assert.equal(joining.evaluateText(format, rule), one.evaluateText(format, rule));
    }
    assert.deepEqual(joining.summary(rule), one.summary(rule));
    assert.deepEqual(joining.evaluate(rule), one.evaluate(rule));
  }
  const queries = two.map((detector) => detector.partialResult(rule, true));
  second.mergePartials(queries, null, rule);
  assert.equal(second.evaluateText("query", rule), one.evaluateText("query", rule));
  assert.deepEqual(second.summary(rule).gates, one.summary(rule).gates);
  const partly = two.map((detector) => detector.evaluate(undefined).totals.pairs);
  assert.deepEqual(partly.toSorted(), [0, 4], "another rule is not joined: all pairs have one source");
  join(first);
  first.ingest(DAY);
  first.finish();
  assert.equal(first.evaluate(rule).totals.rows_read, 2 * one.evaluate(rule).totals.rows_read);
});

test("a pair is explained by the shard of its source", () => {
  const statuses = twoShards().map((detector) => [
    detector.explain("10.0.0.5", "203.0.113.9", 443).status,
    detector.history("10.0.0.5", "203.0.113.9", 443)?.startMicros.length,
  ]);
  assert.deepEqual(statuses.toSorted(), [
    ["finding", 24],
    ["not_seen", undefined],
  ]);
});

test("what cannot be joined is refused", () => {
  const [first, second] = twoShards();
  const parts = [first.partialResult(), second.partialResult()];
  const question = first.prevalenceQuery(parts);
  const answers = [first.prevalenceCounts(question), second.prevalenceCounts(question)];
  const few = [undefined, parts[0], ["text", "text"], [], [parts[0]], [...parts, parts[0]]];
  for (const wrong of few) {
    assert.throws(() => first.mergePartials(wrong, answers), code("E_OPTIONS"));
    assert.throws(() => first.mergePartials(parts, wrong), code("E_OPTIONS"));
  }
  for (const wrong of few.slice(0, 3)) assert.throws(() => first.prevalenceQuery(wrong), code("E_OPTIONS"));
  assert.throws(() => first.mergePartials([parts[0], parts[1].slice(1)], answers), code("E_OPTIONS"));
  assert.throws(() => first.mergePartials(parts, [answers[0], answers[1].slice(1)]), code("E_OPTIONS"));
  assert.throws(() => first.prevalenceQuery([parts[0].slice(1), parts[1]]), code("E_OPTIONS"));
  assert.throws(() => first.prevalenceCounts(question.slice(1)), code("E_OPTIONS"));
  assert.throws(() => first.mergePartials(parts, answers, { window: "soon" }), code("E_RULE"));
  assert.throws(() => first.partialResult({ window: "soon" }), code("E_RULE"));
  first.mergePartials(parts, answers);
  assert.equal(first.evaluate().findings[0].destinationip, DAY_FINDING.destinationip);
  for (const shard of [{ index: 2, of: 2 }, { index: -1, of: 2 }, { index: 0 }, { index: 0, of: 0 }, 2]) {
    assert.throws(() => new Detector({ shard }), code("E_OPTIONS"));
  }
});

test("an engine that fails is replaced, and says so", async () => {
  const slim = await load("beaconlens/slim");
  slim.initSync(withTrap("detector_progress"));
  const before = new slim.Detector();
  const other = new slim.Detector();
  before.ingest(DAY);
  assert.throws(() => before.progress(), code("E_INTERNAL"));
  assert.throws(() => before.evaluate(), code("E_INTERNAL"), "the failed detector stays lost");
  assert.throws(() => other.ingest(DAY), code("E_INTERNAL"), "so does its neighbour");
  before.free();
  const after = new slim.Detector();
  other.free();
  after.ingest(DAY);
  after.finish();
  assert.deepEqual(after.evaluate().findings, [DAY_FINDING]);
});

/** The module with one of its functions made to trap. */
function withTrap(name) {
  const module = binaryen.readBinary(wasm);
  const { SIMD128, BulkMemory, NontrappingFPToInt, SignExt, MutableGlobals, ReferenceTypes, Multivalue } =
    binaryen.Features;
  module.setFeatures(
    SIMD128 | BulkMemory | NontrappingFPToInt | SignExt | MutableGlobals | ReferenceTypes | Multivalue,
  );
  const { value } = binaryen.getExportInfo(module.getExport(name));
  binaryen.Function.setBody(module.getFunction(value), module.unreachable());
  return module.emitBinary();
}

test("ready-made rules, lists, and queries", () => {
  assert.deepEqual(defaultRule("default"), defaultRule());
  assert.deepEqual(defaultRule("lab").gates, {
    min_connections: 20,
    min_connections_c2_port: 1,
    min_hours: 1,
  });
  assert.throws(() => defaultRule("home"), code("E_OPTIONS"));
  const set = parseReferenceSet("scanners", "10.1.2.3 # Nessus\n*.Example.net");
  assert.deepEqual(set, {
    name: "scanners",
    applies_to: "either",
    entries: ["10.1.2.3 # Nessus", "*.example.net"],
  });
  assert.throws(
    () => parseReferenceSet("scanners", "10.1.2.3\nnonsense"),
    (error) => code("E_RULE")(error) && error.line === 2 && /scanners, line 2/.test(error.message),
  );
  const { list, skipped, first } = parseThreatList("c2", "# head\n203.0.113.9:443\n/gate.php");
  assert.deepEqual(list, { name: "c2", entries: ["", "203.0.113.9:443"] });
  assert.deepEqual([skipped, first], [1, { line: 3, text: "/gate.php" }]);
  assert.equal(parseThreatList("c2", "").first, null);
  const rule = parseRule({ reference_sets: [set], threat_lists: [list] });
  assert.deepEqual(parseRule(rule), rule);
  assert.match(renderQuery("splunk", rule), /match\(destinationhost, "\\\\\.example\\\\\.net\$"\)/);
  assert.match(renderQuery("qradar"), /^SELECT sourceip/);
  assert.throws(() => renderQuery("oracle"), code("E_OPTIONS"));
  assert.throws(() => renderQuery("qradar", { windows: "7d" }), code("E_RULE"));
});
