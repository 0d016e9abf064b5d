// Pairs suppressed by reference sets: counts per set, and every pair with the entry that matches it.

import type { Report, Suppressed } from "beaconlens";
import type { PairKey } from "../engine/protocol";
import { priorityMark } from "./cells";
import { button, h, replace } from "./dom";
import { count, counted, endpoint } from "./format";
import { keyOf, sameKey } from "./pair-table";

const PAGE = 200;
const HEADS = ["pair", "reference set", "entry", "priority"];

export class SuppressedList {
  readonly element = h("details", { class: "suppressed" });
  readonly #onSelect: (pair: PairKey) => void;
  readonly #body = h("tbody");
  readonly #more = h("p", { class: "more" });
  #rows: readonly Suppressed[] = [];
  #selected: PairKey | null = null;

  constructor(onSelect: (pair: PairKey) => void) {
    this.#onSelect = onSelect;
  }

  show({ suppressed, reference_sets, totals }: Report): void {
    this.#rows = suppressed;
    this.element.hidden = reference_sets.length === 0;
    const facts = `${counted(totals.suppressed, "pair")} by ${counted(reference_sets.length, "reference set")}`;
    replace(
      this.element,
      h(
        "summary",
        {},
        h("span", { class: "summary-title" }, "Suppressed"),
        h("span", { class: "summary-facts" }, facts),
      ),
      h("ul", { class: "set-counts" }, ...reference_sets.map(countsOf)),
      suppressed.length > 0 ? this.#table() : null,
      this.#more,
    );
    this.#fill(PAGE);
  }

  mark(pair: PairKey | null): void {
    this.#selected = pair;
    for (const [index, tr] of [...this.#body.rows].entries()) {
      const row = this.#rows[index];
      if (row && sameKey(keyOf(row), pair)) tr.setAttribute("aria-current", "true");
      else tr.removeAttribute("aria-current");
    }
  }

  #table(): HTMLElement {
    return h(
      "div",
      { class: "scroller", role: "region", "aria-label": "Suppressed pairs", tabindex: 0 },
      h(
        "table",
        { class: "plain suppressed-pairs" },
        h("caption", { class: "offscreen" }, "Findings suppressed by reference sets"),
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            ...HEADS.map((text) =>
              h("th", { scope: "col", class: text === "priority" ? "number" : "" }, text),
            ),
          ),
        ),
        this.#body,
      ),
    );
  }

  #fill(limit: number): void {
    const page = this.#rows.slice(0, limit);
    replace(this.#body, ...page.map((row) => this.#row(row)));
    this.mark(this.#selected);
    const left = this.#rows.length - page.length;
    const next = () => this.#fill(limit + PAGE);
    replace(
      this.#more,
      left > 0 ? `Showing ${count(page.length)} of ${count(this.#rows.length)}. ` : null,
      left > 0 ? button(`Show ${count(Math.min(left, PAGE))} more`, next) : null,
    );
  }

  #row(row: Suppressed): HTMLTableRowElement {
    const pair = `${row.sourceip} → ${endpoint(row.destinationip, row.destinationport)}`;
    const { reference_set, entry, side } = row.suppressed_by;
    const open = () => this.#onSelect(keyOf(row));
    return h(
      "tr",
      {},
      h("th", { scope: "row" }, button(pair, open, { class: "quiet mono", "aria-label": `Explain ${pair}` })),
      h("td", {}, reference_set),
      h("td", {}, h("span", { class: "mono" }, entry), h("span", { class: "hint" }, ` ${side}`)),
      h("td", { class: "number" }, priorityMark(row.priority)),
    );
  }
}

function countsOf({ name, pairs, flows }: Report["reference_sets"][number]): HTMLElement {
  return h("li", {}, h("b", {}, name), `: ${counted(pairs, "pair")}, ${counted(flows, "flow")}`);
}
