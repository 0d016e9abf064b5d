// The lists of the rule that match a pair: threat lists and reference sets.

import type { Explanation, ThreatMatch } from "beaconlens";
import { h } from "./dom";
import { count } from "./format";
import { GATE_NAMES } from "./gates";

export function threatMatch({ list, entry, line, comment, failed_gates }: ThreatMatch): HTMLElement {
  const failed = failed_gates.map((gate) => GATE_NAMES[gate]).join(", ");
  const facts: [string, string][] = [
    ["list", list],
    ["line", count(line)],
    ["entry", withoutRemark(entry)],
    ["comment", comment ?? "none"],
    ["failed gates", failed || "none"],
  ];
  return h(
    "section",
    { class: "threat" },
    h("h3", {}, "On a threat list"),
    h(
      "dl",
      { class: "measures" },
      ...facts.map(([name, text]) => h("div", { "data-threat": name }, h("dt", {}, name), h("dd", {}, text))),
    ),
    failed
      ? h("p", { class: "hint" }, "Listed anyway: a pair on a threat list need not pass these gates.")
      : null,
  );
}

const withoutRemark = (entry: string): string => entry.split(" #", 1)[0]?.trim() ?? entry;

export function matchingSets({ reference_sets }: Explanation) {
  if (reference_sets.length === 0) return null;
  return h(
    "section",
    { class: "pair-sets" },
    h("h3", {}, "Matching reference sets"),
    h(
      "ul",
      {},
      ...reference_sets.map(({ reference_set, entry, side }) =>
        h(
          "li",
          {},
          h("b", {}, reference_set),
          `: ${side} matches the entry `,
          h("span", { class: "mono" }, entry),
        ),
      ),
    ),
  );
}

export function nearestChange({ nearest_change }: Explanation) {
  if (!nearest_change) return null;
  return h("p", { class: "nearest-change" }, h("b", {}, "Nearest change: "), nearest_change);
}
