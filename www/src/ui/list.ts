// The left pane: findings, near misses, or a question about one pair; and what leaves the page.

import type { Report, Rule } from "beaconlens";
import type { PairKey } from "../engine/protocol";
import { copyButton } from "./clipboard";
import { BY_PRIORITY, tsv } from "./columns";
import { button, h, replace } from "./dom";
import { count, counted, instant, zone } from "./format";
import { HuntList, huntCounts } from "./hunts";
import { noFindings } from "./no-findings";
import { type PairQuestion, pairQuestion } from "./pair-question";
import { keyOf, type Order, PairTable, type Row, sameKey } from "./pair-table";
import { SuppressedList } from "./suppressed";

export interface ListActions {
  onSelect(pair: PairKey): void;
  onAsk(pair: PairKey): void;
  onLeave(): void;
  onRelax(rule: Rule): void;
  onExport(format: "json" | "csv"): void;
}

type Tab = "findings" | "near-misses" | "question";
const TABS: readonly Tab[] = ["findings", "near-misses", "question"];

const PRIORITY: Order = {
  sort: BY_PRIORITY,
  meaning: "By priority: what to look at first.",
  name: "Order by priority",
};
const QUERY: Order = {
  sort: "as given",
  meaning: "In the order of the query: beaconing_score, then connection_count, highest first.",
  name: "Order as the query does",
};
const NEAREST: Order = {
  sort: "as given",
  meaning: "Gate by gate, nearest first.",
  name: "Nearest first",
};

export class List {
  readonly #actions: ListActions;
  readonly #findings: PairTable;
  readonly #nearMisses: PairTable;
  readonly #suppressed: SuppressedList;
  readonly #hunts: HuntList;
  readonly #question: PairQuestion;
  readonly #tabs = new Map<Tab, HTMLButtonElement>();
  readonly #panel = h("div", { role: "tabpanel", id: "panel", "aria-labelledby": "tab-findings" });
  readonly #title = h("h2", { id: "list-title" });
  readonly #window = h("p", { class: "hint" });
  readonly #leftOut = h("div", { class: "left-out" });
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
    this.#question = pairQuestion(actions.onAsk);
    replace(
      root,
      this.#leftOut,
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
      : `${counted(totals.pairs_in_window, "pair")} in all times`;
    const suppressed =
      totals.suppressed > 0 ? `; ${count(totals.suppressed)} suppressed by reference sets` : "";
    replace(this.#window, inTheWindow + suppressed, ...this.#huntLink(report));
    this.#showLeftOut(report.dropped);
    this.#findings.show(report.findings);
    this.#nearMisses.show(report.near_misses);
    this.#hunts.show(report);
    this.#suppressed.show(report);
    this.#label("findings", `Findings (${count(totals.findings)})`);
    this.#label("near-misses", `Near misses (${count(totals.near_misses)})`);
    this.#label("question", "Ask about a pair");
    this.#showTab();
  }

  #huntLink(report: Report): (string | HTMLElement)[] {
    const { found, held } = huntCounts(report);
    if (found + held === 0) return [];
    const text = found > 0 ? counted(found, "hit") : `${counted(held, "suppressed hit")}`;
    return [
      "; ",
      h("a", { href: "#hunts", on: { click: () => this.#hunts.open() } }, `${text} of the hunts`),
    ];
  }

  /** Nobody may take what is left of the flows for all of them. */
  #showLeftOut(leftOut: Report["dropped"]): void {
    const meaning = leftOut?.meaning ?? "";
    if (meaning === (this.#leftOut.dataset.meaning ?? "")) return; // said once
    this.#leftOut.dataset.meaning = meaning;
    replace(this.#leftOut, leftOut && leftOutMessage(leftOut));
  }

  /** What the lists say of a pair. */
  find(pair: PairKey): Row | null {
    const { findings = [], near_misses = [], suppressed = [] } = this.#report ?? {};
    const isIt = (row: Row) => sameKey(keyOf(row), pair);
    return findings.find(isIt) ?? near_misses.find(isIt) ?? suppressed.find(isIt) ?? null;
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

  showQuestionError(message: string): void {
    this.#question.showError(message);
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
    if (this.#tab === "question" || !report) return this.#question.element;
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
    const many =
      totals.near_misses === near_misses.length
        ? ""
        : ` Of ${count(totals.near_misses)}, the nearest ${count(near_misses.length)} are listed.`;
    const what = `These pairs failed exactly one gate.${many}`;
    return h("div", {}, h("p", { class: "hint" }, what), this.#nearMisses.element);
  }
}

function leftOutMessage({ meaning, flows }: NonNullable<Report["dropped"]>): HTMLElement {
  return h(
    "div",
    { class: "message message-error", role: "alert" },
    h("p", {}, h("strong", {}, "Not all flows are in this result: "), `${meaning}.`),
    h(
      "p",
      { class: "hint" },
      `${counted(flows, "flow")} left out. For a complete result read a shorter time, or fewer files.`,
    ),
  );
}
