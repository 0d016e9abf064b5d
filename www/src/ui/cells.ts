// Cells of the pair table: priority with its bar, address, time, score.

import type { ThreatMatch } from "beaconlens";
import { type Column, cellText, type Pair, SCORE_WORDS } from "./columns";
import { h } from "./dom";
import { endpoint } from "./format";

export interface CellOptions {
  /** Whether this row has the keyboard focus. */
  focused: boolean;
}

export function cellOf(row: Pair, column: Column, { focused }: CellOptions): HTMLElement {
  const text = cellText(row, column);
  const attributes = { role: "cell", "data-column": column.name, "data-label": column.title };
  switch (column.name) {
    case "priority":
      return h("td", { ...attributes, class: "number" }, priorityMark(row.priority));
    case "sourceip":
      return h(
        "th",
        { ...attributes, scope: "row", role: "rowheader", class: addressClass(text) },
        opener(row, text, focused),
      );
    case "destinationip":
      return h(
        "td",
        { ...attributes, class: addressClass(text) },
        text,
        row.threat && threatBadge(row.threat),
      );
    case "first_seen":
    case "last_seen":
      return h("td", { ...attributes, class: "time" }, ...dateAndTime(text));
    case "beaconing_score":
      return h("td", { ...attributes, class: "score-cell" }, scoreMark(row.beaconing_score));
    default:
      return h("td", { ...attributes, class: "number" }, text);
  }
}

/** Only IPv6 addresses may wrap. */
const addressClass = (address: string): string => (address.includes(":") ? "address long" : "address");

function opener(row: Pair, text: string, focused: boolean): HTMLElement {
  const target = endpoint(row.destinationip, row.destinationport);
  return h(
    "button",
    {
      type: "button",
      class: "opener",
      tabindex: focused ? 0 : -1,
      "aria-label": `Explain ${text} to ${target}`,
    },
    text,
  );
}

export function threatBadge({ list, line }: ThreatMatch): HTMLElement {
  return h("span", { class: "badge", title: `${list}, line ${line}` }, "threat list");
}

/** A time wraps only between date and hour. */
function dateAndTime(text: string): (HTMLElement | string)[] {
  const [day, time] = text.split(" ");
  return [h("span", {}, day), " ", h("span", {}, time)];
}

/** The number, and a bar that repeats it. */
export function priorityMark(priority: number): HTMLElement {
  const fill = h("i");
  fill.style.setProperty("--to", String(priority / 100));
  return h(
    "span",
    { class: "priority" },
    h("b", {}, priority),
    h("span", { class: "track", "aria-hidden": "true" }, fill),
  );
}

/** Number, bars and word; colour alone carries no meaning. */
export function scoreMark(score: number): HTMLElement {
  const bars = [1, 2, 3].map((step) => h("i", { class: step <= score ? "full" : "" }));
  return h(
    "span",
    { class: "score", "data-score": score },
    h("b", {}, score),
    h("span", { class: "bars", "aria-hidden": "true" }, ...bars),
    h("span", { class: "word" }, SCORE_WORDS[score]),
  );
}
