// "Why not this one?": any pair that was read can be asked about, finding or not.

import type { PairKey } from "../engine/protocol";
import { h } from "./dom";

export interface PairQuestion {
  element: HTMLElement;
  showError(message: string): void;
}

export function pairQuestion(onAsk: (pair: PairKey) => void): PairQuestion {
  const error = h("p", { class: "field-error", role: "alert" });
  const input = (name: string, label: string, inputmode: string) =>
    h(
      "label",
      { class: "field" },
      h("span", {}, label),
      h("input", { name, inputmode, required: true, autocomplete: "off", spellcheck: "false" }),
    );
  const form = h(
    "form",
    {
      class: "question",
      on: {
        submit: (event) => {
          event.preventDefault();
          error.textContent = "";
          const data = new FormData(form);
          const text = (name: string) => String(data.get(name) ?? "").trim();
          onAsk({
            source: text("source"),
            destination: text("destination"),
            port: Number(text("port")),
          });
        },
      },
    },
    h("p", {}, "Ask about any pair in the data, also one that is on no list: every gate answers."),
    h(
      "div",
      { class: "fields" },
      input("source", "Source address", "text"),
      input("destination", "Destination address", "text"),
      input("port", "Destination port", "numeric"),
    ),
    h("p", {}, h("button", { type: "submit" }, "Explain this pair")),
    error,
  );
  return {
    element: form,
    showError(message) {
      error.textContent = message;
    },
  };
}
