// The command line, read and checked.

import { parseArgs } from "node:util";
import { constants } from "./dist/node.mjs";

/** Wrong use of the command: one line on standard error, exit code 2. */
export class UsageError extends Error {}

/** Every thread reads all rows: long before this, more of them gain nothing. */
const MOST_WORKERS = 64;

const RULE = {
  profile: { type: "string" },
  rule: { type: "string" },
  window: { type: "string" },
  end: { type: "string" },
  set: { type: "string", multiple: true },
  "threat-list": { type: "string", multiple: true },
};
const READING = {
  map: { type: "string", multiple: true },
  delimiter: { type: "string" },
  "time-unit": { type: "string" },
  "utc-offset-minutes": { type: "string" },
  duplicates: { type: "boolean" },
  workers: { type: "string" },
};
const ALWAYS = { help: { type: "boolean", short: "h" }, version: { type: "boolean", short: "V" } };
const FORMAT = { format: { type: "string" } };

const VERBS = {
  evaluate: {
    options: {
      ...ALWAYS,
      ...RULE,
      ...READING,
      ...FORMAT,
      order: { type: "string" },
      all: { type: "boolean" },
      hunts: { type: "boolean" },
    },
    formats: ["table", "csv", "json", "ndjson", "query"],
  },
  explain: { options: { ...ALWAYS, ...RULE, ...READING, ...FORMAT }, formats: ["text", "json"] },
  query: { options: { ...ALWAYS, ...RULE, for: { type: "string" } }, formats: [] },
};

/** @param {string[]} words what follows the program's name */
export function readCommand(words) {
  const [verb, ...rest] = words;
  if (verb === undefined || verb === "help" || verb === "--help" || verb === "-h") return { verb: "help" };
  if (verb === "--version" || verb === "-V") return { verb: "version" };
  if (!Object.hasOwn(VERBS, verb)) {
    throw new UsageError(`unknown command ${quote(verb)}: expected evaluate, explain or query`);
  }
  const { options, formats } = VERBS[verb];
  const { values, positionals } = parse(rest, options);
  if (values.help) return { verb: "help" };
  if (values.version) return { verb: "version" };
  oneOf("format", values.format, formats);
  oneOf("order", values.order, ["priority", "rule"]);
  if (values.profile !== undefined) oneOf("profile", values.profile, constants().profiles);
  if (verb === "query") return queryOf(values, positionals);
  const command = {
    verb,
    values,
    files: positionals,
    detector: detectorOptions(values),
    workers: workers(values.workers),
  };
  return verb === "explain" ? { ...command, ...pairOf(positionals) } : withFiles(command);
}

function queryOf(values, positionals) {
  if (positionals.length > 0)
    throw new UsageError(`query reads no flows: ${quote(positionals[0])} is too much`);
  const targets = constants().query_targets.map(({ name }) => name);
  if (values.for === undefined) throw new UsageError(`query needs --for: one of ${targets.join(", ")}`);
  oneOf("for", values.for, targets);
  return { verb: "query", values };
}

function parse(words, options) {
  try {
    return parseArgs({ args: joinNegative(words), options, allowPositionals: true });
  } catch (error) {
    // Node adds advice about `--` that helps nobody here.
    throw new UsageError(error.message.split(". ")[0].replace(/^U/, "u").replace(/^O/, "o"));
  }
}

/** `--utc-offset-minutes -300`: the number is a value, not an option. */
function joinNegative(words) {
  const joined = [];
  for (const word of words) {
    if (joined.at(-1) === "--utc-offset-minutes" && /^-\d/.test(word)) joined.push(`${joined.pop()}=${word}`);
    else joined.push(word);
  }
  return joined;
}

function pairOf([source, destination, port, ...files]) {
  if (port === undefined) throw new UsageError("explain takes SOURCE DESTINATION PORT FILE…");
  return withFiles({ pair: [source, destination, portOf(port, "PORT")], files });
}

/** A port as it is written, in the option or argument of that name. */
export function portOf(text, name) {
  const { max_port } = constants();
  if (/^\d{1,5}$/.test(text) && Number(text) <= max_port) return Number(text);
  throw new UsageError(`${name}: ${quote(text)} is not a port number, 0 to ${max_port}`);
}

function withFiles(command) {
  if (command.files.length === 0)
    throw new UsageError("no input: name files or directories, or - for standard input");
  return command;
}

function detectorOptions(values) {
  const options = {};
  if (values.map) options.mapping = mapping(values.map);
  if (values.delimiter !== undefined) options.delimiter = delimiter(values.delimiter);
  oneOf("time-unit", values["time-unit"], ["s", "ms", "us", "ns"]);
  if (values["time-unit"] !== undefined) options.timeUnit = values["time-unit"];
  if (values.duplicates) options.duplicates = true;
  const offset = values["utc-offset-minutes"];
  if (offset !== undefined) {
    if (!/^[+-]?\d+$/.test(offset)) {
      throw new UsageError(`--utc-offset-minutes: ${quote(offset)} is not a whole number of minutes`);
    }
    options.utcOffsetMinutes = Number(offset);
  }
  return options;
}

/** How many threads, where it was said. */
function workers(text) {
  if (text === undefined) return undefined;
  if (/^\d{1,2}$/.test(text) && Number(text) >= 1 && Number(text) <= MOST_WORKERS) return Number(text);
  throw new UsageError(`--workers: ${quote(text)} is not a number of threads, 1 to ${MOST_WORKERS}`);
}

function mapping(texts) {
  const pairs = texts.flatMap((text) => text.split(","));
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf("=");
      if (at < 1 || at === pair.length - 1) {
        throw new UsageError(`--map: ${quote(pair)} is not ROLE=COLUMN, such as time=start or port=#5`);
      }
      return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
    }),
  );
}

function delimiter(text) {
  const meant = text === "tab" || text === "\\t" ? "\t" : text;
  if (![",", "\t", ";", "|"].includes(meant)) {
    throw new UsageError(`--delimiter: ${quote(text)} is not one of "," ";" "|" "tab"`);
  }
  return meant;
}

function oneOf(option, value, allowed) {
  if (value !== undefined && !allowed.includes(value)) {
    throw new UsageError(`--${option}: ${quote(value)} is not one of ${allowed.join(", ")}`);
  }
}

function quote(text) {
  return JSON.stringify(text);
}
