// Hunt hits and host beacons as rows, and those rows as a table, CSV or JSON: for the command and the page.

import { printable } from "./format.js";

const FIELDS = [
  "hunt",
  "sourceip",
  "destination",
  "destinationport",
  "count",
  "unit",
  "threshold",
  "connection_count",
  "first_seen",
  "last_seen",
  "sentence",
  "examples",
  "suppressed_by",
];
const TITLES = {
  hunt: "hunt",
  sourceip: "source",
  destination: "destination",
  first_seen: "first seen",
  sentence: "what",
};

/** @param {import("beaconlens").Report} report */
export function huntRows(report) {
  return [...report.host_beacons.map((host) => hostRow(host, report.rule)), ...report.hunts.map(huntRow)];
}

function huntRow({ destinationip, examples, suppressed_by, ...hit }) {
  return {
    ...hit,
    destination: destinationip,
    examples: examples.join(" "),
    suppressed_by: suppressed_by?.reference_set ?? null,
  };
}

function hostRow({ host, looked_up, suppressed_by, ...of }, rule) {
  return {
    hunt: looked_up ? "lookup_beacon" : "host_beacon",
    sourceip: of.sourceip,
    destination: host,
    destinationport: null,
    count: of.connection_count,
    unit: looked_up ? "lookups" : "connections",
    threshold: rule.gates.min_connections,
    connection_count: of.connection_count,
    first_seen: of.first_seen,
    last_seen: of.last_seen,
    sentence: sentenceOf(of),
    examples: "",
    suppressed_by: suppressed_by?.reference_set ?? null,
  };
}

function sentenceOf({ priority, verdict, priority_parts }) {
  const sentence = [`priority ${priority}`, verdict].filter(Boolean).join(": ");
  return [sentence, knownHost(priority_parts)?.reason].filter(Boolean).join("; ");
}

/** The part of the priority that a well-known host name gives. */
export const knownHost = (parts) => parts.find(({ name }) => name === "known_host");

/** @param {string} format table, csv, json or ndjson */
export function huntsText(report, format) {
  const rows = huntRows(report);
  if (format === "json") return JSON.stringify({ hunts: report.hunts, host_beacons: report.host_beacons });
  if (format === "ndjson") return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
  if (format === "csv")
    return [FIELDS, ...rows.map((row) => FIELDS.map((field) => row[field]))].map(csv).join("");
  return rows.length === 0 ? "no hunts\n" : huntsTable(rows);
}

function huntsTable(rows) {
  const names = Object.keys(TITLES);
  const cells = rows.map((row) => ({
    ...row,
    destination: printable(
      [row.destination ?? "several", row.destinationport].filter((part) => part !== null).join(":"),
    ),
    sentence: row.suppressed_by
      ? `${row.sentence} (suppressed by ${printable(row.suppressed_by)})`
      : row.sentence,
  }));
  const widths = names.map((name) => Math.max(...[TITLES, ...cells].map((row) => String(row[name]).length)));
  const line = (row) =>
    `${names
      .map((name, at) => String(row[name]).padEnd(widths[at]))
      .join("  ")
      .trimEnd()}\n`;
  return [TITLES, ...cells].map(line).join("");
}

/** One CSV line. Text that a spreadsheet would take for a formula gets an apostrophe. */
function csv(values) {
  const cell = (value) => {
    const text = value === null ? "" : String(value);
    if (typeof value === "number" || /^[\w.:/ -]*$/.test(text))
      return /^[-+=@]/.test(text) ? `'${text}` : text;
    return `"${(/^[-+=@]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
  };
  return `${values.map(cell).join(",")}\n`;
}
