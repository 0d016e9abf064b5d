// A button that opens the browser's file chooser and passes on the text of each file.

import { button, h } from "./dom";

export interface TextFile {
  name: string;
  text: string;
}

/** `name`: that of the hidden input. */
export function filePicker(
  label: string,
  name: string,
  onFiles: (files: TextFile[]) => Promise<void>,
): HTMLElement {
  const input = h("input", { type: "file", name, class: "offscreen", tabindex: -1, "aria-hidden": "true" });
  input.multiple = true;
  const element = h(
    "span",
    { class: "file-picker" },
    button(label, () => input.click()),
    input,
  );
  input.addEventListener("change", async () => {
    const files = [...(input.files ?? [])];
    element.setAttribute("aria-busy", "true");
    try {
      const texts = await Promise.all(
        files.map(async (file) => ({ name: file.name, text: await file.text() })),
      );
      input.value = ""; // so that the same file can be picked again
      if (texts.length > 0) await onFiles(texts);
    } finally {
      element.removeAttribute("aria-busy");
    }
  });
  return element;
}
