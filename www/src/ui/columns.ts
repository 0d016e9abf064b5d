// The columns of the list: names, order, how each is shown, copied and sorted.

import type { Measures, Timing } from "beaconlens";
import { bytes, count, interval } from "./format";

/** What is known of a pair. */
export type Pair = Measures & Timing;

/** The fields of the CSV, in its order: the query's ten, then what beaconlens adds. */
export const FIELDS = [
  "sourceip",
  "destinationip",
  "destinationport",
  "connection_count",
  "hourly_buckets",
  "bytes_sent",
  "bytes_received",
  "first_seen",
  "last_seen",
  "beaconing_score",
  "priority",
  "regularity",
  "period_seconds",
  "jitter_percent",
  "missed_percent",
  "active_span_seconds",
  "calls",
  "significance",
  "rita_score",
  "verdict",
] as const satisfies readonly (keyof Pair)[];
export type Field = (typeof FIELDS)[number];

export interface Column {
  name: Field;
  title: string;
  /** What it means, for the header's tooltip. */
  meaning: string;
  numeric: boolean;
  show?(value: number): string;
}

export const COLUMNS: readonly Column[] = [
  { name: "priority", title: "priority", meaning: "what to look at first: 0 to 100", numeric: true },
  { name: "sourceip", title: "source", meaning: "the host that calls", numeric: false },
  { name: "destinationip", title: "destination", meaning: "the endpoint it calls", numeric: false },
  // A port is a name, not an amount: no thousands separator.
  { name: "destinationport", title: "port", meaning: "the port it calls", numeric: true, show: String },
  { name: "connection_count", title: "connections", meaning: "connections in the window", numeric: true },
  { name: "hourly_buckets", title: "hours", meaning: "different hours with a connection", numeric: true },
  {
    name: "period_seconds",
    title: "period",
    meaning: "the interval that its calls keep, if they keep one",
    numeric: true,
    show: interval,
  },
  {
    name: "regularity",
    title: "regularity",
    meaning: "how machine-like timing and sizes are: 0 to 1",
    numeric: true,
    show: (value) => value.toFixed(2),
  },
  { name: "bytes_sent", title: "sent", meaning: "bytes sent by the source", numeric: true, show: bytes },
  {
    name: "bytes_received",
    title: "received",
    meaning: "bytes received by the source",
    numeric: true,
    show: bytes,
  },
  { name: "first_seen", title: "first seen", meaning: "first connection in the window", numeric: false },
  { name: "last_seen", title: "last seen", meaning: "last connection in the window", numeric: false },
  {
    name: "beaconing_score",
    title: "score",
    meaning: "the query’s: 3 C2 port, 2 high volume, 1 other",
    numeric: true,
  },
];

export const SCORE_WORDS: Record<number, string> = { 3: "C2 port", 2: "high volume", 1: "basic" };

/** What a cell says; a pair with too few calls has no timing. */
export function shown(row: Pair, column: Column): string {
  const value = row[column.name];
  if (value === null) return "–";
  return typeof value === "number" ? (column.show ?? count)(value) : value;
}

export function tsv(rows: readonly Pair[]): string {
  const line = (cells: readonly unknown[]) => cells.join("\t");
  return [line(FIELDS), ...rows.map((row) => line(FIELDS.map((field) => row[field])))].join("\n");
}

/** By a column, or in the order in which the rows come. */
export type Sort = { column: Field; descending: boolean } | "as given";

export const BY_PRIORITY: Sort = { column: "priority", descending: true };

/** Rows with equal values keep their order, and those without a value come last. */
export function sorted<Row extends Pair>(rows: readonly Row[], sort: Sort): Row[] {
  if (sort === "as given") return [...rows];
  const keyed = rows.map((row) => ({ row, key: sortKey(row[sort.column]) }));
  const sign = sort.descending ? -1 : 1;
  keyed.sort((a, b) => {
    if (a.key === null || b.key === null) return Number(a.key === null) - Number(b.key === null);
    return sign * (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
  });
  return keyed.map(({ row }) => row);
}

/** Numbers as they are; addresses so that they order numerically, IPv4 before IPv6. */
function sortKey(value: string | number | null): string | number | null {
  if (typeof value !== "string") return value;
  if (/^\d+\.\d+\.\d+\.\d+$/.test(value)) return `4${pad(value.split("."), 3)}`;
  return value.includes(":") && !value.includes(" ") ? `6${pad(ipv6Groups(value), 4)}` : value;
}

const pad = (parts: string[], width: number): string =>
  parts.map((part) => part.padStart(width, "0")).join("");

function ipv6Groups(address: string): string[] {
  const [head = "", tail] = address.split("::");
  const groups = (text: string | undefined) => (text ? text.split(":") : []);
  if (tail === undefined) return groups(head);
  const missing = 8 - groups(head).length - groups(tail).length;
  return [...groups(head), ...Array<string>(Math.max(missing, 0)).fill("0"), ...groups(tail)];
}
