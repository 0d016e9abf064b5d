// The list of hunt hits: a table per hunt.

import type { Report } from "beaconlens";
import { huntsText } from "../../../pkg-config/npm/text/hunts.js";
import type { PairKey } from "../engine/protocol";
import { announce, append, button, h, replace } from "./dom";
import { download } from "./download";
import { count, counted, inSentence } from "./format";
import { type AnyHit, type Column, type Group, huntGroups, mono } from "./hunt-groups";
import { sameKey } from "./pair-table";

/** Hits shown at first, and per click on "Show more". */
const PAGE = 500;

/** Hits of all hunts: those to report, and those that reference sets suppress. */
export function huntCounts({ hunts, host_beacons }: Report): { hits: number; suppressed: number } {
  const suppressed = suppressedIn([...hunts, ...host_beacons]);
  return { hits: hunts.length + host_beacons.length - suppressed, suppressed };
}

export class HuntList {
  readonly element = h("section", { class: "hunt-box", "aria-label": "Hunts" });
  readonly #section = h("details", { class: "hunts", open: true });
  readonly #onSelect: (pair: PairKey) => void;
  /** Rows of hits that concern a single pair. */
  readonly #rows = new Map<HTMLTableRowElement, PairKey>();
  #selected: PairKey | null = null;

  constructor(onSelect: (pair: PairKey) => void) {
    this.#onSelect = onSelect;
  }

  show(report: Report): void {
    const groups = huntGroups(report);
    const withHits = groups.filter(({ hits }) => hits.length > 0);
    this.#rows.clear();
    if (withHits.length === 0) {
      replace(this.element, h("p", { class: "hint" }, noHits(groups)));
      return;
    }
    replace(
      this.#section,
      h(
        "summary",
        { id: "hunts" },
        h("span", { class: "summary-title" }, "Hunts"),
        h("span", { class: "summary-facts" }, summary(report)),
      ),
      h(
        "div",
        { class: "hunt-groups" },
        exportButtons(report),
        ...withHits.map((group) => this.#group(group)),
        withoutHits(groups),
      ),
    );
    replace(this.element, this.#section);
    this.mark(this.#selected);
  }

  open(): void {
    this.#section.open = true;
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
      h("p", { class: "hint" }, `${hitCount(hits)}: ${threshold ?? "switched off"}.`),
      h(
        "div",
        { class: "scroller", role: "region", "aria-label": title, tabindex: 0 },
        h(
          "table",
          // Explicit roles, as in the pair table.
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

  /** Appends the next page of hits. */
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
    const name = `Explain ${hit.sourceip}`;
    const tr = h(
      "tr",
      { role: "row", class: hit.suppressed_by ? "suppressed-hit" : "" },
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

const suppressedIn = (hits: readonly AnyHit[]): number =>
  hits.filter((hit) => hit.suppressed_by !== null).length;

function hitCount(hits: readonly AnyHit[]): string {
  const suppressed = suppressedIn(hits);
  return counted(hits.length, "hit") + (suppressed > 0 ? `, ${count(suppressed)} of them suppressed` : "");
}

function summary(report: Report): string {
  const { hits, suppressed } = huntCounts(report);
  return counted(hits, "hit") + (suppressed > 0 ? `; ${count(suppressed)} suppressed by reference sets` : "");
}

const titles = (groups: readonly Group[]): string => groups.map(({ title }) => inSentence(title)).join("; ");

function noHits(groups: readonly Group[]): string {
  const isOff = ({ threshold }: Group) => threshold === null;
  if (groups.every(isOff)) return "All hunts are switched off.";
  const off = groups.filter(isOff);
  return `No hunt hits.${off.length > 0 ? ` Switched off: ${titles(off)}.` : ""}`;
}

/** Names the hunts without hits, and those that are switched off. */
function withoutHits(groups: readonly Group[]): HTMLElement {
  const none = groups.filter(({ hits }) => hits.length === 0);
  const off = none.filter(({ threshold }) => threshold === null);
  const empty = none.filter(({ threshold }) => threshold !== null);
  const texts = [
    empty.length > 0 ? `No hits: ${titles(empty)}.` : "",
    off.length > 0 ? `Switched off: ${titles(off)}.` : "",
  ];
  return h("p", { class: "hint hunt-rest" }, texts.filter(Boolean).join(" "));
}

function exportButtons(report: Report): HTMLElement {
  const save = (format: "csv" | "json", type: string) => () => {
    download(`beaconlens-hunts.${format}`, type, huntsText(report, format));
    announce(`hunt hits exported as ${format.toUpperCase()}`);
  };
  return h(
    "p",
    { class: "exports" },
    button("Export hunts as CSV", save("csv", "text/csv")),
    button("Export hunts as JSON", save("json", "application/json")),
  );
}
