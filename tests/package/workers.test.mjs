// The command with several threads: the same bytes as with one, whatever it is given.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { calls, DAY, HEADER } from "./flows.mjs";
import { beaconlens, inProject, root, run, write } from "./installed.mjs";

const golden = join(root, "tests/golden");
const files = readdirSync(golden);
const cases = files
  .filter((name) => name.endsWith(".report.json"))
  .map((name) => name.replace(".report.json", ""));

/** The input of a case: the file of its name that is nothing else. */
const inputOf = (name) => files.find((file) => /^\.(csv|json|log|txt)$/.test(file.replace(name, "")));

/** What a case's options are called on the command line. */
function optionsOf(name) {
  const args = [];
  const path = (kind) => join(golden, `${name}.${kind}.json`);
  if (existsSync(path("rule"))) args.push("--rule", path("rule"));
  if (!existsSync(path("options"))) return args;
  const options = JSON.parse(readFileSync(path("options")));
  const { mapping = {}, delimiter, timeUnit, utcOffsetMinutes, duplicates } = options;
  for (const [role, column] of Object.entries(mapping)) args.push("--map", `${role}=${column}`);
  if (delimiter) args.push("--delimiter", delimiter);
  if (timeUnit) args.push("--time-unit", timeUnit);
  if (utcOffsetMinutes) args.push("--utc-offset-minutes", String(utcOffsetMinutes));
  if (duplicates) args.push("--duplicates");
  return args;
}

for (const workers of [1, 2, 3]) {
  test(`the golden reports, by threads: ${workers}`, async () => {
    assert.ok(cases.length > 40, `only ${cases.length} cases`);
    for (const name of cases) {
      const expected = readFileSync(join(golden, `${name}.report.json`), "utf8");
      const args = [
        "evaluate",
        "--workers",
        workers,
        "--format",
        "json",
        "--order",
        "rule",
        ...optionsOf(name),
        inputOf(name),
      ];
      const { stdout, code, stderr } = await beaconlens(args, { cwd: golden });
      // Of a file that is refused there is no report.
      if (JSON.parse(expected).sources[0].error) assert.deepEqual([code, stdout], [2, ""], stderr);
      else assert.deepEqual([code, stdout], [0, expected], stderr);
    }
  });
}

/** Many sources, each with a beacon, two pairs that are none, and so many rows of noise. */
function flows(noise) {
  const groups = [HEADER];
  for (let host = 0; host < 60; host += 1) {
    const source = host % 5 === 0 ? `2001:db8::${host.toString(16)}` : `10.0.${host}.5`;
    groups.push(...calls({ source, destination: "203.0.113.9", count: 20 + host, minutes: 15 }));
    groups.push(...calls({ source, destination: "198.51.100.7", port: 6667, count: host, minutes: 7 }));
    groups.push(
      ...calls({ source, destination: `198.51.${host}.8`, count: noise, minutes: 0.3, from: host }),
    );
  }
  groups.push("soon,10.0.0.5,203.0.113.9,443,1,1", '"odd","row"');
  return `${groups.join("\n")}\n`;
}
const MANY = flows(4000);
write("many-flows.csv", MANY);
write("many-flows.csv.gz", gzipSync(MANY, { level: 1 }));
write("flows.csv", flows(100));
write("second.csv", DAY);
write("picture.jpg", Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0));
write("cut.csv.gz", gzipSync(DAY).subarray(0, -20));

async function sameForAll(args, { code = 0, ...options } = {}) {
  const [verb, ...rest] = args;
  const [one, ...others] = await Promise.all(
    [1, 2, 3, 5].map((workers) => beaconlens([verb, "--workers", workers, ...rest], options)),
  );
  assert.equal(one.code, code, one.stderr);
  for (const other of others) assert.deepEqual(other, one);
  return one;
}

test("every format", async () => {
  for (const format of ["json", "csv", "ndjson", "table", "query"]) {
    const { stdout } = await sameForAll(["evaluate", "--format", format, "flows.csv"]);
    assert.match(stdout, /203\.0\.113\.9/);
  }
  const all = await sameForAll(["evaluate", "--all", "flows.csv"]);
  assert.equal(all.stdout.split("\n").length, 60 * 3 + 1);
});

test("every way in, of more blocks than two threads have on their way", async () => {
  assert.ok(MANY.length > 11 << 20);
  const { stdout, stderr } = await sameForAll(["evaluate", "many-flows.csv"]);
  assert.equal(stdout.split("\n").length, 60 + 40 + 60 + 2);
  assert.match(stderr, /2 skipped/);
  assert.equal((await sameForAll(["evaluate", "many-flows.csv.gz"])).stdout, stdout);
  assert.equal((await sameForAll(["evaluate", "-"], { input: MANY })).stdout, stdout);
  assert.equal((await sameForAll(["evaluate", "-"], { input: gzipSync(MANY, { level: 1 }) })).stdout, stdout);
});

test("standard input of unknown size", async () => {
  const { stdout } = await beaconlens(["evaluate", "many-flows.csv"]);
  assert.equal((await beaconlens(["evaluate", "-"], { input: MANY })).stdout, stdout);
  const rows = MANY.slice(HEADER.length + 1).repeat(6);
  const large = `${HEADER}\n${rows}`;
  assert.ok(large.length > 65e6, "more than is read ahead");
  write("large.csv", large);
  const one = await beaconlens(["evaluate", "--workers", "1", "large.csv"]);
  assert.equal((await beaconlens(["evaluate", "-"], { input: large })).stdout, one.stdout);
  assert.equal((await beaconlens(["evaluate", "large.csv"])).stdout, one.stdout);
});

test("several files, some of them refused", async () => {
  const files = ["picture.jpg", "flows.csv", "second.csv", "many-flows.csv.gz"];
  const { stderr } = await sameForAll(["evaluate", "--format", "json", ...files], { code: 2 });
  assert.match(stderr, /picture\.jpg: not used/);
  await sameForAll(["evaluate", "picture.jpg", "-"], { code: 2, input: "" });
});

test("a mistake or a broken file ends it the same way", async () => {
  const { stderr } = await sameForAll(["evaluate", "flows.csv", "cut.csv.gz"], { code: 2 });
  assert.match(stderr, /^beaconlens: cut\.csv\.gz: [^\n]+\n$/);
  await sameForAll(["evaluate", "flows.csv", "none.csv"], { code: 2 });
  await sameForAll(["evaluate", "--window", "soon", "flows.csv"], { code: 2 });
  await sameForAll(["evaluate", "--map", "when=#1", "flows.csv"], { code: 2 });
  await sameForAll(["explain", "10.0.0.5", "here", "443", "flows.csv"], { code: 2 });
  for (const workers of ["0", "-1", "two", "65", "1.5"]) {
    const result = await beaconlens(["evaluate", `--workers=${workers}`, "second.csv"]);
    assert.equal(result.code, 2);
    assert.match(result.stderr, /^beaconlens: --workers: "/);
  }
});

test("explain, wherever the pair is kept", async () => {
  const statuses = { finding: 0, near_miss: 0 };
  for (const host of [1, 2, 3, 10]) {
    const text = [`10.0.${host}.5`, "198.51.100.7", "6667", "flows.csv"];
    await sameForAll(["explain", ...text]);
    const { stdout } = await sameForAll(["explain", "--format", "json", ...text]);
    statuses[JSON.parse(stdout).status] += 1;
  }
  assert.equal(statuses.finding + statuses.near_miss, 0, "these have too few connections and hours");
  const beacon = await sameForAll(["explain", "10.0.41.5", "203.0.113.9", "443", "flows.csv"]);
  assert.match(beacon.stdout, /61/);
  const unseen = ["explain", "--format", "json", "10.0.41.5", "203.0.113.99", "443", "flows.csv"];
  assert.equal(JSON.parse((await sameForAll(unseen)).stdout).status, "not_seen");
});

/** Runs the command and answers which threads' code Node had loaded at its end. */
async function threadsLoaded(...args) {
  const told = 'process.on("exit", () => process._rawDebug(process.moduleLoadList.join()));';
  const preload = write("told.cjs", told);
  const { stderr } = await run("node", [
    "-r",
    preload,
    inProject("node_modules/beaconlens/cli.mjs"),
    ...args,
  ]);
  return /NativeModule worker_threads/.test(stderr);
}

test("a small input pays nothing for threads", async () => {
  assert.equal(await threadsLoaded("evaluate", "second.csv"), false);
  assert.equal(await threadsLoaded("evaluate", "--workers", "2", "second.csv"), true);
});

test("an interrupt ends all threads", { timeout: 30_000 }, async () => {
  const child = spawn(inProject("node_modules/.bin/beaconlens"), ["evaluate", "--workers", "3", "-"]);
  child.stdin.on("error", () => {}); // it will not read all
  // In the midst of the reading: all but what a pipe holds is taken, and there is no end.
  await new Promise((resolve) => child.stdin.write(MANY, resolve));
  child.kill("SIGINT");
  const [code, signal] = await once(child, "exit");
  assert.deepEqual([code, signal], [null, "SIGINT"]);
});

test("a thread that fails ends the command, which says so", { timeout: 30_000 }, async () => {
  cpSync(inProject("node_modules/beaconlens"), inProject("broken"), { recursive: true });
  write("broken/worker.mjs", 'throw new Error("no thread today");\n');
  const args = ["evaluate", "--workers", "2", "many-flows.csv"];
  const { code, stdout, stderr } = await run("node", [inProject("broken/cli.mjs"), ...args]);
  assert.deepEqual([code, stdout, stderr], [1, "", "beaconlens: a thread failed: no thread today\n"]);
});
