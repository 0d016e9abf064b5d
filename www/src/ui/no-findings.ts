// Shown instead of an empty list: what was evaluated, how many pairs each gate removed, and what nearly passed.

import type { NearMiss, Report, Rule } from "beaconlens";
import { button, h } from "./dom";
import { count, counted } from "./format";
import { GATE_NAMES, relaxation } from "./gates";

export interface NoFindingsActions {
  onRelax(rule: Rule): void;
  onShowNearMisses(): void;
}

export function noFindings(report: Report, actions: NoFindingsActions): HTMLElement {
  const { totals } = report;
  return h(
    "section",
    { class: "no-findings", "aria-labelledby": "no-findings-title" },
    h("h3", { id: "no-findings-title" }, "No findings"),
    h("p", {}, explanation(report)),
    totals.pairs_in_window > 0 ? gateTable(report, actions) : null,
    totals.near_misses > 0
      ? h(
          "p",
          {},
          `${counted(totals.near_misses, "pair")} failed exactly one gate. `,
          button("Show the near misses", actions.onShowNearMisses),
        )
      : null,
    totals.flows_in_window === 0 && totals.rows_used > 0
      ? h(
          "p",
          {},
          button("Use all data", () => actions.onRelax({ ...report.rule, window: "all", end: null })),
        )
      : null,
  );
}

function explanation({ totals }: Report): string {
  if (totals.rows_used === 0) return "No row could be used as a flow.";
  if (totals.flows_in_window === 0) {
    return `${counted(totals.flows_outside_window, "flow")} were read, none of them in the window.`;
  }
  return (
    `${counted(totals.pairs_in_window, "pair")} made ${counted(totals.flows_in_window, "connection")} ` +
    (totals.suppressed > 0
      ? `in the window; the ${count(totals.suppressed)} that passed every gate are suppressed by reference sets.`
      : "in the window, and none of them passed every gate.")
  );
}

function gateTable(report: Report, actions: NoFindingsActions): HTMLElement {
  const heads = ["gate", "threshold", "pairs removed", "by this gate alone", "nearest pair"];
  return h(
    "div",
    { class: "scroller", role: "region", "aria-label": "Gates", tabindex: 0 },
    h(
      "table",
      { class: "plain gates" },
      h("caption", { class: "offscreen" }, "How many pairs each gate removed"),
      h("thead", {}, h("tr", {}, ...heads.map((text) => h("th", { scope: "col" }, text)))),
      h("tbody", {}, ...report.gates.map((gate) => gateRow(gate, report, actions))),
    ),
  );
}

function gateRow(gate: Report["gates"][number], report: Report, actions: NoFindingsActions) {
  const nearest = report.near_misses.find((miss) => miss.failed_gate === gate.gate);
  const step = relaxation(gate.gate, nearest, report.rule);
  const threshold = Array.isArray(gate.threshold)
    ? counted(gate.threshold.length, "network")
    : `at least ${count(gate.threshold)}`;
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, GATE_NAMES[gate.gate]),
    h("td", {}, threshold),
    h("td", { class: "number" }, count(gate.failed)),
    h("td", { class: "number" }, count(gate.failed_only)),
    h(
      "td",
      {},
      nearest ? describe(nearest) : "none failed only this gate",
      step ? " " : null,
      step ? button(step.label, () => actions.onRelax(step.rule)) : null,
    ),
  );
}

function describe(miss: NearMiss): HTMLElement {
  return h(
    "span",
    { class: "hint" },
    `${counted(miss.connection_count, "connection")} in ${counted(miss.hourly_buckets, "hour")}`,
  );
}
