// Why this pair: the sentence, every gate, the score, and when it called.

import type { Explanation, Rule } from "beaconlens";
import { copyButton } from "./clipboard";
import { COLUMNS, shown, tsv } from "./columns";
import { append, button, h, replace } from "./dom";
import { counted, endpoint, zone } from "./format";
import { GATE_NAMES } from "./gates";
import { scoreMark } from "./pair-table";
import type { PlotSet } from "./plots";

export interface DetailActions {
  onClose(): void;
  explainText(): Promise<string>;
}

const VERDICTS: Record<Explanation["verdict"], string> = {
  finding: "Finding",
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
      // Redrawing changes heights only: react to a new width, or this would never rest.
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

  show(explanation: Explanation, plots: PlotSet, rule: Rule, actions: DetailActions): void {
    this.#plots?.destroy();
    this.#plots = plots;
    this.#root.hidden = false;
    replace(
      this.#root,
      headOf(explanation, actions),
      h("p", { class: "sentence" }, explanation.sentence),
      scoreOf(explanation),
      explanation.gates.length > 0 ? gatesOf(explanation) : null,
      explanation.flows_outside_window > 0
        ? h(
            "p",
            { class: "hint" },
            `${counted(explanation.flows_outside_window, "connection")} of this pair outside the window, not counted here.`,
          )
        : null,
    );
    if (plots.figures.length > 0) {
      append(this.#root, [h("h3", {}, "When it called"), ...plots.figures]);
    }
    append(this.#root, [measuresOf(explanation, rule)]);
    this.redraw();
  }
}

function headOf(explanation: Explanation, actions: DetailActions): HTMLElement {
  const { sourceip, destinationip, destinationport, verdict, measures } = explanation;
  const target = endpoint(destinationip, destinationport);
  return h(
    "header",
    { class: "detail-head" },
    h("p", { class: "verdict", "data-verdict": verdict }, VERDICTS[verdict]),
    h("h2", { tabindex: -1 }, h("span", {}, sourceip), " → ", h("span", {}, target)),
    button("Close", actions.onClose, { class: "quiet close", "aria-label": "Close the details" }),
    h(
      "p",
      { class: "copies" },
      h("span", { class: "hint" }, "Copy:"),
      copyButton("source", () => sourceip, "Copy the source address"),
      copyButton("destination", () => destinationip, "Copy the destination address"),
      copyButton("endpoint", () => target, "Copy the destination with its port"),
      measures ? copyButton("row", () => tsv([measures]), "Copy the row as tab-separated text") : null,
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
              // A passed gate is told by its numbers; a failed one is what people came to read.
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

function measuresOf({ measures }: Explanation, rule: Rule) {
  if (!measures) return null;
  return h(
    "section",
    {},
    h("h3", {}, "In the window"),
    h(
      "dl",
      { class: "measures" },
      ...COLUMNS.slice(3, 9).map((column) =>
        h("div", {}, h("dt", {}, column.name), h("dd", {}, shown(measures, column))),
      ),
    ),
    h("p", { class: "hint" }, `Hours and times in ${zone(rule.utc_offset_minutes)}.`),
  );
}
