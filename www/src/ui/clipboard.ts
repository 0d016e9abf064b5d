// Copies to the clipboard, also where the Clipboard API is missing (plain http, some file:// pages).

import { announce, button } from "./dom";

export async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    copyBySelection(text);
  }
  announce("copied");
}

function copyBySelection(text: string): void {
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "offscreen";
  const host = document.querySelector("dialog[open]") ?? document.body;
  host.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

/** A button that copies a text and briefly says "Copied"; `null`: there is nothing to copy. */
export function copyButton(label: string, text: () => string | Promise<string | null>, name = label) {
  const element = button(
    label,
    async () => {
      const copied = await text();
      if (copied === null) return;
      await copy(copied);
      element.textContent = "Copied";
      setTimeout(() => {
        element.textContent = label;
      }, 1200);
    },
    { class: "quiet", "aria-label": name },
  );
  return element;
}
