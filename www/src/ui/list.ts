// The left pane: findings, near misses, or the form to explain any pair; hunts, suppressed pairs and exports.

import type { Report, Rule } from "beaconlens";
import type { PairKey } from "../engine/protocol";
import { copyButton } from "./clipboard";
import { BY_PRIORITY, tsv } from "./columns";
import { button, h, replace } from "./dom";
import { count, counted, instant, zone } from "./format";
import { HuntList, huntCounts } from "./hunt-list";
import { noFindings } from "./no-findings";
import { type PairForm, pairForm } from "./pair-form";
import { keyOf, type Order, PairTable, type Row, sameKey } from "./pair-table";
import { SuppressedList } from "./suppressed";

export interface ListActions {
  onSelect(pair: PairKey): void;
  onExplain(pair: PairKey): void;
  onLeave(): void;
  onRelax(rule: Rule): void;
  onExport(format: "json" | "csv"): void;
}

type Tab = "findings" | "near-misses" | "explain";
const TABS: readonly Tab[] = ["findings", "near-misses", "explain"];

const PRIORITY: Order = {
  sort: BY_PRIORITY,
  meaning: "By priority, highest first.",
  name: "Order by priority",
};
const QUERY: Order = {
  sort: "unsorted",
  meaning: "In the order of the query: beaconing_score, then connection_count, highest first.",
  name: "Order as the query does",
};
const NEAREST: Order = {
  sort: "unsorted",
  meaning: "By gate, nearest to its threshold first.",
  name: "Nearest first",
};

export class List {
  readonly #actions: ListActions;
  readonly #findings: PairTable;
  readonly #nearMisses: PairTable;
  readonly #suppressed: SuppressedList;
  readonly #hunts: HuntList;
  readonly #pairForm: PairForm;
  readonly #tabs = new Map<Tab, HTMLButtonElement>();
  readonly #panel = h("div", { role: "tabpanel", id: "panel", "aria-labelledby": "tab-findings" });
  readonly #title = h("h2", { id: "list-title" });
  readonly #window = h("p", { class: "hint" });
  readonly #dropped = h("div", { class: "dropped" });
  #tab: Tab = "findings";
  #report: Report | null = null;

  constructor(root: Element, actions: ListActions) {
    this.#actions = actions;
    const table = (caption: string, orders: Order[], withGate: boolean) =>
      new PairTable({
        caption,
        orders,
        withGate,
        onSelect: (row) => actions.onSelect(keyOf(row)),
        onLeave: actions.onLeave,
      });
    this.#findings = table("Findings", [PRIORITY, QUERY], false);
    this.#nearMisses = table("Near misses", [PRIORITY, NEAREST], true);
    this.#suppressed = new SuppressedList(actions.onSelect);
    this.#hunts = new HuntList(actions.onSelect);
    this.#pairForm = pairForm(actions.onExplain);
    replace(
      root,
      this.#dropped,
      h("div", { class: "list-head" }, h("div", {}, this.#title, this.#window), this.#exports()),
      h(
        "div",
        { class: "tabs", role: "tablist", "aria-label": "Lists" },
        ...TABS.map((tab) => this.#tabButton(tab)),
      ),
      this.#panel,
      this.#hunts.element,
      this.#suppressed.element,
    );
  }

  show(report: Report): void {
    this.#report = report;
    const { totals, window, rule } = report;
    const offset = rule.utc_offset_minutes;
    this.#title.textContent = counted(totals.findings, "finding");
    const inTheWindow = window.start
      ? `${counted(totals.pairs_in_window, "pair")} after ${instant(window.start, offset)} up to ${instant(window.end, offset)} ${zone(offset)}` +
        (totals.flows_outside_window > 0
          ? `; ${counted(totals.flows_outside_window, "flow")} outside this window`
          : "")
      : `${counted(totals.pairs_in_window, "pair")} in all data`;
    const suppressed =
      totals.suppressed > 0 ? `; ${count(totals.suppressed)} suppressed by reference sets` : "";
    replace(this.#window, inTheWindow + suppressed, ...this.#huntLink(report));
    this.#showDropped(report.dropped);
    this.#findings.show(report.findings);
    this.#nearMisses.show(report.near_misses);
    this.#hunts.show(report);
    this.#suppressed.show(report);
    this.#label("findings", `Findings (${count(totals.findings)})`);
    this.#label("near-misses", `Near misses (${count(totals.near_misses)})`);
    this.#label("explain", "Explain a pair");
    this.#showTab();
  }

  #huntLink(report: Report): (string | HTMLElement)[] {
    const { hits, suppressed } = huntCounts(report);
    if (hits + suppressed === 0) return [];
    const text = hits > 0 ? counted(hits, "hunt hit") : counted(suppressed, "suppressed hunt hit");
    return ["; ", h("a", { href: "#hunts", on: { click: () => this.#hunts.open() } }, text)];
  }

  /** An incomplete result must be recognised as such. The alert is announced only when it changes. */
  #showDropped(dropped: Report["dropped"]): void {
    const meaning = dropped?.meaning ?? "";
    if (meaning === (this.#dropped.dataset.meaning ?? "")) return;
    this.#dropped.dataset.meaning = meaning;
    replace(this.#dropped, dropped && droppedMessage(dropped));
  }

  /** The row of a pair, if it is listed. */
  find(pair: PairKey): Row | null {
    const { findings = [], near_misses = [], suppressed = [] } = this.#report ?? {};
    const isPair = (row: Row) => sameKey(keyOf(row), pair);
    return findings.find(isPair) ?? near_misses.find(isPair) ?? suppressed.find(isPair) ?? null;
  }

  mark(pair: PairKey | null): void {
    this.#findings.mark(pair);
    this.#nearMisses.mark(pair);
    this.#hunts.mark(pair);
    this.#suppressed.mark(pair);
  }

  open(tab: Tab): void {
    this.#tab = tab;
    this.#showTab();
  }

  focusRow(): void {
    if (this.#tab === "near-misses") this.#nearMisses.focusRow();
    else this.#findings.focusRow();
  }

  showPairError(message: string): void {
    this.#pairForm.showError(message);
  }

  #exports(): HTMLElement {
    const current = () => (this.#tab === "near-misses" ? this.#nearMisses : this.#findings);
    return h(
      "p",
      { class: "exports" },
      copyButton("Copy table", () => tsv(current().view), "Copy the table as tab-separated text"),
      button("Export CSV", () => this.#actions.onExport("csv")),
      button("Export JSON", () => this.#actions.onExport("json")),
    );
  }

  #tabButton(tab: Tab): HTMLButtonElement {
    const element = h("button", {
      type: "button",
      role: "tab",
      id: `tab-${tab}`,
      "aria-controls": "panel",
      on: { click: () => this.open(tab), keydown: (event) => this.#onTabKey(event, tab) },
    });
    this.#tabs.set(tab, element);
    return element;
  }

  #onTabKey(event: KeyboardEvent, tab: Tab): void {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0) return;
    const next = TABS[(TABS.indexOf(tab) + step + TABS.length) % TABS.length] ?? tab;
    this.open(next);
    this.#tabs.get(next)?.focus();
  }

  #label(tab: Tab, text: string): void {
    const element = this.#tabs.get(tab);
    if (element) element.textContent = text;
  }

  #showTab(): void {
    for (const [tab, element] of this.#tabs) {
      const active = tab === this.#tab;
      element.setAttribute("aria-selected", String(active));
      element.tabIndex = active ? 0 : -1;
    }
    this.#panel.setAttribute("aria-labelledby", `tab-${this.#tab}`);
    replace(this.#panel, this.#content());
  }

  #content(): HTMLElement {
    const report = this.#report;
    if (this.#tab === "explain" || !report) return this.#pairForm.element;
    if (this.#tab === "near-misses") return this.#nearMissView(report);
    if (report.findings.length > 0) return this.#findings.element;
    return noFindings(report, {
      onRelax: this.#actions.onRelax,
      onShowNearMisses: () => this.open("near-misses"),
    });
  }

  #nearMissView(report: Report): HTMLElement {
    const { near_misses, totals } = report;
    if (near_misses.length === 0) {
      return h("p", { class: "empty" }, "No pair failed exactly one gate.");
    }
    const limited =
      totals.near_misses === near_misses.length
        ? ""
        : ` Of ${count(totals.near_misses)}, the nearest ${count(near_misses.length)} are listed.`;
    const what = `These pairs failed exactly one gate.${limited}`;
    return h("div", {}, h("p", { class: "hint" }, what), this.#nearMisses.element);
  }
}

function droppedMessage({ meaning, flows }: NonNullable<Report["dropped"]>): HTMLElement {
  return h(
    "div",
    { class: "message message-error", role: "alert" },
    h("p", {}, h("strong", {}, "Incomplete result: "), `${meaning}.`),
    h(
      "p",
      { class: "hint" },
      `${counted(flows, "flow")} dropped. For a complete result read a shorter period or fewer files.`,
    ),
  );
}
