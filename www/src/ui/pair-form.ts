// The form that explains any pair that was read, listed or not.

import constants from "beaconlens-constants";
import type { PairKey } from "../engine/protocol";
import { type Attributes, h } from "./dom";

export interface PairForm {
  element: HTMLElement;
  showError(message: string): void;
}

export function pairForm(onExplain: (pair: PairKey) => void): PairForm {
  const error = h("p", { class: "field-error", role: "alert" });
  const input = (name: string, label: string, kind: Attributes) =>
    h(
      "label",
      { class: "field" },
      h("span", {}, label),
      h("input", { name, required: true, autocomplete: "off", spellcheck: "false", ...kind }),
    );
  const form = h(
    "form",
    {
      class: "pair-form",
      on: {
        submit: (event) => {
          event.preventDefault();
          error.textContent = "";
          const data = new FormData(form);
          const text = (name: string) => String(data.get(name) ?? "").trim();
          onExplain({
            source: text("source"),
            destination: text("destination"),
            port: Number(text("port")),
          });
        },
      },
    },
    h("p", {}, "Explain any pair in the data, whether or not it is listed."),
    h(
      "div",
      { class: "fields" },
      input("source", "Source address", {}),
      input("destination", "Destination address", {}),
      input("port", "Destination port", { type: "number", min: 0, max: constants.max_port }),
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
