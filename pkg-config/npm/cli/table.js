// Pairs as a table that fits the terminal.

import { grouped, interval, printable, size } from "../text/format.js";

const COLUMNS = [
  { key: "priority", title: "priority", right: true },
  { key: "sourceip", title: "source" },
  { key: "destinationip", title: "destination" },
  { key: "destinationport", title: "port", right: true },
  { key: "connection_count", title: "connections", right: true, show: grouped },
  { key: "hourly_buckets", title: "hours", right: true, show: grouped, spare: 3 },
  { key: "period_seconds", title: "period", right: true, show: interval, spare: 1 },
  { key: "regularity", title: "regularity", right: true, show: (value) => value?.toFixed(2) ?? "" },
  { key: "bytes_sent", title: "sent", right: true, show: size, spare: 4 },
  { key: "bytes_received", title: "received", right: true, show: size, spare: 5 },
  { key: "first_seen", title: "first seen", spare: 6 },
  { key: "last_seen", title: "last seen", spare: 2 },
  { key: "beaconing_score", title: "score", right: true },
];
/** Only if records name the processes. */
const PROCESS = { key: "processes", title: "process", show: processNames, spare: 0.5 };
const FAILED = { key: "failed_gates", title: "failed gates" };
const GAP = "  ";

/**
 * @param {Record<string, unknown>[]} pairs
 * @param {{width?: number, gates?: boolean}} [how] width: of the terminal; gates: show which ones failed
 */
export function table(pairs, { width = Number.POSITIVE_INFINITY, gates = false } = {}) {
  const process = pairs.some((pair) => pair.processes) ? [PROCESS] : [];
  const chosen = [...COLUMNS, ...process, ...(gates ? [FAILED] : [])];
  const columns = chosen.map((column) => withCells(column, pairs));
  const kept = fit(columns, width);
  const lines = [kept.map((column) => pad(column.title, column))];
  for (const index of pairs.keys()) lines.push(kept.map((column) => pad(column.cells[index], column)));
  return lines.map((line) => `${line.join(GAP).trimEnd()}\n`).join("");
}

/** The name of the first without its folders, and how many more there are. */
function processNames([path, ...more] = []) {
  if (path === undefined) return "";
  const name = printable(path.replace(/^.*[\\/](?=.)/s, ""));
  return more.length > 0 ? `${name} +${more.length}` : name;
}

function withCells(column, pairs) {
  const show = column.show ?? String;
  const cells = pairs.map((pair) => show(pair[column.key]));
  const width = cells.reduce((most, cell) => Math.max(most, cell.length), column.title.length);
  return { ...column, cells, width };
}

/** Drops the columns that a reader misses least until the rest fits. */
function fit(columns, width) {
  let kept = columns;
  for (;;) {
    const needed = kept.reduce((sum, column) => sum + column.width, GAP.length * (kept.length - 1));
    const spare = kept.filter((column) => column.spare).sort((a, b) => b.spare - a.spare);
    if (needed <= width || spare.length === 0) return kept;
    kept = kept.filter((column) => column !== spare[0]);
  }
}

function pad(text, column) {
  return column.right ? text.padStart(column.width) : text.padEnd(column.width);
}
