// The line that says what was just done, with the way back.

import { button, byId, replace } from "./dom";

export function showStatus(text: string, onUndo: () => void): void {
  const line = byId("status");
  const undo = button("Undo", onUndo);
  replace(line, `${text} `, undo, button("Dismiss", clearStatus, { class: "quiet" }));
  // Where what was pressed is gone from the page, the way back takes the keyboard over.
  if (document.activeElement === document.body) undo.focus({ preventScroll: true });
}

export function clearStatus(): void {
  byId("status").replaceChildren();
}
