// A sortable table of pairs with keyboard navigation, 500 rows per page.

import type { GateName, QueryColumns } from "beaconlens";
import type { PairKey } from "../engine/protocol";
import { cellOf } from "./cells";
import { COLUMNS, type Column, type Pair, type Sort, sorted } from "./columns";
import { button, h, replace } from "./dom";
import { count } from "./format";
import { GATE_NAMES } from "./gates";

const PAGE = 500;

export type Row = Pair & { failed_gate?: GateName };

export const keyOf = (row: QueryColumns): PairKey => ({
  source: row.sourceip,
  destination: row.destinationip,
  port: row.destinationport,
});

export const sameKey = (a: PairKey | null, b: PairKey | null): boolean =>
  a !== null && b !== null && a.source === b.source && a.destination === b.destination && a.port === b.port;

export interface Order {
  sort: Sort;
  /** Sentence that describes the order. */
  meaning: string;
  /** Label of the button that selects it. */
  name: string;
}

export interface PairTableOptions {
  caption: string;
  /** Orders other than by a single column; the first is the initial one. */
  orders: readonly Order[];
  /** Whether to add the column of the failed gate, for near misses. */
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
    this.#sort = this.#initialSort;
    const table = h(
      "table",
      // Explicit roles: on a phone the rows are laid out as cards, and a browser may then
      // no longer treat them as a table.
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

  get #initialSort(): Sort {
    return this.#options.orders[0]?.sort ?? "unsorted";
  }

  /** The rows in their current order. */
  get view(): readonly Row[] {
    return this.#view;
  }

  show(rows: readonly Row[]): void {
    this.#rows = rows;
    this.#limit = PAGE;
    this.#arrange();
  }

  /** Marks the row of a pair, if this table shows it. */
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

  /** Cycles through the more useful direction, the other one, and the initial order. */
  #sortBy(column: Column): void {
    const now = this.#sort;
    const descendingFirst = column.numeric;
    if (now === "unsorted" || now.column !== column.name) {
      this.#arrange({ column: column.name, descending: descendingFirst });
    } else if (now.descending === descendingFirst) {
      this.#arrange({ column: column.name, descending: !descendingFirst });
    } else {
      this.#arrange(this.#initialSort);
    }
  }

  #arrange(sort = this.#sort): void {
    this.#sort = sort;
    // Equal values stay in the initial order.
    this.#view = sorted(sorted(this.#rows, sort === "unsorted" ? sort : this.#initialSort), sort);
    for (const [column, cell] of this.#heads) {
      if (sort !== "unsorted" && sort.column === column.name) {
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
    replace(this.#order, ...this.#orderLine());
  }

  #orderLine(): (string | HTMLElement)[] {
    const now = this.#sort;
    const isNow = ({ sort }: Order) =>
      sort === now ||
      (sort !== "unsorted" &&
        now !== "unsorted" &&
        sort.column === now.column &&
        sort.descending === now.descending);
    const { orders } = this.#options;
    const title = now === "unsorted" ? "" : COLUMNS.find(({ name }) => name === now.column)?.title;
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
    if (!tr || getSelection()?.toString()) return; // selecting text does not select the row
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
      // While the detail is open, moving the focus also opens the row.
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
