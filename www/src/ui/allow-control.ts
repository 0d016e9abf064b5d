// The button that allows one side of a pair, and the choice of the side.

import type { Explanation, Rule } from "beaconlens";
import { allows, type Endpoint, type Side } from "./allowed";
import { button, h } from "./dom";

const SIDES: readonly Side[] = ["destination", "source"];

export interface AllowActions {
  onAllow(endpoint: Endpoint): void;
  onDisallow(endpoint: Endpoint): void;
}

export function allowControl(pair: Explanation, rule: Rule, actions: AllowActions): HTMLElement {
  const ends: Record<Side, string> = { destination: pair.destinationip, source: pair.sourceip };
  const isAllowed = (side: Side) => allows(rule, { side, address: ends[side] });
  const free = SIDES.filter((side) => !isAllowed(side));
  const choice = h(
    "select",
    { class: "allow-side", "aria-label": "What to allow" },
    ...free.map((side) => h("option", { value: side }, `${side} ${ends[side]}`)),
  );
  const chosen = (): Endpoint => {
    const side: Side = choice.value === "source" ? "source" : "destination";
    return { side, address: ends[side] };
  };
  return h(
    "div",
    { class: "allow" },
    ...(free.length > 0 ? [button("Allow", () => actions.onAllow(chosen())), choice] : []),
    ...SIDES.filter(isAllowed).map((side) =>
      button(
        `No longer allow ${side} ${ends[side]}`,
        () => actions.onDisallow({ side, address: ends[side] }),
        {
          class: "quiet",
        },
      ),
    ),
  );
}
