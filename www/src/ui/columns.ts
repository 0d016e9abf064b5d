// The ten columns of the query: names, order, how each is shown, copied and sorted.

import type { Measures } from "beaconlens";
import { count } from "./format";

export type ColumnName = keyof Measures;

export interface Column {
  name: ColumnName;
  /** What it means, for the header's tooltip. */
  meaning: string;
  numeric: boolean;
}

export const COLUMNS: readonly Column[] = [
  { name: "sourceip", meaning: "the host that calls", numeric: false },
  { name: "destinationip", meaning: "the endpoint it calls", numeric: false },
  { name: "destinationport", meaning: "the port it calls", numeric: true },
  { name: "connection_count", meaning: "connections in the window", numeric: true },
  { name: "hourly_buckets", meaning: "different hours with a connection", numeric: true },
  { name: "bytes_sent", meaning: "bytes sent by the source", numeric: true },
  { name: "bytes_received", meaning: "bytes received by the source", numeric: true },
  { name: "first_seen", meaning: "first connection in the window", numeric: false },
  { name: "last_seen", meaning: "last connection in the window", numeric: false },
  { name: "beaconing_score", meaning: "3: C2 port · 2: high volume · 1: other", numeric: true },
];

export const SCORE_WORDS: Record<number, string> = { 3: "C2 port", 2: "high volume", 1: "basic" };

export function shown(row: Measures, column: Column): string {
  const value = row[column.name];
  // A port is a name, not an amount: no thousands separator.
  if (typeof value === "number" && column.name !== "destinationport") return count(value);
  return String(value);
}

export function tsv(rows: readonly Measures[]): string {
  const line = (cells: unknown[]) => cells.join("\t");
  return [
    line(COLUMNS.map((column) => column.name)),
    ...rows.map((row) => line(COLUMNS.map((column) => row[column.name]))),
  ].join("\n");
}

export interface Sort {
  column: ColumnName;
  descending: boolean;
}

/** Rows with equal values keep the rule's order: the sort is stable. */
export function sorted<Row extends Measures>(rows: readonly Row[], sort: Sort | null): Row[] {
  if (!sort) return [...rows];
  const keyed = rows.map((row) => ({ row, key: sortKey(row[sort.column]) }));
  const sign = sort.descending ? -1 : 1;
  keyed.sort((a, b) => sign * (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return keyed.map(({ row }) => row);
}

/** Numbers as they are; addresses so that they order numerically, IPv4 before IPv6. */
function sortKey(value: string | number): string | number {
  if (typeof value === "number") return value;
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
