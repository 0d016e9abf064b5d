// The status line: what was just done, with a button to undo it.

import { button, byId, replace } from "./dom";

export function showStatus(text: string, onUndo: () => void): void {
  const line = byId("status");
  const undo = button("Undo", onUndo);
  replace(line, `${text} `, undo, button("Dismiss", clearStatus, { class: "quiet" }));
  // If the pressed button is no longer on the page, the focus moves to "Undo".
  if (document.activeElement === document.body) undo.focus({ preventScroll: true });
}

export function clearStatus(): void {
  byId("status").replaceChildren();
}
