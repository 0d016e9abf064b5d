// Errors of the page as a whole. They stay until dismissed, and repeat what to do about it.

import type { SourceReport } from "beaconlens";
import { type ColumnActions, refusal } from "./dataset";
import { button, byId, h } from "./dom";

export function showError(message: string, hint: string | null = null): void {
  const box = h(
    "div",
    { class: "message message-error", role: "alert" },
    h("p", {}, h("strong", {}, "Not done: "), message),
    hint ? h("p", { class: "hint" }, hint) : null,
    button("Dismiss", () => box.remove(), { class: "quiet" }),
  );
  byId("messages").append(box);
}

/** Nothing could be read: says why for each source, and offers to name the columns of those that may have some. */
export function showRefusals(sources: readonly SourceReport[], columns: ColumnActions): void {
  const boxes = sources.map((source, index) => refusal(source, index, columns));
  const dismiss = () => {
    for (const box of [...boxes, last]) box.remove();
  };
  const last = h("p", { class: "refusals-end" }, button("Dismiss", dismiss, { class: "quiet" }));
  byId("messages").append(...boxes, last);
}

export function clearErrors(): void {
  byId("messages").replaceChildren();
}
