// The left pane: findings, near misses, or a question about one pair; and what leaves the page.

import type { Report, Rule } from "beaconlens";
import type { PairKey } from "../engine/protocol";
import { copyButton } from "./clipboard";
import { tsv } from "./columns";
import { button, h, replace } from "./dom";
import { count, counted, instant, zone } from "./format";
import { noFindings } from "./no-findings";
import { type PairQuestion, pairQuestion } from "./pair-question";
import { PairTable } from "./pair-table";

export interface ListActions {
  onSelect(pair: PairKey): void;
  onAsk(pair: PairKey): void;
  onLeave(): void;
  onRelax(rule: Rule): void;
  onExport(format: "json" | "csv"): void;
}

type Tab = "findings" | "near-misses" | "question";
const TABS: readonly Tab[] = ["findings", "near-misses", "question"];

export class List {
  readonly #actions: ListActions;
  readonly #findings: PairTable;
  readonly #nearMisses: PairTable;
  readonly #question: PairQuestion;
  readonly #tabs = new Map<Tab, HTMLButtonElement>();
  readonly #panel = h("div", { role: "tabpanel", id: "panel", "aria-labelledby": "tab-findings" });
  readonly #title = h("h2", { id: "list-title" });
  readonly #window = h("p", { class: "hint" });
  #tab: Tab = "findings";
  #report: Report | null = null;

  constructor(root: Element, actions: ListActions) {
    this.#actions = actions;
    const table = (caption: string, order: string, withGate: boolean) =>
      new PairTable({
        caption,
        order,
        withGate,
        onSelect: (row) =>
          actions.onSelect({
            source: row.sourceip,
            destination: row.destinationip,
            port: row.destinationport,
          }),
        onLeave: actions.onLeave,
      });
    this.#findings = table(
      "Findings",
      "In the rule’s order: beaconing_score, then connection_count, highest first.",
      false,
    );
    this.#nearMisses = table("Near misses", "Pairs that failed exactly one gate, nearest first.", true);
    this.#question = pairQuestion(actions.onAsk);
    replace(
      root,
      h("div", { class: "list-head" }, h("div", {}, this.#title, this.#window), this.#exports()),
      h(
        "div",
        { class: "tabs", role: "tablist", "aria-label": "Lists" },
        ...TABS.map((tab) => this.#tabButton(tab)),
      ),
      this.#panel,
    );
  }

  show(report: Report): void {
    this.#report = report;
    const { totals, window, rule } = report;
    const offset = rule.utc_offset_minutes;
    this.#title.textContent = counted(totals.findings, "finding");
    this.#window.textContent = window.start
      ? `${counted(totals.pairs_in_window, "pair")} after ${instant(window.start, offset)} up to ${instant(window.end, offset)} ${zone(offset)}` +
        (totals.flows_outside_window > 0
          ? `; ${counted(totals.flows_outside_window, "flow")} outside this window`
          : "")
      : `${counted(totals.pairs_in_window, "pair")} in all times`;
    this.#findings.show(report.findings);
    this.#nearMisses.show(report.near_misses);
    this.#label("findings", `Findings (${count(totals.findings)})`);
    this.#label("near-misses", `Near misses (${count(totals.near_misses)})`);
    this.#label("question", "Ask about a pair");
    this.#showTab();
  }

  mark(pair: PairKey | null): void {
    this.#findings.mark(pair);
    this.#nearMisses.mark(pair);
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
    if (totals.near_misses === near_misses.length) return this.#nearMisses.element;
    const shown = `The nearest ${count(near_misses.length)} of ${count(totals.near_misses)} are listed.`;
    return h("div", {}, h("p", { class: "hint" }, shown), this.#nearMisses.element);
  }
}
