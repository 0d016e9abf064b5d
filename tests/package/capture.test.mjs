// Packet captures and event logs, by the package and its command: the second module makes rows of them.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { BEACON_QUERY_ROW, beacon, DESTINATION, emptyLog, PORT, pcap, pcapng, SOURCE } from "./captures.mjs";
import { beaconlens, inProject, load, packed, shared, write } from "./installed.mjs";

const packets = beacon();
write("beacon.pcap", pcap(packets));
write("beacon.pcapng", pcapng(packets));
write("beacon.pcap.gz", gzipSync(pcap(packets)));
write("empty.evtx", emptyLog());

/** What the query answers, without the head. */
async function rowsOf(args, options) {
  const result = await beaconlens(["evaluate", "--format", "query", ...args], options);
  assert.equal(result.code, 0, result.stderr);
  return { rows: result.stdout.trimEnd().split("\n").slice(1), stderr: result.stderr };
}

test("the second module is in the package", () => {
  assert.ok(packed.includes("dist/capture.wasm"));
});

test("the command reads captures as they come, also packed and from a pipe", async () => {
  for (const name of ["beacon.pcap", "beacon.pcapng", "beacon.pcap.gz"]) {
    const { rows, stderr } = await rowsOf([name]);
    assert.deepEqual(rows, [BEACON_QUERY_ROW], name);
    assert.match(stderr, /61 rows read, 60 used, 1 skipped/);
    assert.match(stderr, /read as pcap/);
    assert.match(stderr, /note: 300 packets, 300 used/);
  }
  const { rows } = await rowsOf(["-"], { input: gzipSync(pcapng(packets)) });
  assert.deepEqual(rows, [BEACON_QUERY_ROW]);
});

test("what is said of tables does not stop a capture among them", async () => {
  const row = `2026-03-02T10:00:00Z;${SOURCE};198.51.100.1;443`;
  write("semicolons.csv", `starttime;sourceip;destinationip;destinationport\n${row}\n`);
  write("bare.csv", `${row}\n`);
  const said = [
    ["--delimiter", ";", "beacon.pcap", "semicolons.csv"],
    ["--map", "time=#1,source=#2,destination=#3,port=#4", "--window", "all", "bare.csv", "beacon.pcap"],
  ];
  for (const args of said) {
    const { rows, stderr } = await rowsOf(args);
    assert.deepEqual(rows, [BEACON_QUERY_ROW], args.join(" "));
    assert.match(stderr, /read as pcap/);
    assert.match(stderr, /1 row read, 1 used/);
  }
});

test("the two forms of the same packets are one source twice", async () => {
  const { rows, stderr } = await rowsOf(["beacon.pcap", "beacon.pcapng"]);
  assert.deepEqual(rows, [BEACON_QUERY_ROW]);
  assert.match(stderr, /skipped 61 rows: the same bytes stand in an earlier source/);
});

test("several threads read what one reads", async () => {
  const [alone, threads] = await Promise.all(
    ["1", "3"].map((workers) =>
      beaconlens(["evaluate", "--workers", workers, "--format", "json", "beacon.pcap"]),
    ),
  );
  assert.equal(threads.stdout, alone.stdout);
  assert.match(alone.stdout, /"format":"pcap"/);
});

test("an event log is read", async () => {
  const { rows, stderr } = await rowsOf(["empty.evtx", "beacon.pcap"]);
  assert.deepEqual(rows, [BEACON_QUERY_ROW]);
  assert.match(stderr, /read as evtx/);
  assert.match(stderr, /note: 0 events, 0 used/);
});

test("evaluate() reads captures in any chunks", async () => {
  const { evaluate } = await load();
  const bytes = pcap(packets);
  const inputs = [bytes, new Blob([gzipSync(bytes)]), streamOf(bytes, 3), streamOf(bytes, 1000)];
  for (const input of inputs) {
    const report = await evaluate(input, { gates: { min_connections: 60 } });
    assert.equal(report.sources[0].format, "pcap");
    const [finding] = report.findings;
    assert.deepEqual(
      [finding.sourceip, finding.destinationip, finding.destinationport, finding.period_seconds],
      [SOURCE, DESTINATION, PORT, 300],
    );
  }
});

test("captures are recognised in every byte order and resolution", async () => {
  const { evaluate, rowsOf } = await load();
  const big = { littleEndian: false };
  const files = [
    pcap(packets, big),
    pcap(packets, { nanoseconds: true }),
    pcap(packets, { nanoseconds: true, ...big }),
    pcapng(packets),
    pcapng(packets, big),
  ];
  for (const file of files) {
    const { sources, totals } = await evaluate(file);
    assert.deepEqual([sources[0].format, totals.rows_used], ["pcap", 60]);
  }
  const rows = [];
  for await (const block of rowsOf(streamOf(emptyLog(), 1000))) rows.push(Buffer.from(block).toString());
  assert.match(rows.join(""), /0 events, 0 used/);
});

test("step by step: rowsOf() says what a detector ingests", async () => {
  const { Detector, rowsOf } = await load();
  const detector = new Detector();
  detector.startSource("beacon.pcap");
  for await (const rows of rowsOf(streamOf(pcap(packets), 100))) detector.ingest(rows);
  detector.finish();
  assert.equal(detector.evaluate().totals.rows_used, 60);
  detector.free();
  const text = [];
  for await (const rows of rowsOf(streamOf(Buffer.from("a,b\n"), 1))) text.push(Buffer.from(rows).toString());
  assert.equal(text.join(""), "a,b\n", "text passes as it is");
});

test("where the module is not at hand, a capture is refused and said to be one", async () => {
  const slim = await load("beaconlens/slim");
  await slim.init(readFileSync(inProject("node_modules/beaconlens/dist/beaconlens.wasm")));
  const refused = {
    code: "E_NOT_FLOWS",
    message: /found a packet capture, expected flow records/,
    hint: /not supported here/,
  };
  await assert.rejects(slim.evaluate(pcap(packets)), refused);
  slim.initCapture(() => Uint8Array.of(1, 2, 3));
  await assert.rejects(slim.evaluate(pcap(packets)), {
    code: "E_NOT_INITIALISED",
    message: /reader of captures/,
  });
  slim.initCapture(() => readFileSync(inProject("node_modules/beaconlens/dist/capture.wasm")));
  assert.equal((await slim.evaluate(pcap(packets))).totals.rows_used, 60);
});

test("recorded files are read", { skip: !existsSync(shared) && "no ../shared" }, async () => {
  const pcapPath = join(shared, "data/dns-tunnel/dns-tunnel-iodine.pcap");
  const evtxPath = join(shared, "data/sysmon-evtx/DE_sysmon-3-rdp-tun.evtx");
  if (!existsSync(pcapPath) || !existsSync(evtxPath)) return;
  const result = await beaconlens(["evaluate", "--all", "--format", "json", pcapPath, evtxPath]);
  const { sources } = JSON.parse(result.stdout);
  assert.deepEqual(
    sources.map(({ format, rows_used }) => [format, rows_used]),
    [
      ["pcap", 1],
      ["evtx", sources[1].rows_used],
    ],
  );
  assert.match(result.stderr, /note: 438 packets, 434 used; not used: 4 ARP/);
  assert.match(result.stderr, /note: 73 events, 42 used/);
});

function streamOf(bytes, size) {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) controller.close();
      else controller.enqueue(Uint8Array.from(bytes.subarray(at, at + size)));
      at += size;
    },
  });
}
