// The hits of a report, one group per hunt: title, threshold in words, and columns.

import type { HostBeacon, HuntHit, Report, Rule, SetMatch } from "beaconlens";
import constants from "beaconlens-constants";
import { knownHost } from "../../../pkg-config/npm/text/hunts.js";
import type { PairKey } from "../engine/protocol";
import { signed } from "./breakdown";
import { priorityMark, threatBadge } from "./cells";
import { h } from "./dom";
import { count, counted, interval, span } from "./format";

type Content = Node | string | number | null;

export interface Column<Hit> {
  title: string;
  numeric?: boolean;
  show(hit: Hit): Content;
}

/** What hunt hits and host beacons have in common. */
export interface AnyHit {
  sourceip: string;
  suppressed_by: SetMatch | null;
}

export interface Group<Hit extends AnyHit = AnyHit> {
  title: string;
  /** The threshold in words; `null`: the hunt is switched off. */
  threshold: string | null;
  hits: readonly Hit[];
  columns: readonly Column<Hit>[];
  pairOf(hit: Hit): PairKey | null;
}

const HUNT_COLUMNS: readonly Column<HuntHit>[] = [
  { title: "destination", show: ({ destinationip }) => mono(destinationip ?? "several") },
  { title: "port", numeric: true, show: portText },
  { title: "count", numeric: true, show: (hit) => amount(hit.count, hit) },
  { title: "threshold", numeric: true, show: thresholdText },
  { title: "first seen", show: (hit) => hit.first_seen },
  { title: "last seen", show: (hit) => hit.last_seen },
  { title: "description", show: description },
];

const hostColumns = (rule: Rule): readonly Column<HostBeacon>[] => [
  { title: "host", show: hostName },
  { title: "priority", numeric: true, show: (hit) => priorityMark(hit.priority) },
  {
    title: "count",
    numeric: true,
    show: (hit) => counted(hit.connection_count, hit.looked_up ? "lookup" : "connection"),
  },
  { title: "threshold", numeric: true, show: () => `at least ${count(rule.gates.min_connections)}` },
  {
    title: "period",
    numeric: true,
    show: ({ period_seconds: period }) => (period === null ? "–" : interval(period)),
  },
  { title: "regularity", numeric: true, show: ({ regularity }) => regularity?.toFixed(2) ?? "–" },
  { title: "first seen", show: (hit) => hit.first_seen },
  { title: "last seen", show: (hit) => hit.last_seen },
  {
    title: "verdict",
    show: (hit) =>
      withSet(
        hit.suppressed_by,
        hit.verdict ?? "too few connections for a verdict",
        knownHostNote(hit.priority_parts),
      ),
  },
];

export function huntGroups({ hunts, host_beacons, rule }: Report): Group[] {
  const { hunts: settings, gates } = rule;
  const atLeast = (what: string) =>
    settings.host_beacon
      ? `at least ${counted(gates.min_connections, what)} in ${counted(gates.min_hours, "different hour")}`
      : null;
  const hosts = (title: string, what: string, lookedUp: boolean) =>
    erased<HostBeacon>({
      title,
      threshold: atLeast(what),
      hits: host_beacons.filter((host) => host.looked_up === lookedUp),
      columns: hostColumns(rule),
      pairOf: () => null, // a host name has many addresses
    });
  const hits = (title: string, hunt: HuntHit["hunt"], threshold: string | null) =>
    erased<HuntHit>({
      title,
      threshold,
      hits: hunts.filter((hit) => hit.hunt === hunt),
      columns: HUNT_COLUMNS,
      pairOf,
    });
  return [
    hosts("Beacons by host name, connections", "connection", false),
    hosts("Beacons by host name, lookups", "lookup", true),
    hits("Generated names (DGA)", "dga", dgaThreshold(settings)),
    hits("Vertical scans", "vertical_scan", scanThreshold(settings, "ports", "port", "of one destination")),
    hits(
      "Horizontal scans",
      "horizontal_scan",
      scanThreshold(settings, "destinations", "destination", "on one port"),
    ),
    hits("Bursts", "burst", burstThreshold(settings)),
    hits("Long connections", "long_connection", longConnectionThreshold(settings)),
  ];
}

/** Forgets the type of hit, so that groups can share a list; a group only gets hits of its own type. */
const erased = <Hit extends AnyHit>(group: Group<Hit>): Group => group as unknown as Group;

function dgaThreshold({ dga }: Rule["hunts"]): string | null {
  if (!dga) return null;
  return (
    `at least ${counted(dga.domains, "nonexistent domain")} looked up, ` +
    `at least ${count(dga.percent)} % of all lookups, names at least ${count(dga.randomness)} % random`
  );
}

function scanThreshold({ scan }: Rule["hunts"], field: "ports" | "destinations", one: string, where: string) {
  if (!scan) return null;
  const unanswered = scan.unanswered_only ? ", without an answer," : "";
  return `at least ${counted(scan[field], one)} ${where}${unanswered} within ${counted(scan.minutes, "minute")}`;
}

const burstThreshold = ({ burst }: Rule["hunts"]): string | null =>
  burst && `more than ${counted(burst.connections, "connection")} within ${counted(burst.minutes, "minute")}`;

const longConnectionThreshold = ({ long_connection: long }: Rule["hunts"]): string | null =>
  long && `open for more than ${counted(long.minutes, "minute")} in total`;

function pairOf(hit: HuntHit): PairKey | null {
  const { sourceip: source, destinationip: destination, destinationport: port } = hit;
  return destination === null || port === null ? null : { source, destination, port };
}

/** A port is an identifier: no thousands separator. Lookups have none. */
function portText({ hunt, destinationport: port }: HuntHit): string {
  return port === null ? (hunt === "dga" ? "–" : "several") : String(port);
}

const amount = (value: number, { unit }: HuntHit): string =>
  unit === "seconds" ? span(value) : counted(value, unit.slice(0, -1));

function thresholdText({ hunt, unit, threshold }: HuntHit): string {
  const comparison = constants.hunt_comparisons[hunt].replace("_", " ");
  return `${comparison} ${unit === "seconds" ? span(threshold) : count(threshold)}`;
}

function description({ sentence, examples, suppressed_by }: HuntHit): Node {
  const names = examples.length > 0 ? h("span", { class: "examples mono" }, examples.join(", ")) : null;
  return withSet(suppressed_by, sentence, names);
}

function withSet(set: SetMatch | null, ...content: (Node | string | null)[]): HTMLElement {
  const note = set && `suppressed by ${set.reference_set}: ${set.side} matches the entry ${set.entry}`;
  return h("div", {}, ...content, note && h("span", { class: "suppressed-by" }, note));
}

const hostName = ({ host, threat }: HostBeacon): HTMLElement =>
  h("span", {}, mono(host), threat && threatBadge(threat));

function knownHostNote(parts: HostBeacon["priority_parts"]) {
  const known = knownHost(parts);
  return known ? h("span", { class: "examples" }, `priority ${signed(known.points)}: ${known.reason}`) : null;
}

export const mono = (text: string): HTMLElement => h("span", { class: "mono" }, text);
