// What the hunts found, besides the findings: a table for each hunt, and for the hosts called by name.

import type { HostBeacon, HuntHit, Report, Rule, SetMatch } from "beaconlens";
import { huntsText, knownHost } from "../../../pkg-config/npm/text/hunts.js";
import type { PairKey } from "../engine/protocol";
import { signed } from "./breakdown";
import { priorityMark, threatBadge } from "./cells";
import { announce, append, button, h, replace } from "./dom";
import { download } from "./download";
import { count, counted, inSentence, interval, span } from "./format";
import { sameKey } from "./pair-table";

const PAGE = 500;

type Shown = Node | string | number | null;

interface Column<Hit> {
  title: string;
  numeric?: boolean;
  show(hit: Hit): Shown;
}

/** What all hits have in common. */
interface AnyHit {
  sourceip: string;
  suppressed_by: SetMatch | null;
}

/** A hunt on the page: its hits, and by what they are some. */
interface Group<Hit extends AnyHit = AnyHit> {
  title: string;
  /** The threshold in words; `null`: the hunt is switched off. */
  threshold: string | null;
  hits: readonly Hit[];
  columns: readonly Column<Hit>[];
  pairOf(hit: Hit): PairKey | null;
}

const HITS: readonly Column<HuntHit>[] = [
  { title: "destination", show: ({ destinationip }) => mono(destinationip ?? "several") },
  { title: "port", numeric: true, show: portOf },
  { title: "count", numeric: true, show: (hit) => amount(hit.count, hit) },
  { title: "threshold", numeric: true, show: thresholdOf },
  { title: "first seen", show: (hit) => hit.first_seen },
  { title: "last seen", show: (hit) => hit.last_seen },
  { title: "what", show: whatOf },
];

const hostColumns = (rule: Rule): readonly Column<HostBeacon>[] => [
  { title: "host", show: (hit) => hostOf(hit) },
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
    show: ({ period_seconds: each }) => (each === null ? "–" : interval(each)),
  },
  { title: "regularity", numeric: true, show: ({ regularity }) => regularity?.toFixed(2) ?? "–" },
  { title: "first seen", show: (hit) => hit.first_seen },
  { title: "last seen", show: (hit) => hit.last_seen },
  {
    title: "verdict",
    show: (hit) =>
      withSet(hit.suppressed_by, hit.verdict ?? "too few calls for a verdict", knownOf(hit.priority_parts)),
  },
];

/** How many hits there are, and how many more a reference set holds. */
export function huntCounts({ hunts, host_beacons }: Report): { found: number; held: number } {
  const held = heldOf([...hunts, ...host_beacons]);
  return { found: hunts.length + host_beacons.length - held, held };
}

export class HuntList {
  readonly element = h("section", { class: "hunt-box", "aria-label": "Hunts" });
  readonly #drawer = h("details", { class: "hunts", open: true });
  readonly #onSelect: (pair: PairKey) => void;
  /** The rows that are about one pair. */
  readonly #rows = new Map<HTMLTableRowElement, PairKey>();
  #selected: PairKey | null = null;

  constructor(onSelect: (pair: PairKey) => void) {
    this.#onSelect = onSelect;
  }

  show(report: Report): void {
    const groups = groupsOf(report);
    const met = groups.filter(({ hits }) => hits.length > 0);
    this.#rows.clear();
    if (met.length === 0) {
      replace(this.element, h("p", { class: "hint" }, nothing(groups)));
      return;
    }
    replace(
      this.#drawer,
      h(
        "summary",
        { id: "hunts" },
        h("span", { class: "summary-title" }, "Hunts"),
        h("span", { class: "summary-facts" }, factsOf(report)),
      ),
      h(
        "div",
        { class: "hunt-groups" },
        exportsOf(report),
        ...met.map((group) => this.#group(group)),
        rest(groups),
      ),
    );
    replace(this.element, this.#drawer);
    this.mark(this.#selected);
  }

  open(): void {
    this.#drawer.open = true;
  }

  mark(pair: PairKey | null): void {
    this.#selected = pair;
    for (const [tr, key] of this.#rows) {
      if (sameKey(key, pair)) tr.setAttribute("aria-current", "true");
      else tr.removeAttribute("aria-current");
    }
  }

  #group(group: Group): HTMLElement {
    const { title, threshold, hits, columns } = group;
    const body = h("tbody", { role: "rowgroup" });
    const more = h("p", { class: "more" });
    this.#fill(group, body, more, 0);
    const head = ({ title: text, numeric }: Pick<Column<AnyHit>, "title" | "numeric">) =>
      h("th", { scope: "col", role: "columnheader", class: numeric ? "number" : "" }, text);
    return h(
      "section",
      { class: "hunt", "data-hunt": title },
      h("h3", {}, title),
      h("p", { class: "hint" }, `${countOf(hits)}: ${threshold ?? "switched off"}.`),
      h(
        "div",
        { class: "scroller", role: "region", "aria-label": title, tabindex: 0 },
        h(
          "table",
          // As in the list: the roles stay where the rows are laid out as cards.
          { class: "plain hunt-hits", role: "table" },
          h("caption", { class: "offscreen" }, title),
          h(
            "thead",
            { role: "rowgroup" },
            h("tr", { role: "row" }, head({ title: "source" }), ...columns.map(head)),
          ),
          body,
        ),
      ),
      more,
    );
  }

  /** Adds the next page of hits to those that are there. */
  #fill(group: Group, body: HTMLElement, more: HTMLElement, from: number): void {
    const { hits } = group;
    const to = Math.min(from + PAGE, hits.length);
    append(
      body,
      hits.slice(from, to).map((hit) => this.#row(group, hit)),
    );
    const next = () => {
      this.#fill(group, body, more, to);
      this.mark(this.#selected);
    };
    const left = hits.length - to;
    replace(
      more,
      left > 0 ? `Showing ${count(to)} of ${count(hits.length)}. ` : null,
      left > 0 ? button(`Show ${count(Math.min(left, PAGE))} more`, next) : null,
    );
  }

  #row({ columns, pairOf }: Group, hit: AnyHit): HTMLTableRowElement {
    const pair = pairOf(hit);
    const name = `${hit.sourceip}, why is it here`;
    const tr = h(
      "tr",
      { role: "row", class: hit.suppressed_by ? "held" : "" },
      h(
        "th",
        { scope: "row", role: "rowheader", "data-column": "source" },
        pair
          ? button(hit.sourceip, () => this.#onSelect(pair), { class: "quiet mono", "aria-label": name })
          : mono(hit.sourceip),
      ),
      ...columns.map((column) => cellOf(column, hit)),
    );
    if (pair) this.#rows.set(tr, pair);
    return tr;
  }
}

function cellOf({ title, numeric, show }: Column<AnyHit>, hit: AnyHit): HTMLElement {
  const kind = numeric ? "number" : title.endsWith("seen") ? "time" : "";
  return h("td", { role: "cell", class: kind, "data-column": title }, show(hit));
}

function groupsOf({ hunts, host_beacons, rule }: Report): Group[] {
  const { hunts: settings, gates } = rule;
  const often = (what: string) =>
    settings.host_beacon
      ? `at least ${counted(gates.min_connections, what)} in ${counted(gates.min_hours, "different hour")}`
      : null;
  const hosts = (title: string, what: string, lookedUp: boolean) =>
    erased<HostBeacon>({
      title,
      threshold: often(what),
      hits: host_beacons.filter((host) => host.looked_up === lookedUp),
      columns: hostColumns(rule),
      pairOf: () => null, // a host has many addresses
    });
  const hunted = (title: string, hunt: HuntHit["hunt"], threshold: string | null) =>
    erased<HuntHit>({
      title,
      threshold,
      hits: hunts.filter((hit) => hit.hunt === hunt),
      columns: HITS,
      pairOf,
    });
  return [
    hosts("Beacons by host name, connections", "connection", false),
    hosts("Beacons by host name, lookups", "lookup", true),
    hunted("Generated names (DGA)", "dga", dgaWords(settings)),
    hunted("Vertical scans", "vertical_scan", scanWords(settings, "ports", "port", "of one destination")),
    hunted(
      "Horizontal scans",
      "horizontal_scan",
      scanWords(settings, "destinations", "destination", "on one port"),
    ),
    hunted("Bursts", "burst", burstWords(settings)),
    hunted("Long connections", "long_connection", longWords(settings)),
  ];
}

/** Each group shows its own kind of hit only. */
const erased = <Hit extends AnyHit>(group: Group<Hit>): Group => group as unknown as Group;

function dgaWords({ dga }: Rule["hunts"]): string | null {
  if (!dga) return null;
  return (
    `at least ${counted(dga.domains, "domain")} looked up that do not exist, ` +
    `at least ${count(dga.percent)} % of all lookups, with names at least ${count(dga.randomness)} % random`
  );
}

function scanWords({ scan }: Rule["hunts"], field: "ports" | "destinations", one: string, where: string) {
  if (!scan) return null;
  const which = scan.unanswered_only ? ", tried without an answer," : "";
  return `at least ${counted(scan[field], one)} ${where}${which} within ${counted(scan.minutes, "minute")}`;
}

const burstWords = ({ burst }: Rule["hunts"]): string | null =>
  burst && `more than ${counted(burst.connections, "connection")} within ${counted(burst.minutes, "minute")}`;

const longWords = ({ long_connection: long }: Rule["hunts"]): string | null =>
  long && `open for more than ${counted(long.minutes, "minute")} in all`;

function pairOf(hit: HuntHit): PairKey | null {
  const { sourceip: source, destinationip: destination, destinationport: port } = hit;
  return destination === null || port === null ? null : { source, destination, port };
}

/** A port is a name, not an amount; lookups have none. */
function portOf({ hunt, destinationport: port }: HuntHit): string {
  return port === null ? (hunt === "dga" ? "–" : "several") : String(port);
}

const amount = (value: number, { unit }: HuntHit): string =>
  unit === "seconds" ? span(value) : counted(value, unit.slice(0, -1));

function thresholdOf({ hunt, unit, threshold }: HuntHit): string {
  const least = hunt === "burst" || hunt === "long_connection" ? "more than" : "at least";
  return `${least} ${unit === "seconds" ? span(threshold) : count(threshold)}`;
}

function whatOf({ sentence, examples, suppressed_by }: HuntHit): Node {
  const some = examples.length > 0 ? h("span", { class: "examples mono" }, examples.join(", ")) : null;
  return withSet(suppressed_by, sentence, some);
}

function withSet(set: SetMatch | null, ...what: (Node | string | null)[]): HTMLElement {
  const held = set && `suppressed by ${set.reference_set}: ${set.side} by the entry ${set.entry}`;
  return h("div", {}, ...what, held && h("span", { class: "held-by" }, held));
}

const hostOf = ({ host, threat }: HostBeacon): HTMLElement =>
  h("span", {}, mono(host), threat && threatBadge(threat));

function knownOf(parts: HostBeacon["priority_parts"]) {
  const known = knownHost(parts);
  return known ? h("span", { class: "examples" }, `priority ${signed(known.points)}: ${known.reason}`) : null;
}

const mono = (text: string): HTMLElement => h("span", { class: "mono" }, text);

const heldOf = (hits: readonly AnyHit[]): number => hits.filter((hit) => hit.suppressed_by !== null).length;

function countOf(hits: readonly AnyHit[]): string {
  const held = heldOf(hits);
  return counted(hits.length, "hit") + (held > 0 ? `, ${count(held)} of them suppressed` : "");
}

function factsOf(report: Report): string {
  const { found, held } = huntCounts(report);
  return counted(found, "hit") + (held > 0 ? `; ${count(held)} suppressed by reference sets` : "");
}

const listed = (groups: readonly Group[]): string => groups.map(({ title }) => inSentence(title)).join("; ");

function nothing(groups: readonly Group[]): string {
  const isOff = ({ threshold }: Group) => threshold === null;
  if (groups.every(isOff)) return "All hunts are switched off.";
  const off = groups.filter(isOff);
  return `The hunts found nothing.${off.length > 0 ? ` Switched off: ${listed(off)}.` : ""}`;
}

/** What is not there was looked for as well, or not. */
function rest(groups: readonly Group[]): HTMLElement {
  const none = groups.filter(({ hits }) => hits.length === 0);
  const off = none.filter(({ threshold }) => threshold === null);
  const empty = none.filter(({ threshold }) => threshold !== null);
  const texts = [
    empty.length > 0 ? `Nothing found by: ${listed(empty)}.` : "",
    off.length > 0 ? `Switched off: ${listed(off)}.` : "",
  ];
  return h("p", { class: "hint hunt-rest" }, texts.filter(Boolean).join(" "));
}

function exportsOf(report: Report): HTMLElement {
  const save = (format: "csv" | "json", type: string) => () => {
    download(`beaconlens-hunts.${format}`, type, huntsText(report, format));
    announce(`hunts exported as ${format.toUpperCase()}`);
  };
  return h(
    "p",
    { class: "exports" },
    button("Export hunts as CSV", save("csv", "text/csv")),
    button("Export hunts as JSON", save("json", "application/json")),
  );
}
