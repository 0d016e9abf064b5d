// Errors that concern the whole page. They stay until dismissed, with a hint what to do.

import type { SourceReport } from "beaconlens";
import { type ColumnActions, refusal } from "./dataset";
import { button, byId, h } from "./dom";

export function showError(message: string, hint: string | null = null): void {
  const box = h(
    "div",
    { class: "message message-error", role: "alert" },
    h("p", {}, h("strong", {}, "Error: "), message),
    hint ? h("p", { class: "hint" }, hint) : null,
    button("Dismiss", () => box.remove(), { class: "quiet" }),
  );
  byId("messages").append(box);
}

/** No source could be read: shows why for each, and offers to choose the columns of tables. */
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
