// The rule of a command line: a profile, then a file, then what the options say.

import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { count, printable } from "../text/format.js";
import { BeaconlensError, defaultRule, parseReferenceSet, parseRule, parseThreatList } from "./dist/node.mjs";
import { portOf, UsageError } from "./options.js";

/** Reports errors before any flows are read. */
export function ruleOf({
  profile = "default",
  rule: file,
  window,
  end,
  set = [],
  "threat-list": threats = [],
}) {
  const base = defaultRule(profile);
  const given = file === undefined ? {} : readRule(file);
  const rule = { ...base, ...given, gates: { ...base.gates, ...given.gates } };
  if (window !== undefined) rule.window = window;
  if (end !== undefined) rule.end = end;
  rule.reference_sets = [...rule.reference_sets, ...set.map(readSet)];
  rule.threat_lists = [...rule.threat_lists, ...threats.map(readThreatList)];
  return parseRule(rule);
}

/** The document as it is written, so that a profile shows where it says nothing. */
function readRule(path) {
  const text = readText("--rule", path);
  return withPath(path, () => {
    parseRule(text);
    return JSON.parse(text);
  });
}

/** `NAME=FILE`, and options after commas. */
function readSet(text) {
  const at = text.indexOf("=");
  if (at < 1) throw new UsageError(`--set: ${JSON.stringify(text)} is not NAME=FILE`);
  const { path, column, applies_to, port = [] } = wordsOf("--set", text.slice(at + 1));
  const set = parseReferenceSet(path, readText("--set", path), column?.[0]);
  set.name = text.slice(0, at);
  if (applies_to) set.applies_to = applies_to[0];
  if (port.length) set.ports = port.map((text) => portOf(text, `--set: port=${text}`));
  return set;
}

function readThreatList(text) {
  const { path, column, applies_to, port } = wordsOf("--threat-list", text);
  if (applies_to || port) throw new UsageError("--threat-list: takes only a column besides its file");
  const { list, skipped, first } = parseThreatList(path, readText("--threat-list", path), column?.[0]);
  if (skipped) {
    const lines = count(skipped, "line");
    process.stderr.write(
      `${printable(path)}: ${lines} without an endpoint ignored; first: line ${first.line}: ${printable(first.text)}\n`,
    );
  }
  list.name = basename(path);
  return list;
}

/** A path, and the known words behind it: `list.csv,column=ip,port=6667`. */
function wordsOf(option, text) {
  const words = {};
  let path = text;
  for (;;) {
    const found = /^(.+),(column|applies_to|port)=([^,]*)$/.exec(path);
    if (!found) break;
    const [, before, word, value] = found;
    words[word] = [value, ...(words[word] ?? [])];
    path = before;
  }
  if (path === "") throw new UsageError(`${option}: no file is named`);
  return { path, ...words };
}

function readText(option, path) {
  try {
    return readFileSync(path, "utf8").replace(/^\uFEFF/, "");
  } catch (error) {
    const reason = error.code === "ENOENT" ? "no such file" : error.message;
    throw new UsageError(`${option}: ${path}: ${reason}`);
  }
}

/** Adds the path of the file to an error of the engine. */
function withPath(path, work) {
  try {
    return work();
  } catch (error) {
    if (error instanceof BeaconlensError) error.message = `${path}: ${error.message}`;
    throw error;
  }
}
