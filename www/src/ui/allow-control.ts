// The button that allows an end of a pair, and what is to be allowed by it.

import type { Explanation, Rule } from "beaconlens";
import { allows, type Endpoint, type Side } from "./allowed";
import { button, h } from "./dom";

export interface AllowActions {
  onAllow(endpoint: Endpoint): void;
  onDisallow(endpoint: Endpoint): void;
}

export function allowControl(pair: Explanation, rule: Rule, actions: AllowActions): HTMLElement {
  const ends: Record<Side, string> = { destination: pair.destinationip, source: pair.sourceip };
  const choice = h(
    "select",
    { class: "allow-side", "aria-label": "What to allow" },
    h("option", { value: "destination" }, `destination ${ends.destination}`),
    h("option", { value: "source" }, `source ${ends.source}`),
  );
  const chosen = (): Endpoint => {
    const side: Side = choice.value === "source" ? "source" : "destination";
    return { side, address: ends[side] };
  };
  const allowed = (["destination", "source"] as const)
    .map((side) => ({ side, address: ends[side] }))
    .filter((end) => allows(rule, end));
  return h(
    "div",
    { class: "allow" },
    button("Allow", () => actions.onAllow(chosen())),
    choice,
    ...allowed.map((end) =>
      button(`No longer allow ${end.side} ${end.address}`, () => actions.onDisallow(end), { class: "quiet" }),
    ),
  );
}
