// The command: flows from files in, findings on standard output.

import { availableParallelism } from "node:os";
import { BYTES_A_THREAD, threadsFor } from "../shards/ring.ts";
import { printable } from "../text/format.js";
import { huntsText } from "../text/hunts.js";
import { BeaconlensError, Detector, renderQuery, version } from "./dist/node.mjs";
import { HELP } from "./help.js";
import { blocksOf, findFiles, readAhead } from "./inputs.js";
import { notices } from "./notices.js";
import { readCommand, UsageError } from "./options.js";
import { progressLine } from "./progress.js";
import { ruleOf } from "./rule.js";
import { table } from "./table.js";
import { startEngine, startWorkers } from "./workers.js";

// A reader that has seen enough, such as `head`, closes the pipe: no mistake.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error) => {
    if (error.code !== "EPIPE") throw error;
    process.exit();
  });
}

try {
  await run(readCommand(process.argv.slice(2)));
} catch (error) {
  fail(error);
}

async function run(command) {
  if (command.verb === "help") return void process.stdout.write(HELP);
  if (command.verb === "version") return void process.stdout.write(`beaconlens ${version()}\n`);
  const module = startEngine();
  const rule = ruleOf(command.values);
  if (command.verb === "query") return void process.stdout.write(renderQuery(command.values.for, rule));
  const files = findFiles(command.files);
  checkQuestion(command, rule);
  const { workers, ahead } = await plan(command, files);
  const leader = await startWorkers(module, workers);
  try {
    leader.open(command.detector);
    const refused = await readAll(leader, files, ahead);
    // In a directory other files are expected; a file that was named is not.
    if (refused.some((file) => !file.walked) || refused.length === files.length) process.exitCode = 2;
    if (refused.length === files.length) return;
    const print = command.verb === "explain" ? printExplanation : printReport;
    await print(leader, rule, command);
  } finally {
    leader.close();
  }
}

/** Asked without flows, so that an error in options or addresses is reported before reading starts. */
function checkQuestion({ detector: options, pair }, rule) {
  const detector = new Detector(options);
  if (pair) detector.explainText(...pair, rule);
  detector.free();
}

/** How many threads read; with what had to be read of standard input to know it. */
async function plan({ workers, values }, files) {
  // No detector of several knows all pairs.
  if (workers !== undefined || values.all) return { workers: values.all ? 1 : workers };
  const cores = availableParallelism();
  const unknown = cores > 1 && files.some((file) => file.path === "-");
  const ahead = unknown ? await readAhead(BYTES_A_THREAD) : undefined;
  const bytes = files.reduce((sum, file) => sum + file.bytes, ahead?.bytes ?? 0);
  return { workers: threadsFor(bytes, cores), ahead };
}

/** @returns the files that are not flows */
async function readAll(leader, files, ahead) {
  const refused = [];
  const progress = progressLine(files);
  for (const file of files) {
    const error = await readOne(leader, file, ahead, progress);
    if (!error) continue;
    refused.push(file);
    progress.end();
    process.stderr.write(`beaconlens: ${printable(file.path)}: not used: ${textOf(error)}\n`);
  }
  await leader.settled();
  progress.end();
  return refused;
}

async function readOne(leader, { path }, ahead, progress) {
  const space = () => leader.space();
  leader.startSource(path === "-" ? "standard input" : path);
  try {
    for await (const block of path === "-" && ahead ? ahead.blocksOf(space) : blocksOf(path, space)) {
      const { length } = block; // the block is gone when it is read
      await leader.ingest(block);
      progress.add(length);
    }
    leader.finish();
  } catch (error) {
    if (!(error instanceof BeaconlensError) || error.code !== "E_NOT_FLOWS") throw error;
    return error;
  }
}

async function printReport(
  leader,
  rule,
  { values: { format = usualFormat(), order = "priority", all = false, hunts = false } },
) {
  if (all && format === "query") throw new UsageError("--all has no --format query: use csv");
  if (hunts && (all || format === "query"))
    throw new UsageError("--hunts has no --all and no --format query");
  if (hunts) {
    // The summary alone asks for no more than the query.
    const report = JSON.parse(await leader.evaluateText("json", rule, false, order));
    writeText(huntsText(report, format));
    return void process.stderr.write(notices(report, process.stderr.columns));
  }
  const text = (format) => leader.evaluateText(format, rule, all, order);
  if (format === "table") process.stdout.write(tableOf(await text("ndjson"), all));
  else writeText(await text(format));
  process.stderr.write(notices(await leader.summary(rule), process.stderr.columns));
}

function usualFormat() {
  return process.stdout.isTTY ? "table" : "csv";
}

function tableOf(ndjson, all) {
  const pairs = ndjson
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  if (pairs.length === 0) return all ? "no pairs\n" : "no findings\n";
  return table(pairs, { width: process.stdout.columns, gates: all });
}

async function printExplanation(leader, rule, { pair, values }) {
  if (values.format === "json") writeText(JSON.stringify(await leader.explain(pair, rule)));
  else writeText((await leader.explainText(pair, rule)).split("\n").map(printable).join("\n"));
}

function writeText(text) {
  process.stdout.write(text === "" || text.endsWith("\n") ? text : `${text}\n`);
}

/** Wrong use and unreadable input end with 2, everything else with 1. */
function fail(error) {
  const expected = error instanceof UsageError || error instanceof BeaconlensError;
  if (!expected) throw error;
  process.stderr.write(`beaconlens: ${textOf(error)}\n`);
  process.exitCode = error.code === "E_INTERNAL" ? 1 : 2;
}

function textOf({ message, hint }) {
  return printable(hint ? `${message} (${hint})` : message);
}
