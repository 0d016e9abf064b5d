// The installed command: what it prints where, and with which exit code.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { COLUMNS, calls, DAY, DAY_CSV, DAY_FINDING, DAY_QUERY_CSV, HEADER, sysmon } from "./flows.mjs";
import { beaconlens, inProject, load, write } from "./installed.mjs";

write("day.csv", DAY);
write("day.csv.gz", gzipSync(DAY));
write("picture.jpg", Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0));
write("letter.txt", "Dear reader,\n\nthis is no table.\n");

/** Runs, checks the exit code, answers both outputs. */
async function outputs(args, { code = 0, ...options } = {}) {
  const result = await beaconlens(args, options);
  assert.equal(result.code, code, result.stderr);
  return result;
}

/** Wrong use: one line that says what, nothing on standard output. */
async function refused(args, pattern) {
  const { stdout, stderr } = await outputs(args, { code: 2 });
  assert.equal(stdout, "");
  assert.match(stderr, pattern);
  assert.doesNotMatch(stderr, /\n\s+at /, "no stack");
}

test("evaluate prints CSV in a pipe, and notices on standard error", async () => {
  const { stdout, stderr } = await outputs(["evaluate", "day.csv"]);
  assert.equal(stdout, DAY_CSV);
  assert.match(stderr, /day\.csv: 98 rows read, 98 used, 0 skipped/);
  assert.match(stderr, /time=starttime/);
  assert.match(stderr, /1 finding/);
});

test("every format", async () => {
  const json = JSON.parse((await outputs(["evaluate", "--format", "json", "day.csv"])).stdout);
  assert.deepEqual(json.findings, [DAY_FINDING]);
  const ndjson = await outputs(["evaluate", "--format=ndjson", "day.csv"]);
  assert.deepEqual(
    ndjson.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line)),
    [DAY_FINDING],
  );
  const table = (await outputs(["evaluate", "--format", "table", "day.csv"])).stdout.split("\n");
  assert.match(table[0], /^priority +source +destination +port +connections +hours +period +regularity/);
  assert.match(table[1], /^ +92 +10\.0\.0\.5 +203\.0\.113\.9 +443 +24 +4 +600 s +0\.98 +2\.4 kB +4\.8 kB/);
  assert.equal(table.length, 3);
  const query = await outputs(["evaluate", "--format", "query", "day.csv"]);
  assert.equal(query.stdout, DAY_QUERY_CSV);
});

test("the processes that opened a pair's connections are its evidence, and no orders to a terminal", async () => {
  const steering = "C:\\b\u001b[2J\nbeaconlens: all is well.exe";
  write(
    "sysmon.json",
    sysmon(Array.from({ length: 24 }, (_, index) => (index % 3 ? steering : "/opt/a\u202e.sh"))),
  );
  const { findings } = JSON.parse((await outputs(["evaluate", "--format", "json", "sysmon.json"])).stdout);
  assert.deepEqual(findings[0].processes, ["/opt/a\u202e.sh", steering]);
  const table = (await outputs(["evaluate", "--format", "table", "sysmon.json"])).stdout.split("\n");
  assert.match(table[0], /score +process$/);
  assert.match(table[1], / a\\u202e\.sh \+1$/);
  const text = (await outputs(["explain", "10.0.0.5", "203.0.113.9", "443", "sysmon.json"])).stdout;
  assert.match(text, /\n {2}opened by \/opt\/a\\u202e\.sh\n {2}opened by C:\\b\ufffd\[2J\ufffdbeaconlens/);
  assert.ok(!text.includes("\u001b") && !text.includes("\nbeaconlens"));
  const csv = (await outputs(["evaluate", "sysmon.json"])).stdout;
  assert.equal(csv.split("\n")[0], COLUMNS.join(","));
});

/** As many calls as one likes, none of them on a beat. */
function irregular(pair, count) {
  const rows = calls({ ...pair, count, minutes: 2 });
  return rows.map((row, index) => {
    const shift = Math.floor(100_000 * Math.abs(Math.sin(index * index + 1)));
    return row.replace(/^\d+/, (time) => String(Number(time) + shift));
  });
}

test("by default the most machine-like comes first; --order rule is the query's order", async () => {
  const busy = irregular({ destination: "203.0.113.20" }, 300);
  write("two.csv", `${DAY}${busy.join("\n")}\n`);
  const firsts = async (...args) => {
    const { stdout } = await outputs(["evaluate", ...args, "two.csv"]);
    return stdout
      .trimEnd()
      .split("\n")
      .slice(1)
      .map((line) => line.split(",")[1]);
  };
  const byRule = ["203.0.113.20", "203.0.113.9"]; // more than 200 connections score 2
  assert.deepEqual(await firsts(), byRule.toReversed());
  assert.deepEqual(await firsts("--order", "priority"), byRule.toReversed());
  assert.deepEqual(await firsts("--order", "rule"), byRule);
  assert.deepEqual(await firsts("--format", "query"), byRule);
  assert.match((await outputs(["--help"])).stdout, /--order ORDER +priority \(the default\)/);
});

test("standard input, gzip, and both at once", async () => {
  assert.equal((await outputs(["evaluate", "-"], { input: DAY })).stdout, DAY_CSV);
  assert.equal((await outputs(["evaluate", "-"], { input: gzipSync(DAY) })).stdout, DAY_CSV);
  assert.equal((await outputs(["evaluate", "day.csv.gz"])).stdout, DAY_CSV);
  write("misnamed.csv", Buffer.concat([gzipSync(DAY.slice(0, 900)), gzipSync(DAY.slice(900))]));
  assert.equal((await outputs(["evaluate", "misnamed.csv"])).stdout, DAY_CSV, "several streams in one file");
});

test("a large gzip file is read whole", async () => {
  const rows = calls({ destination: "203.0.113.9", count: 200_000, minutes: 0.005 });
  write("large.csv.gz", gzipSync([HEADER, ...rows].join("\n"), { level: 1 }));
  const { stdout } = await outputs(["evaluate", "large.csv.gz"]);
  assert.match(stdout, /,200000,17,/);
});

test("many files are one evaluation; a directory is walked in order", async () => {
  const rows = calls({ destination: "203.0.113.9", count: 24, minutes: 10 });
  write("walk/b/two.csv", [HEADER, ...rows.slice(12)].join("\n"));
  write("walk/a.csv.gz", gzipSync([HEADER, ...rows.slice(0, 12)].join("\n")));
  write("walk/c.txt", "not flows\n");
  write("walk/.hidden", "not flows\n");
  const named = await outputs(["evaluate", "walk/b/two.csv", "walk/a.csv.gz"]);
  assert.equal(named.stdout, DAY_CSV);
  const walked = await outputs(["evaluate", "--format", "json", "walk"]);
  const { sources, findings } = JSON.parse(walked.stdout);
  assert.deepEqual(findings, [DAY_FINDING]);
  assert.deepEqual(
    sources.map((source) => source.name),
    ["walk/a.csv.gz", "walk/b/two.csv", "walk/c.txt"],
  );
  assert.match(walked.stderr, /walk\/c\.txt: not used: /);
});

test("what is not flows is refused, with exit code 2", async () => {
  write("empty.csv", "");
  write("other.csv", "name,age\nAnn,40\nBob,41\n");
  for (const file of ["picture.jpg", "letter.txt", "empty.csv", "other.csv"]) {
    await refused(["evaluate", file], new RegExp(`^beaconlens: ${file}: not used: .+\n$`));
  }
  await refused(["evaluate", "picture.jpg", "letter.txt"], /picture\.jpg.*\n.*letter\.txt/);
});

test("a refused file among others: the rest is printed, and the exit code tells", async () => {
  const { stdout, stderr } = await outputs(["evaluate", "picture.jpg", "day.csv"], { code: 2 });
  assert.equal(stdout, DAY_CSV);
  assert.match(stderr, /picture\.jpg: not used: /);
});

test("what cannot be read is named, with exit code 2", async () => {
  await refused(["evaluate", "day.csv", "none.csv"], /none\.csv: no such file/);
  write("cut.csv.gz", gzipSync(DAY).subarray(0, 60));
  await refused(["evaluate", "cut.csv.gz"], /cut\.csv\.gz: /);
});

test("wrong use is told in one line, with exit code 2", async () => {
  const wrong = [
    [["evaluate", "--frobnicate", "day.csv"], /--frobnicate/],
    [["evaluate"], /no input/],
    [["frobnicate"], /"frobnicate"/],
    [["evaluate", "--format", "xml", "day.csv"], /--format: "xml"/],
    [["evaluate", "--order", "size", "day.csv"], /--order: "size"/],
    [["evaluate", "--all", "--format", "query", "day.csv"], /--all has no --format query/],
    [["evaluate", "--rule"], /--rule/],
    [["evaluate", "--rule", "none.json", "day.csv"], /none\.json: no such file/],
    [["evaluate", "--window", "soon", "day.csv"], /window/],
    [["evaluate", "--end", "soon", "day.csv"], /end/],
    [["evaluate", "--map", "time", "day.csv"], /--map: "time"/],
    [["evaluate", "--map", "when=#1", "day.csv"], /when/],
    [["evaluate", "--delimiter", "x", "day.csv"], /--delimiter: "x"/],
    [["evaluate", "--time-unit", "h", "day.csv"], /--time-unit: "h"/],
    [["evaluate", "--utc-offset-minutes", "1h", "day.csv"], /"1h"/],
    [["explain", "10.0.0.5", "203.0.113.9"], /SOURCE DESTINATION PORT/],
    [["explain", "10.0.0.5", "203.0.113.9", "http", "day.csv"], /"http"/],
    [["explain", "10.0.0.5", "203.0.113.9", "70000", "day.csv"], /"70000"/],
    [["explain", "10.0.0.5", "here", "443", "day.csv"], /here/],
    [["explain", "--all", "10.0.0.5", "203.0.113.9", "443", "day.csv"], /--all/],
    [["evaluate", "--profile", "home", "day.csv"], /--profile: "home"/],
    [["evaluate", "--set", "list.txt", "day.csv"], /--set: "list\.txt" is not NAME=FILE/],
    [["evaluate", "--set", "a=none.txt", "day.csv"], /--set: none\.txt: no such file/],
    [["evaluate", "--threat-list", "none.txt", "day.csv"], /--threat-list: none\.txt: no such file/],
    [["query"], /--for: one of qradar, /],
    [["query", "--for", "oracle"], /--for: "oracle"/],
    [["query", "--for", "qradar", "day.csv"], /"day\.csv"/],
  ];
  await Promise.all(wrong.map(([args, pattern]) => refused(args, pattern)));
});

test("--rule, and what the command line says above it", async () => {
  write("rule.json", JSON.stringify({ window: "2h", gates: { min_connections: 6, min_hours: 1 } }));
  const hour = await outputs(["evaluate", "--rule", "rule.json", "day.csv"]);
  assert.match(hour.stdout, /203\.0\.113\.9,443,6,/);
  const day = await outputs(["evaluate", "--rule", "rule.json", "--window", "24h", "day.csv"]);
  assert.match(day.stdout, /203\.0\.113\.9,443,24,/);
  write("wrong.json", '{ "gates": { "min_conections": 6 } }');
  await refused(["evaluate", "--rule", "wrong.json", "day.csv"], /wrong\.json: .*min_conections/);
  write("broken.json", "{");
  await refused(["evaluate", "--rule", "broken.json", "day.csv"], /broken\.json: /);
});

test("--window and --end cut the flows", async () => {
  const args = ["evaluate", "--format", "json", "--window", "2h", "--end", "2026-01-15T02:00:00Z", "day.csv"];
  const { window, totals } = JSON.parse((await outputs(args)).stdout);
  assert.deepEqual(window, { start: "2026-01-15T00:00:00Z", end: "2026-01-15T02:00:00Z", hours: 2 });
  assert.equal(totals.flows_in_window + totals.flows_outside_window, 98);
  const all = await outputs(["evaluate", "--format", "json", "--window", "all", "day.csv"]);
  assert.equal(JSON.parse(all.stdout).totals.flows_outside_window, 0);
});

test("--all lists pairs that failed, and at which gates", async () => {
  const { stdout } = await outputs(["evaluate", "--all", "day.csv"]);
  const [header, ...lines] = stdout.trimEnd().split("\n");
  assert.equal(header, `${COLUMNS},failed_gates`);
  const failed = Object.fromEntries(lines.map((line) => [line.split(",")[1], line.split(",").at(-1)]));
  assert.deepEqual(failed, {
    "203.0.113.9": "",
    "198.51.100.7": "min_connections",
    "198.51.100.8": "min_hours",
    "192.168.1.1": "excluded_destination",
  });
  const json = JSON.parse((await outputs(["evaluate", "--all", "--format", "json", "day.csv"])).stdout);
  assert.equal(json.pairs.length, 4);
  assert.deepEqual(json.findings, [DAY_FINDING]);
  const table = await outputs(["evaluate", "--all", "--format", "table", "day.csv"]);
  assert.match(table.stdout, /198\.51\.100\.8 .* min_hours\n/);
});

test("--hunts lists what the hunts found, in every format", async () => {
  const rows = Array.from(
    { length: 8 },
    (_, n) => `${1772445600000 + n * 1e6},10.0.0.5,203.0.113.9,443,100,200,901`,
  );
  const file = await write(
    "long.csv",
    `starttime,sourceip,destinationip,destinationport,bytessent,bytesreceived,duration\n${rows.join("\n")}\n`,
  );
  const csv = await outputs(["evaluate", "--hunts", "--format", "csv", file]);
  const [head, row, ...rest] = csv.stdout.trimEnd().split("\n");
  assert.ok(head.startsWith("hunt,sourceip,destination,destinationport,count,unit,"), head);
  assert.ok(row.startsWith("long_connection,10.0.0.5,203.0.113.9,443,7208,seconds,3600,8,"), row);
  assert.deepEqual(rest, []);
  const json = await outputs(["evaluate", "--hunts", "--format", "json", "--workers", "2", file]);
  assert.deepEqual(
    JSON.parse(json.stdout).hunts.map(({ hunt, count }) => [hunt, count]),
    [["long_connection", 7208]],
  );
  const table = await outputs(["evaluate", "--hunts", "--format", "table", file]);
  assert.match(table.stdout, /long_connection +10\.0\.0\.5 +203\.0\.113\.9:443 .*open for 2 h/);
  assert.match((await outputs(["evaluate", file])).stderr, /^hunts: 1 long connection; --hunts lists them$/m);
});

test("--map reads columns by name and by position", async () => {
  const bare = DAY.split("\n").slice(1).join("\n");
  write("bare.csv", bare);
  const positions = "time=#1,source=#2,destination=#3,port=#4,bytes_sent=#5,bytes_received=#6";
  assert.equal((await outputs(["evaluate", "--map", positions, "bare.csv"])).stdout, DAY_CSV);
  write("named.csv", DAY.replace(HEADER, "wann,von,nach,tor,hin,her").replaceAll(",", ";"));
  const names = [
    "--map",
    "time=wann,source=von,destination=nach,port=TOR",
    "--map",
    "bytes_sent=hin,bytes_received=her",
  ];
  assert.equal((await outputs(["evaluate", ...names, "--delimiter", ";", "named.csv"])).stdout, DAY_CSV);
});

test("--time-unit and --utc-offset-minutes", async () => {
  const seconds = DAY.replaceAll(/^(\d+)000,/gm, "$1,");
  write("seconds.csv", seconds);
  assert.equal((await outputs(["evaluate", "--time-unit", "s", "seconds.csv"])).stdout, DAY_CSV);
  const east = DAY.replaceAll(/^\d+/gm, (time) =>
    new Date(Number(time) - 5 * 3600e3).toISOString().slice(0, 19),
  );
  write("west.csv", east);
  assert.equal((await outputs(["evaluate", "--utc-offset-minutes", "-300", "west.csv"])).stdout, DAY_CSV);
});

test("when nothing is found, the near misses say what was missing", async () => {
  write(
    "none.csv",
    DAY.split("\n")
      .filter((line) => !line.includes("203.0.113.9"))
      .join("\n"),
  );
  const { stdout, stderr } = await outputs(["evaluate", "--format", "table", "none.csv"]);
  assert.equal(stdout, "no findings\n");
  assert.match(stderr, /0 findings, 3 near misses/);
  assert.match(stderr, /198\.51\.100\.7 .*min_connections/);
});

test("skipped rows are counted with the first example", async () => {
  write("dirty.csv", `${DAY}soon,10.0.0.5,203.0.113.9,443,1,1\n\u001b[31m,10.0.0.5,203.0.113.9,443,1,1\n`);
  const { stdout, stderr } = await outputs(["evaluate", "dirty.csv"]);
  assert.equal(stdout, DAY_CSV);
  assert.match(stderr, /100 rows read, 98 used, 2 skipped/);
  assert.match(stderr, /line 100: .*soon/);
  assert.ok(!stderr.includes("\u001b"), "text of a file does not steer the terminal");
});

test("what the memory limit left out is told with the notices", async () => {
  const { notices } = await import("../../pkg-config/npm/cli/notices.js");
  const report = await (await load()).evaluate(DAY);
  assert.doesNotMatch(notices(report), /incomplete/);
  const dropped = { flows: 9, pairs_dropped: 9, max_undercount: 1, flows_rejected: 0, meaning: "it is" };
  assert.match(notices({ ...report, dropped }), /\nincomplete: it is\n/);
});

test("explain gives every gate, as text and as JSON", async () => {
  const pair = ["10.0.0.5", "198.51.100.7", "443", "day.csv"];
  const text = await outputs(["explain", ...pair]);
  assert.match(text.stdout, /19/);
  assert.match(text.stdout, /20/);
  const json = JSON.parse((await outputs(["explain", "--format", "json", ...pair])).stdout);
  assert.equal(json.status, "near_miss");
  assert.equal(json.gates.find((gate) => gate.gate === "min_connections").value, 19);
  const unseen = await outputs(["explain", "--format", "json", "10.0.0.5", "192.0.2.1", "1", "day.csv"]);
  assert.equal(JSON.parse(unseen.stdout).status, "not_seen");
});

test("--version is the package's", async () => {
  const { stdout } = await outputs(["--version"]);
  assert.match(stdout, /^beaconlens \d+\.\d+\.\d+\n$/);
});

test("a reader that goes away is no mistake", async () => {
  const rows = Array.from(
    { length: 20_000 },
    (_, i) => `1768435200000,10.0.0.5,203.${i >> 8}.${i & 255}.9,443,1,1`,
  );
  write("wide.csv", [HEADER, ...rows].join("\n"));
  const child = spawn(inProject("node_modules/.bin/beaconlens"), [
    "evaluate",
    "--all",
    inProject("wide.csv"),
  ]);
  let stderr = "";
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  child.stdout.once("data", () => child.stdout.destroy());
  const [code] = await once(child, "close");
  assert.equal(code, 0);
  assert.doesNotMatch(stderr, /EPIPE|Error/);
});

test("a table of very many pairs is printed", async () => {
  const rows = Array.from(
    { length: 150_000 },
    (_, i) => `1768435200000,10.0.0.5,203.${(i >> 8) & 255}.${i & 255}.9,${i >> 16},1,1`,
  );
  write("many.csv", [HEADER, ...rows].join("\n"));
  const { stdout } = await outputs(["evaluate", "--all", "--format", "table", "many.csv"]);
  assert.equal(stdout.trimEnd().split("\n").length, 150_001);
});

const query = async (...args) => (await outputs(["query", ...args])).stdout;

test("query prints the rule in another language", async () => {
  assert.match(await query("--for", "qradar"), /^SELECT sourceip,[\s\S]*\nLAST 24 HOURS\n$/);
  assert.match(await query("--for", "qradar", "--window", "7d"), /\nLAST 168 HOURS\n$/);
  write("tuned.json", JSON.stringify({ gates: { min_connections: 7 }, end: "2026-01-15T02:00:00Z" }));
  assert.match(await query("--for", "duckdb", "--rule", "tuned.json"), /connection_count >= 7 AND/);
  assert.match(await query("--for", "clickhouse", "--rule", "tuned.json"), /'2026-01-15 02:00:00.000000'/);
  for (const name of ["qradar-literal", "sentinel", "defender", "splunk"]) {
    assert.match(await query("--for", name), /beaconing_score/);
  }
});

test("--profile lab is the base of --rule, and says what neither says", async () => {
  const lab = await query("--for", "qradar", "--profile", "lab");
  assert.doesNotMatch(lab, /127\.0\.0\.0/);
  assert.match(
    lab,
    /COUNT\(\*\) >= CASE WHEN destinationport IN \([0-9, ]+\) THEN 1 ELSE 20 END AND .* >= 1\n/,
  );
  write("seven.json", JSON.stringify({ gates: { min_connections: 7 } }));
  assert.match(
    await query("--for", "qradar", "--profile", "lab", "--rule", "seven.json"),
    /THEN 1 ELSE 7 END/,
  );
  assert.match(await query("--for", "qradar", "--rule", "seven.json"), />= 7 AND .* >= 3\n/);
});

test("--set: a list, a column of a table, and how it is meant", async () => {
  write("scanners.txt", "# ours\n10.1.2.3  # Nessus\n10.1.2.4\n");
  write("irc, old.csv", 'name,ip\n"chat, main",203.0.113.5\noffice,198.51.100.0/24\n');
  const text = await query(
    ...["--for", "qradar", "--set", "scan=scanners.txt,applies_to=source"],
    ...["--set", "irc=irc, old.csv,column=ip,applies_to=destination,port=6667,port=6697"],
  );
  assert.match(text, /AND NOT REFERENCESETCONTAINS\('scan', sourceip\)\n/);
  assert.match(
    text,
    /AND NOT \(\(destinationip IN \('203\.0\.113\.5'\) OR INCIDR\('198\.51\.100\.0\/24', destinationip\)\) AND destinationport IN \(6667, 6697\)\)\n/,
  );
  const literal = await query("--for", "qradar-literal", "--set", "scan=scanners.txt");
  assert.match(literal, /sourceip IN \('10\.1\.2\.3', '10\.1\.2\.4'\) OR destinationip IN/);
  write("wrong.txt", "10.0.0.1\n\n10.0.0.0/99\n");
  await refused(
    ["query", "--for", "qradar", "--set", "a=wrong.txt"],
    /wrong\.txt, line 3: found "10\.0\.0\.0\/99"/,
  );
  await refused(["query", "--for", "qradar", "--set", "a=wrong.txt,column=ip"], /no column "ip"/);
  await refused(["query", "--for", "qradar", "--set", "a=scanners.txt,port=x"], /port=x/);
  await refused(["query", "--for", "qradar", "--set", "a=scanners.txt,applies_to=both"], /applies_to/);
  const twice = ["--set", "a=scanners.txt", "--set", "a=scanners.txt"];
  await refused(["query", "--for", "qradar", ...twice], /reference_sets\[1\]\.name.*no other list has/);
});

test("--threat-list reads Feodo Tracker's file as it is published, and says what it leaves out", async () => {
  const feodo = `################
# a banner     #
################
"first_seen_utc","dst_ip","dst_port","c2_status","last_online","malware"
"2026-01-02 03:04:05","203.0.113.9","443","online","2026-01-03","Examplebot"
# END 1 entries`;
  write("ipblocklist.csv", feodo);
  write("trails.txt", "203.0.113.9:8443\n/gate.php\nbad.example.com\n");
  const { stdout, stderr } = await outputs([
    ...["query", "--for", "sentinel", "--threat-list", "ipblocklist.csv", "--threat-list", "trails.txt"],
  ]);
  assert.match(
    stdout,
    /destinationip in \("203\.0\.113\.9"\) and destinationport in \(443\)\), "ipblocklist\.csv"/,
  );
  assert.match(stdout, /destinationhost in \("bad\.example\.com"\)/);
  assert.equal(stderr, "trails.txt: 1 line without an endpoint ignored; first: line 2: /gate.php\n");
});
