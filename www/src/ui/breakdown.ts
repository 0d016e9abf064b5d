// A number as the sum of its parts: each with its sign, its reason, and where on the way it stands.

import { h } from "./dom";

export interface Part {
  name: string;
  /** The part as it is written, with its sign. */
  amount: string;
  /** The same from 0 to 1 of the whole scale. */
  share: number;
  reason: string;
}

export interface Sum {
  caption: string;
  /** What the parts are called. */
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
    h("thead", {}, h("tr", {}, column(head), column("adds", "number"))),
    h("tbody", {}, ...rows),
    h(
      "tfoot",
      {},
      h("tr", {}, h("th", { scope: "row" }, "together"), h("td", { class: "number" }, h("b", {}, total))),
    ),
  );
}

function partRow(part: Part, from: number, to: number): HTMLElement {
  const fill = h("i", { class: part.share < 0 ? "less" : "" });
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

/** "+8", "−15": with a minus sign, which is read as one. */
export const signed = (points: number): string => `${points < 0 ? "−" : "+"}${Math.abs(points)}`;
