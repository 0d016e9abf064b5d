// The command: flows from files in, findings on standard output.

import { readFileSync } from "node:fs";
import { BeaconlensError, Detector, parseRule, version } from "./dist/node.mjs";
import { HELP } from "./help.js";
import { blocksOf, findFiles } from "./inputs.js";
import { notices } from "./notices.js";
import { readCommand, UsageError } from "./options.js";
import { progressLine } from "./progress.js";
import { table } from "./table.js";
import { printable } from "./text.js";

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
  const rule = ruleOf(command.values);
  const files = findFiles(command.files);
  const detector = new Detector(command.detector);
  // Asked of no flows: a mistake in the addresses is told before the reading starts.
  if (command.pair) detector.explainText(...command.pair, rule);
  const refused = await readAll(detector, files);
  // In a directory other files are expected; a file that was named is not.
  if (refused.some((file) => !file.walked) || refused.length === files.length) process.exitCode = 2;
  if (refused.length === files.length) return;
  const print = command.verb === "explain" ? printExplanation : printReport;
  print(detector, rule, command);
}

/** The rule's file, then what the command line says. */
function ruleOf({ rule: path, window, end }) {
  const rule = path === undefined ? {} : readRule(path);
  if (window !== undefined) rule.window = window;
  if (end !== undefined) rule.end = end;
  parseRule(rule); // a mistake is told before the reading starts
  return rule;
}

function readRule(path) {
  let text;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new UsageError(`--rule: ${path}: ${error.code === "ENOENT" ? "no such file" : error.message}`);
  }
  try {
    return parseRule(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    error.message = `${path}: ${error.message}`;
    throw error;
  }
}

/** @returns the files that are not flows */
async function readAll(detector, files) {
  const refused = [];
  const progress = progressLine(files);
  for (const file of files) {
    const error = await readOne(detector, file, progress);
    if (!error) continue;
    refused.push(file);
    progress.end();
    process.stderr.write(`beaconlens: ${printable(file.path)}: not used: ${told(error)}\n`);
  }
  progress.end();
  return refused;
}

async function readOne(detector, { path }, progress) {
  const name = path === "-" ? "standard input" : path;
  detector.startSource(name);
  try {
    for await (const block of blocksOf(path)) {
      detector.ingest(block);
      progress.add(block.length);
    }
    detector.finish();
  } catch (error) {
    if (!(error instanceof BeaconlensError) || error.code !== "E_NOT_FLOWS") throw error;
    return error;
  }
}

function printReport(detector, rule, { values: { format = usualFormat(), order = "priority", all = false } }) {
  if (all && format === "query") throw new UsageError("--all has no --format query: use csv");
  const text = (format) => detector.evaluateText(format, rule, all, order);
  if (format === "table") process.stdout.write(tableOf(text("ndjson"), all));
  else writeText(text(format));
  process.stderr.write(notices(detector.summary(rule), process.stderr.columns));
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

function printExplanation(detector, rule, { pair, values }) {
  if (values.format === "json") writeText(JSON.stringify(detector.explain(...pair, rule)));
  else writeText(detector.explainText(...pair, rule));
}

function writeText(text) {
  process.stdout.write(text === "" || text.endsWith("\n") ? text : `${text}\n`);
}

/** Wrong use and unreadable input end with 2, everything else with 1. */
function fail(error) {
  const expected = error instanceof UsageError || error instanceof BeaconlensError;
  if (!expected) throw error;
  process.stderr.write(`beaconlens: ${told(error)}\n`);
  process.exitCode = error.code === "E_INTERNAL" ? 1 : 2;
}

function told({ message, hint }) {
  return printable(hint ? `${message} (${hint})` : message);
}
