// Errors of the page as a whole. They stay until dismissed, and repeat what to do about it.

import type { SourceReport } from "beaconlens";
import { refusal } from "./dataset";
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

/** Nothing could be read: says why for each source, and offers to read them another way. */
export function showRefusals(sources: readonly SourceReport[], readAgain: HTMLElement): void {
  const boxes = sources.map(refusal);
  const offer = h(
    "div",
    { class: "message" },
    h(
      "details",
      {},
      h("summary", {}, "These are flows, and you know their columns? Name them and read again"),
      readAgain,
    ),
    button(
      "Dismiss",
      () => {
        for (const box of [...boxes, offer]) box.remove();
      },
      { class: "quiet" },
    ),
  );
  byId("messages").append(...boxes, offer);
}

export function clearErrors(): void {
  byId("messages").replaceChildren();
}
