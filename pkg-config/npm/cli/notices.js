// What a reader of the report should know, as lines for standard error.

import { count, grouped, printable } from "../text/format.js";
import { huntRows } from "../text/hunts.js";
import { table } from "./table.js";

/** More files than this are summed up. */
const FILES_SHOWN = 10;
const NEAR_MISSES_SHOWN = 10;

/** @param {import("beaconlens").Report} report */
export function notices(report, width) {
  const lines = [
    ...sources(report.sources.filter((source) => !source.error)),
    ...skipped(report),
    ...(report.dropped ? [`incomplete: ${report.dropped.meaning}`] : []),
    ...windowOf(report),
    ...gates(report),
    ...hunts(report),
    ...(report.totals.findings === 0 ? nearMisses(report, width) : []),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function sources(all) {
  const lines = all.slice(0, FILES_SHOWN).flatMap(source);
  if (all.length > FILES_SHOWN) lines.push(`… and ${count(all.length - FILES_SHOWN, "more file")}`);
  return lines;
}

function source(one) {
  const name = printable(one.name);
  const columns = one.columns.map((column) => `${column.role}=${printable(column.column)}`);
  return [
    `${name}: ${rows(one)}`,
    `  read as ${[one.format, columns.join(", ")].filter(Boolean).join(": ")}${one.times.length ? `; times: ${one.times.join(", ")}` : ""}`,
    ...one.notes.map((note) => `  note: ${printable(note)}`),
  ];
}

function rows({ rows_read, rows_used, rows_skipped }) {
  return `${count(rows_read, "row")} read, ${grouped(rows_used)} used, ${grouped(rows_skipped)} skipped`;
}

function skipped({ diagnostics }) {
  return diagnostics.map(({ reason, rows, examples: [first] }) => {
    const where = first
      ? `; first: ${printable(first.source)} line ${first.line}: ${printable(first.text)}`
      : "";
    return `skipped ${count(rows, "row")}: ${reason}${where}`;
  });
}

function windowOf({ window, totals }) {
  if (window.end === null) return ["window: no flows"];
  const span =
    window.start === null ? `all, up to ${window.end}` : `after ${window.start} up to ${window.end}`;
  const inside = `${count(totals.flows_in_window, "flow")} of ${count(totals.pairs_in_window, "pair")}`;
  const outside = totals.flows_outside_window ? `, ${grouped(totals.flows_outside_window)} outside` : "";
  return [`window: ${span}: ${inside}${outside}`];
}

function gates({ gates: all, totals }) {
  const removed = all.filter((gate) => gate.failed > 0).map((gate) => `${gate.gate} ${grouped(gate.failed)}`);
  const text = removed.length ? `; pairs that failed a gate: ${removed.join(", ")}` : "";
  return [
    `${count(totals.findings, "finding")}, ${count(totals.near_misses, "near miss").replace("misss", "misses")}${text}`,
  ];
}

function nearMisses({ near_misses: all, totals }, width) {
  if (all.length === 0) return [];
  const shown = all.slice(0, NEAR_MISSES_SHOWN).map((pair) => ({ ...pair, failed_gates: pair.failed_gate }));
  const head = `near misses, the nearest ${shown.length} of ${grouped(totals.near_misses)}:`;
  return [head, table(shown, { width, gates: true }).trimEnd()];
}

/** The number of hits per hunt, in one line. */
function hunts(report) {
  const rows = huntRows(report).filter((row) => row.suppressed_by === null);
  if (rows.length === 0) return [];
  const counts = new Map();
  for (const { hunt } of rows) counts.set(hunt, (counts.get(hunt) ?? 0) + 1);
  const texts = [...counts].map(([hunt, number]) => count(number, hunt.replaceAll("_", " ")));
  return [`hunts: ${texts.join(", ")}; --hunts lists them`];
}
