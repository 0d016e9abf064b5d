// The ranked pairs in a real table: sortable, walked by keyboard, shown by the page of 500.

import type { GateName, Measures } from "beaconlens";
import type { PairKey } from "../engine/protocol";
import { COLUMNS, type Column, SCORE_WORDS, type Sort, shown, sorted } from "./columns";
import { breakable, button, h, replace } from "./dom";
import { count, endpoint } from "./format";
import { GATE_NAMES } from "./gates";

const PAGE = 500;

export type Row = Measures & { failed_gate?: GateName };

export const keyOf = (row: Measures): PairKey => ({
  source: row.sourceip,
  destination: row.destinationip,
  port: row.destinationport,
});

export const sameKey = (a: PairKey | null, b: PairKey | null): boolean =>
  a !== null && b !== null && a.source === b.source && a.destination === b.destination && a.port === b.port;

export interface PairTableOptions {
  caption: string;
  /** What the order of the rows as they come means. */
  order: string;
  /** Near misses have one column more: the gate that failed. */
  withGate: boolean;
  onSelect(row: Row): void;
  onLeave(): void;
}

export class PairTable {
  readonly element = h("div", { class: "table-box" });
  readonly #options: PairTableOptions;
  readonly #body = h("tbody", { role: "rowgroup" });
  readonly #heads = new Map<Column, HTMLTableCellElement>();
  readonly #more = h("p", { class: "more" });
  readonly #order = h("p", { class: "order hint" });
  #rows: readonly Row[] = [];
  #view: Row[] = [];
  #limit = PAGE;
  #sort: Sort | null = null;
  #selected: PairKey | null = null;
  #focus = 0;

  constructor(options: PairTableOptions) {
    this.#options = options;
    const table = h(
      "table",
      // The roles say again what the tags say: on a phone the rows are laid out as cards,
      // and a browser may then forget that they are a table.
      { class: "pairs", role: "table" },
      h("caption", { class: "offscreen" }, options.caption),
      h(
        "thead",
        { role: "rowgroup" },
        h("tr", { role: "row" }, ...COLUMNS.map((column) => this.#head(column)), this.#gateHead()),
      ),
      this.#body,
    );
    const scroller = h(
      "div",
      { class: "scroller", role: "region", "aria-label": options.caption, tabindex: 0 },
      table,
    );
    this.#body.addEventListener("keydown", (event) => this.#onKey(event));
    this.#body.addEventListener("click", (event) => this.#onClick(event));
    replace(this.element, scroller, this.#more, this.#order);
  }

  /** The rows as they are shown: what "copy" and a sorted view are about. */
  get view(): readonly Row[] {
    return this.#view;
  }

  show(rows: readonly Row[]): void {
    this.#rows = rows;
    this.#limit = PAGE;
    this.#arrange();
  }

  /** Marks a pair, whether or not this table shows it. */
  mark(pair: PairKey | null): void {
    this.#selected = pair;
    for (const [index, tr] of [...this.#body.rows].entries()) {
      const row = this.#view[index];
      const isMarked = row !== undefined && sameKey(keyOf(row), pair);
      if (isMarked) tr.setAttribute("aria-current", "true");
      else tr.removeAttribute("aria-current");
    }
  }

  focusRow(index = this.#focus): void {
    const last = this.#body.rows.length - 1;
    const next = Math.max(0, Math.min(index, last));
    this.#opener(this.#focus)?.setAttribute("tabindex", "-1");
    this.#focus = next;
    const opener = this.#opener(next);
    opener?.setAttribute("tabindex", "0");
    opener?.focus();
  }

  #opener(index: number): HTMLButtonElement | undefined {
    return this.#body.rows[index]?.querySelector("button") ?? undefined;
  }

  #head(column: Column): HTMLTableCellElement {
    const sorter = h(
      "button",
      { type: "button", title: column.meaning, on: { click: () => this.#sortBy(column) } },
      h("span", {}, breakable(column.name)),
      h("span", { class: "arrow", "aria-hidden": "true" }),
    );
    const cell = h(
      "th",
      {
        scope: "col",
        role: "columnheader",
        class: column.numeric ? "number" : "",
        "data-column": column.name,
      },
      sorter,
    );
    this.#heads.set(column, cell);
    return cell;
  }

  #gateHead() {
    return this.#options.withGate ? h("th", { scope: "col", role: "columnheader" }, "failed gate") : null;
  }

  /** First the useful direction, then the other one, then the rule's order again. */
  #sortBy(column: Column): void {
    const first = column.numeric;
    if (this.#sort?.column !== column.name) {
      this.#sort = { column: column.name, descending: first };
    } else if (this.#sort.descending === first) {
      this.#sort = { column: column.name, descending: !first };
    } else {
      this.#sort = null;
    }
    this.#arrange();
  }

  #arrange(): void {
    this.#view = sorted(this.#rows, this.#sort);
    for (const [column, cell] of this.#heads) {
      const active = this.#sort?.column === column.name;
      if (active) {
        cell.setAttribute("aria-sort", this.#sort?.descending ? "descending" : "ascending");
      } else cell.removeAttribute("aria-sort");
    }
    this.#fill();
  }

  #fill(): void {
    const page = this.#view.slice(0, this.#limit);
    this.#focus = Math.max(
      page.findIndex((row) => sameKey(keyOf(row), this.#selected)),
      0,
    );
    replace(this.#body, ...page.map((row, index) => this.#row(row, index)));
    this.mark(this.#selected);
    const left = this.#view.length - page.length;
    replace(
      this.#more,
      left > 0 ? `Showing ${count(page.length)} of ${count(this.#view.length)}. ` : null,
      left > 0 ? button(`Show ${count(Math.min(left, PAGE))} more`, () => this.#showMore()) : null,
    );
    replace(
      this.#order,
      this.#sort ? `Sorted by ${this.#sort.column}. ` : this.#options.order,
      this.#sort ? button("Back to the first order", () => this.#unsort(), { class: "quiet" }) : null,
    );
  }

  #unsort(): void {
    this.#sort = null;
    this.#arrange();
  }

  #showMore(): void {
    const next = this.#limit;
    this.#limit += PAGE;
    this.#fill();
    this.focusRow(next);
  }

  #row(row: Row, index: number): HTMLTableRowElement {
    return h(
      "tr",
      { role: "row" },
      ...COLUMNS.map((column) => this.#cell(row, column, index)),
      this.#options.withGate && row.failed_gate
        ? h("td", { role: "cell", class: "gate-cell" }, GATE_NAMES[row.failed_gate])
        : null,
    );
  }

  #cell(row: Row, column: Column, index: number): HTMLElement {
    const text = shown(row, column);
    if (column.name === "sourceip") {
      const target = endpoint(row.destinationip, row.destinationport);
      const opener = h(
        "button",
        {
          type: "button",
          class: "opener",
          tabindex: index === this.#focus ? 0 : -1,
          "aria-label": `${text}, why is it here: calls to ${target}`,
        },
        text,
      );
      return h("th", { scope: "row", role: "rowheader", class: text.includes(":") ? "long" : "" }, opener);
    }
    if (column.name === "beaconing_score") {
      return h("td", { role: "cell", class: "score-cell" }, scoreMark(row.beaconing_score));
    }
    if (column.name === "first_seen" || column.name === "last_seen") {
      const [day, time] = text.split(" ");
      return h(
        "td",
        { class: "time", "data-label": column.name },
        h("span", {}, day),
        " ",
        h("span", {}, time),
      );
    }
    if (column.numeric) return h("td", { role: "cell", class: "number", "data-label": column.name }, text);
    return h("td", { role: "cell", class: text.includes(":") ? "address long" : "address" }, text);
  }

  #onClick(event: MouseEvent): void {
    const tr = (event.target as Element).closest("tr");
    if (!tr || getSelection()?.toString()) return; // marking text is not choosing a row
    const index = [...this.#body.rows].indexOf(tr);
    this.focusRow(index);
    this.#select(index);
  }

  #onKey(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const last = this.#body.rows.length - 1;
    const moves: Record<string, number> = {
      ArrowDown: this.#focus + 1,
      j: this.#focus + 1,
      ArrowUp: this.#focus - 1,
      k: this.#focus - 1,
      Home: 0,
      End: last,
      PageDown: this.#focus + 10,
      PageUp: this.#focus - 10,
    };
    const to = moves[event.key];
    if (to !== undefined) {
      event.preventDefault();
      this.focusRow(to);
      // With the detail open the keys walk through the findings, not only the rows.
      if (this.#selected) this.#select(this.#focus);
    } else if (event.key === "Escape" && this.#selected) {
      event.preventDefault();
      this.#options.onLeave();
    }
  }

  #select(index: number): void {
    const row = this.#view[index];
    if (row) this.#options.onSelect(row);
  }
}

/** Number, bars and word: the colour only repeats what they say. */
export function scoreMark(score: number): HTMLElement {
  const bars = [1, 2, 3].map((step) => h("i", { class: step <= score ? "full" : "" }));
  return h(
    "span",
    { class: "score", "data-score": score },
    h("b", {}, score),
    h("span", { class: "bars", "aria-hidden": "true" }, ...bars),
    h("span", { class: "word" }, SCORE_WORDS[score]),
  );
}
