// The details of a pair: verdict, scores and their parts, plots, and every gate.

import type { Explanation, Rule } from "beaconlens";
import { type AllowActions, allowControl } from "./allow-control";
import { scoreMark } from "./cells";
import { copyButton } from "./clipboard";
import { COLUMNS, type Column, cellText, type Pair, tsv } from "./columns";
import { append, button, h, replace } from "./dom";
import { counted, endpoint, zone } from "./format";
import { GATE_NAMES } from "./gates";
import { pairHunts } from "./pair-hunts";
import { matchingSets, nearestChange, threatMatch } from "./pair-lists";
import type { PlotSet } from "./plots";
import { priorityDetails, regularityDetails, ritaDetails } from "./score-details";

export interface DetailActions extends AllowActions {
  onClose(): void;
  explainText(): Promise<string>;
}

const STATUSES: Record<string, string> = {
  finding: "Finding",
  suppressed: "Suppressed",
  near_miss: "Near miss",
  below_gates: "Below the gates",
  outside_window: "Outside the window",
  not_seen: "Not seen",
};

export class Detail {
  readonly #root: HTMLElement;
  #plots: PlotSet | null = null;
  #width = 0;

  constructor(root: HTMLElement) {
    this.#root = root;
    new ResizeObserver(() => {
      // Redrawing changes the height: reacting to that would never end.
      if (this.#root.clientWidth !== this.#width) this.redraw();
    }).observe(root);
  }

  redraw(): void {
    this.#width = this.#root.clientWidth;
    if (this.#width > 0) this.#plots?.draw();
  }

  hide(): void {
    this.#plots?.destroy();
    this.#plots = null;
    this.#root.hidden = true;
    this.#root.replaceChildren();
  }

  /** `pair`: its row in the list, or the measures of the explanation if it is not listed. */
  show(
    explanation: Explanation,
    pair: Pair | null,
    plots: PlotSet,
    rule: Rule,
    actions: DetailActions,
  ): void {
    this.#plots?.destroy();
    this.#plots = plots;
    this.#root.hidden = false;
    replace(
      this.#root,
      headOf(explanation, pair, actions),
      allowControl(explanation, rule, actions),
      ...sentencesOf(explanation, pair),
    );
    append(this.#root, [
      nearestChange(explanation),
      pair?.threat && threatMatch(pair.threat),
      pair?.processes && processesOf(pair.processes),
      matchingSets(explanation),
      pairHunts(explanation),
    ]);
    if (pair) append(this.#root, [priorityDetails(pair), regularityDetails(pair)]);
    if (plots.figures.length > 0) {
      append(this.#root, [h("h3", {}, "Timing"), ...plots.figures]);
    }
    append(this.#root, [
      explanation.gates.length > 0 ? h("section", {}, gatesOf(explanation), scoreOf(explanation)) : null,
      pair && measuresOf(pair, rule),
      pair && ritaDetails(pair),
    ]);
    this.redraw();
  }
}

/** The verdict on the timing first, then the sentence about the gates. */
function sentencesOf(explanation: Explanation, pair: Pair | null): HTMLElement[] {
  const { sentence, flows_outside_window } = explanation;
  const verdict = pair?.verdict ? `${pair.verdict}.` : null;
  const sentences = [h("p", { class: "sentence" }, verdict ?? sentence)];
  if (verdict) sentences.push(h("p", { class: "hint" }, sentence));
  if (flows_outside_window > 0) {
    const outside = counted(flows_outside_window, "connection");
    const text = `${outside} of this pair are outside the window and not counted here.`;
    sentences.push(h("p", { class: "hint" }, text));
  }
  return sentences;
}

/** The processes that opened the connections, if the records name them. */
function processesOf(processes: string[]): HTMLElement {
  const paths = processes.map((process) => h("li", { class: "mono process" }, process));
  return h("section", {}, h("h3", {}, "Processes"), h("ul", {}, ...paths));
}

function headOf(explanation: Explanation, pair: Pair | null, actions: DetailActions): HTMLElement {
  const { sourceip, destinationip, destinationport, status } = explanation;
  const target = endpoint(destinationip, destinationport);
  return h(
    "header",
    { class: "detail-head" },
    h("p", { class: "status", "data-status": status }, STATUSES[status] ?? status),
    h("h2", { tabindex: -1 }, h("span", {}, sourceip), " → ", h("span", {}, target)),
    button("Close", actions.onClose, { class: "quiet close", "aria-label": "Close the details" }),
    h(
      "p",
      { class: "copies" },
      h("span", { class: "hint" }, "Copy:"),
      copyButton("source", () => sourceip, "Copy the source address"),
      copyButton("destination", () => destinationip, "Copy the destination address"),
      copyButton("endpoint", () => target, "Copy the destination with its port"),
      pair ? copyButton("row", () => tsv([pair]), "Copy the row as tab-separated text") : null,
      copyButton("explanation", actions.explainText, "Copy the explanation as text"),
    ),
  );
}

function scoreOf({ score }: Explanation) {
  if (!score) return null;
  return h(
    "p",
    { class: "score-line" },
    h("span", { class: "hint" }, "beaconing_score "),
    scoreMark(score.value),
    ` ${score.reason}`,
  );
}

function gatesOf({ gates }: Explanation): HTMLElement {
  const heads = ["gate", "value", "threshold", "result"];
  return h(
    "div",
    { class: "scroller", role: "region", "aria-label": "Gates of this pair", tabindex: 0 },
    h(
      "table",
      { class: "plain gates" },
      h("caption", {}, "Gates"),
      h("thead", {}, h("tr", {}, ...heads.map((text) => h("th", { scope: "col" }, text)))),
      h(
        "tbody",
        {},
        ...gates.map((gate) =>
          h(
            "tr",
            { "data-gate": gate.gate, class: gate.passed ? "passed" : "failed" },
            h(
              "th",
              { scope: "row" },
              GATE_NAMES[gate.gate],
              // The numbers are enough for a passed gate; a failed one needs its reason.
              gate.passed ? null : h("span", { class: "hint reason" }, gate.reason),
            ),
            h("td", { class: "mono" }, gate.value),
            h("td", { class: "mono" }, thresholdText(gate.threshold)),
            h("td", {}, h("b", { class: "result" }, gate.passed ? "✓ pass" : "✕ fail")),
          ),
        ),
      ),
    ),
  );
}

const thresholdText = (threshold: string | number | readonly string[]): string =>
  typeof threshold === "object" ? `outside ${counted(threshold.length, "network")}` : `≥ ${threshold}`;

const WINDOW_COLUMNS = [
  "connection_count",
  "hourly_buckets",
  "bytes_sent",
  "bytes_received",
  "first_seen",
  "last_seen",
];

function measuresOf(pair: Pair, rule: Rule) {
  return h(
    "section",
    {},
    h("h3", {}, "In the window"),
    h(
      "dl",
      { class: "measures" },
      ...COLUMNS.filter(({ name }) => WINDOW_COLUMNS.includes(name)).map((column) =>
        h("div", {}, h("dt", { title: column.name }, column.title), h("dd", {}, exactText(pair, column))),
      ),
    ),
    h("p", { class: "hint" }, `Hours and times in ${zone(rule.utc_offset_minutes)}.`),
  );
}

/** The cell without rounding: bytes are cellText exactly. */
const exactText = (pair: Pair, column: Column): string => {
  const { show: _, ...whole } = column;
  return cellText(pair, whole);
};
