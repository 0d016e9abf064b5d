// The ranked pairs in a real table: sortable, walked by keyboard, shown by the page of 500.

import type { GateName, Measures } from "beaconlens";
import type { PairKey } from "../engine/protocol";
import { cellOf } from "./cells";
import { COLUMNS, type Column, type Pair, type Sort, sorted } from "./columns";
import { button, h, replace } from "./dom";
import { count } from "./format";
import { GATE_NAMES } from "./gates";

const PAGE = 500;

export type Row = Pair & { failed_gate?: GateName };

export const keyOf = (row: Measures): PairKey => ({
  source: row.sourceip,
  destination: row.destinationip,
  port: row.destinationport,
});

export const sameKey = (a: PairKey | null, b: PairKey | null): boolean =>
  a !== null && b !== null && a.source === b.source && a.destination === b.destination && a.port === b.port;

export interface Order {
  sort: Sort;
  /** What it is, in a sentence. */
  meaning: string;
  /** What the button says that brings it. */
  name: string;
}

export interface PairTableOptions {
  caption: string;
  /** The orders that are more than a column; the first is shown first. */
  orders: readonly Order[];
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
  #sort: Sort;
  #selected: PairKey | null = null;
  #focus = 0;

  constructor(options: PairTableOptions) {
    this.#options = options;
    this.#sort = this.#first;
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
    replace(this.element, this.#order, scroller, this.#more);
  }

  get #first(): Sort {
    return this.#options.orders[0]?.sort ?? "as given";
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
      {
        type: "button",
        title: `${column.name}: ${column.meaning}`,
        on: { click: () => this.#sortBy(column) },
      },
      h("span", {}, column.title),
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

  /** First the useful direction, then the other one, then the first order again. */
  #sortBy(column: Column): void {
    const now = this.#sort;
    const first = column.numeric;
    if (now === "as given" || now.column !== column.name) {
      this.#arrange({ column: column.name, descending: first });
    } else if (now.descending === first) {
      this.#arrange({ column: column.name, descending: !first });
    } else {
      this.#arrange(this.#first);
    }
  }

  #arrange(sort = this.#sort): void {
    this.#sort = sort;
    // What is equal in the column stays in the first order.
    this.#view = sorted(sorted(this.#rows, sort === "as given" ? sort : this.#first), sort);
    for (const [column, cell] of this.#heads) {
      if (sort !== "as given" && sort.column === column.name) {
        cell.setAttribute("aria-sort", sort.descending ? "descending" : "ascending");
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
    replace(this.#order, ...this.#orderWords());
  }

  #orderWords(): (string | HTMLElement)[] {
    const now = this.#sort;
    const isNow = ({ sort }: Order) =>
      sort === now ||
      (sort !== "as given" &&
        now !== "as given" &&
        sort.column === now.column &&
        sort.descending === now.descending);
    const { orders } = this.#options;
    const title = now === "as given" ? "" : COLUMNS.find(({ name }) => name === now.column)?.title;
    return [
      orders.find(isNow)?.meaning ?? `Sorted by ${title}.`,
      ...orders
        .filter((order) => !isNow(order))
        .flatMap((order) => [" ", button(order.name, () => this.#arrange(order.sort), { class: "quiet" })]),
    ];
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
      ...COLUMNS.map((column) => cellOf(row, column, { focused: index === this.#focus })),
      this.#options.withGate && row.failed_gate
        ? h("td", { role: "cell", class: "gate-cell" }, GATE_NAMES[row.failed_gate])
        : null,
    );
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
