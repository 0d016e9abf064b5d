// Errors of the page as a whole. They stay until dismissed, and repeat what to do about it.

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

export function clearErrors(): void {
  byId("messages").replaceChildren();
}
