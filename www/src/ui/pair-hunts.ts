// The hunt hits that involve one pair, and why some hunts exclude it.

import type { Explanation, HuntHit } from "beaconlens";
import { h } from "./dom";

const NAMES: Record<HuntHit["hunt"], string> = {
  dga: "generated names (DGA), by its source",
  vertical_scan: "vertical scan",
  horizontal_scan: "horizontal scan",
  burst: "burst",
  long_connection: "long connection",
};

export function pairHunts({ hunts, hunt_exclusions }: Explanation) {
  if (hunts.length + hunt_exclusions.length === 0) return null;
  return h(
    "section",
    { class: "pair-hunts" },
    h("h3", {}, hunts.length > 0 ? "Hunt hits" : "Hunts"),
    h("ul", {}, ...hunts.map(hitOf), ...hunt_exclusions.map((reason) => h("li", {}, reason))),
  );
}

const hitOf = ({ hunt, sentence, suppressed_by }: HuntHit): HTMLElement =>
  h(
    "li",
    {},
    h("b", {}, NAMES[hunt]),
    `: ${sentence}`,
    suppressed_by && ` (suppressed by ${suppressed_by.reference_set})`,
  );
