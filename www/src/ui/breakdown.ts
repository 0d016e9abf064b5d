// A score as a table of its parts: each with sign, reason, and a bar from the sum before it to the sum with it.

import { h } from "./dom";

export interface Part {
  name: string;
  /** The part in points, with its sign. */
  amount: string;
  /** The part as a fraction of the whole scale. */
  share: number;
  reason: string;
}

export interface Sum {
  caption: string;
  /** Heading of the column of parts. */
  head: string;
  parts: readonly Part[];
  total: string;
}

export function breakdown({ caption, head, parts, total }: Sum): HTMLElement {
  let from = 0;
  const rows = parts.map((part) => {
    const to = from + part.share;
    const row = partRow(part, from, to);
    from = to;
    return row;
  });
  const column = (text: string, name = "") => h("th", { scope: "col", class: name }, text);
  return h(
    "table",
    { class: "plain breakdown" },
    h("caption", { class: "offscreen" }, caption),
    h("thead", {}, h("tr", {}, column(head), column("points", "number"))),
    h("tbody", {}, ...rows),
    h(
      "tfoot",
      {},
      h("tr", {}, h("th", { scope: "row" }, "Total"), h("td", { class: "number" }, h("b", {}, total))),
    ),
  );
}

function partRow(part: Part, from: number, to: number): HTMLElement {
  const fill = h("i", { class: part.share < 0 ? "negative" : "" });
  const within = (share: number) => String(Math.min(Math.max(share, 0), 1));
  fill.style.setProperty("--from", within(Math.min(from, to)));
  fill.style.setProperty("--to", within(Math.max(from, to)));
  return h(
    "tr",
    { "data-part": part.name },
    h("th", { scope: "row" }, part.name, h("span", { class: "hint reason" }, part.reason)),
    h("td", { class: "number" }, part.amount, h("span", { class: "track", "aria-hidden": "true" }, fill)),
  );
}

/** "+8", "−15": with a minus sign, which screen readers announce, and not a hyphen. */
export const signed = (points: number): string => `${points < 0 ? "−" : "+"}${Math.abs(points)}`;
