// The query of a URL, read into what the engine takes. The names are the command's, with `_` for `-`.

import { type DetectorOptions, parseRule, type Role, type RuleDocument } from "beaconlens";
import { Refusal } from "./failure";

export const FORMATS = ["json", "csv", "ndjson", "query"] as const;
export type Format = (typeof FORMATS)[number];

export const ORDERS = ["priority", "rule"] as const;
export type Order = (typeof ORDERS)[number];

export interface Asked {
  /** What the body is called in the report. */
  name: string;
  format: Format;
  /** Of the findings. */
  order: Order;
  /** Also pairs that failed a gate. */
  all: boolean;
  rule: RuleDocument;
  detector: DetectorOptions;
}

const PARAMETERS = [
  "name",
  "format",
  "order",
  "all",
  "rule",
  "window",
  "end",
  "map",
  "delimiter",
  "time_unit",
  "utc_offset_minutes",
];

export function readQuery(query: URLSearchParams): Asked {
  for (const [name] of query) {
    if (!PARAMETERS.includes(name)) {
      throw mistake(`unknown parameter ${quote(name)}`, `the parameters are ${PARAMETERS.join(", ")}`);
    }
  }
  const format = oneOf("format", query.get("format") ?? "json", FORMATS);
  const all = yesOrNo("all", query.get("all"));
  if (all && format === "query")
    throw mistake("all: format=query has the query's rows only", "use format=csv");
  return {
    name: query.get("name") ?? "input 1",
    format,
    order: oneOf("order", query.get("order") ?? "priority", ORDERS),
    all,
    rule: ruleOf(query),
    detector: detectorOptions(query),
  };
}

/** The rule document, then what single parameters say. Checked here: before the body is read. */
function ruleOf(query: URLSearchParams): RuleDocument {
  const text = query.get("rule");
  const rule: RuleDocument = text === null ? {} : parseRule(text);
  const window = query.get("window");
  const end = query.get("end");
  if (window !== null) rule.window = window;
  if (end !== null) rule.end = end;
  parseRule(JSON.stringify(rule));
  return rule;
}

function detectorOptions(query: URLSearchParams): DetectorOptions {
  const options: DetectorOptions = {};
  const map = query.getAll("map").flatMap((text) => text.split(","));
  if (map.length > 0) options.mapping = Object.fromEntries(map.map(roleAndColumn));
  const delimiter = query.get("delimiter");
  if (delimiter !== null) {
    const meant = delimiter === "tab" ? "\t" : delimiter;
    options.delimiter = oneOf("delimiter", meant, [",", "\t", ";", "|"]);
  }
  const unit = query.get("time_unit");
  if (unit !== null) options.timeUnit = oneOf("time_unit", unit, ["s", "ms", "us", "ns"]);
  if (yesOrNo("duplicates", query.get("duplicates"))) options.duplicates = true;
  const offset = query.get("utc_offset_minutes");
  if (offset !== null) options.utcOffsetMinutes = wholeNumber("utc_offset_minutes", offset);
  return options;
}

/** The engine checks both: it knows the roles, and the columns there are. */
function roleAndColumn(text: string): [Role, string] {
  const at = text.indexOf("=");
  if (at < 1 || at === text.length - 1) {
    throw mistake(`map: ${quote(text)} is not ROLE=COLUMN`, "such as map=time=start,port=%235");
  }
  return [text.slice(0, at).trim() as Role, text.slice(at + 1).trim()];
}

function wholeNumber(name: string, text: string): number {
  // A `+` in a query is a space.
  if (!/^[ +-]?\d{1,9}$/.test(text)) throw mistake(`${name}: ${quote(text)} is not a whole number`);
  return Number(text);
}

function yesOrNo(name: string, text: string | null): boolean {
  if (text === null) return false;
  if (text === "") return true; // `?all`
  return ["1", "true"].includes(oneOf(name, text, ["1", "true", "0", "false"]));
}

function oneOf<const T extends string>(name: string, text: string, allowed: readonly T[]): T {
  const found = allowed.find((one) => one === text);
  if (found === undefined)
    throw mistake(`${name}: ${quote(text)} is not one of ${allowed.map(quote).join(", ")}`);
  return found;
}

function mistake(message: string, hint?: string): Refusal {
  return new Refusal(400, "E_OPTIONS", message, hint === undefined ? {} : { hint });
}

function quote(text: string): string {
  return JSON.stringify(text);
}
