// Columns of the pair table: names, order, and how values are shown, copied and sorted.

import type { PairScores, QueryColumns } from "beaconlens";
import { bytes, count, interval } from "./format";

/** A pair with its query columns and scores. */
export type Pair = QueryColumns & PairScores;

/** Fields of the CSV in its order: the query's ten columns, then those that beaconlens adds. */
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
  /** Tooltip of the header. */
  meaning: string;
  numeric: boolean;
  show?(value: number): string;
}

export const COLUMNS: readonly Column[] = [
  { name: "priority", title: "priority", meaning: "what to investigate first, 0 to 100", numeric: true },
  { name: "sourceip", title: "source", meaning: "host that opens the connections", numeric: false },
  { name: "destinationip", title: "destination", meaning: "host that receives them", numeric: false },
  // A port is an identifier: no thousands separator.
  { name: "destinationport", title: "port", meaning: "destination port", numeric: true, show: String },
  { name: "connection_count", title: "connections", meaning: "connections in the window", numeric: true },
  { name: "hourly_buckets", title: "hours", meaning: "different hours with a connection", numeric: true },
  {
    name: "period_seconds",
    title: "period",
    meaning: "interval at which the pair connects, if it is regular",
    numeric: true,
    show: interval,
  },
  {
    name: "regularity",
    title: "regularity",
    meaning: "regularity of timing and sizes, 0 to 1",
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
    meaning: "score of the query: 3 C2 port, 2 high volume, 1 other",
    numeric: true,
  },
];

export const SCORE_WORDS: Record<number, string> = { 3: "C2 port", 2: "high volume", 1: "basic" };

/** Text of a cell; a pair with too few connections has no timing. */
export function cellText(row: Pair, column: Column): string {
  const value = row[column.name];
  if (value === null) return "–";
  return typeof value === "number" ? (column.show ?? count)(value) : value;
}

export function tsv(rows: readonly Pair[]): string {
  const line = (cells: readonly unknown[]) => cells.join("\t");
  return [line(FIELDS), ...rows.map((row) => line(FIELDS.map((field) => row[field])))].join("\n");
}

/** By a column, or in the order of the report. */
export type Sort = { column: Field; descending: boolean } | "unsorted";

export const BY_PRIORITY: Sort = { column: "priority", descending: true };

/** Stable; rows without a value come last. */
export function sorted<Row extends Pair>(rows: readonly Row[], sort: Sort): Row[] {
  if (sort === "unsorted") return [...rows];
  const keyed = rows.map((row) => ({ row, key: sortKey(row[sort.column]) }));
  const sign = sort.descending ? -1 : 1;
  keyed.sort((a, b) => {
    if (a.key === null || b.key === null) return Number(a.key === null) - Number(b.key === null);
    return sign * (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
  });
  return keyed.map(({ row }) => row);
}

/** Numbers as they are; addresses as text that sorts numerically, IPv4 before IPv6. */
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
