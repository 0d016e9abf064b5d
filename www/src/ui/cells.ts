// The cells of the list: a number with its bar, an address, a time, a score.

import type { ThreatMatch } from "beaconlens";
import { type Column, type Pair, SCORE_WORDS, shown } from "./columns";
import { h } from "./dom";
import { endpoint } from "./format";

export interface Place {
  /** Whether the keyboard is at this row. */
  focused: boolean;
}

export function cellOf(row: Pair, column: Column, { focused }: Place): HTMLElement {
  const text = shown(row, column);
  const place = { role: "cell", "data-column": column.name, "data-label": column.title };
  switch (column.name) {
    case "priority":
      return h("td", { ...place, class: "number" }, priorityMark(row.priority));
    case "sourceip":
      return h(
        "th",
        { ...place, scope: "row", role: "rowheader", class: longOr("address", text) },
        opener(row, text, focused),
      );
    case "destinationip":
      return h(
        "td",
        { ...place, class: longOr("address", text) },
        text,
        row.threat && threatBadge(row.threat),
      );
    case "first_seen":
    case "last_seen":
      return h("td", { ...place, class: "time" }, ...halves(text));
    case "beaconing_score":
      return h("td", { ...place, class: "score-cell" }, scoreMark(row.beaconing_score));
    default:
      return h("td", { ...place, class: "number" }, text);
  }
}

/** Only IPv6 may break. */
const longOr = (name: string, text: string): string => (text.includes(":") ? `${name} long` : name);

function opener(row: Pair, text: string, focused: boolean): HTMLElement {
  const target = endpoint(row.destinationip, row.destinationport);
  return h(
    "button",
    {
      type: "button",
      class: "opener",
      tabindex: focused ? 0 : -1,
      "aria-label": `${text}, why is it here: calls to ${target}`,
    },
    text,
  );
}

export function threatBadge({ list, line }: ThreatMatch): HTMLElement {
  return h("span", { class: "badge", title: `${list}, line ${line}` }, "threat list");
}

/** A time breaks only between its day and its hour. */
function halves(text: string): (HTMLElement | string)[] {
  const [day, time] = text.split(" ");
  return [h("span", {}, day), " ", h("span", {}, time)];
}

/** The number, and a bar that only repeats it. */
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

/** Number, bars and word: the colour only repeats what they say. */
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
