// The colour theme: light, dark, or that of the system. The choice is stored.

import { byId, h, replace } from "./dom";

const CHOICES = ["system", "light", "dark"] as const;
type Choice = (typeof CHOICES)[number];
const KEY = "beaconlens-theme";

export function startTheme(onChange: () => void): void {
  const toggle = byId("theme");
  let choice = storedChoice();
  const apply = () => {
    if (choice === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = choice;
    replace(toggle, h("span", {}, "Theme: "), choice);
  };
  apply();
  toggle.addEventListener("click", () => {
    choice = CHOICES[(CHOICES.indexOf(choice) + 1) % CHOICES.length] ?? "system";
    storeChoice(choice);
    apply();
    onChange();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", onChange);
}

// Storage may be unavailable (private windows, some file:// pages): then the choice is not stored.
function storedChoice(): Choice {
  try {
    return CHOICES.find((choice) => choice === localStorage.getItem(KEY)) ?? "system";
  } catch {
    return "system";
  }
}

function storeChoice(choice: Choice): void {
  try {
    localStorage.setItem(KEY, choice);
  } catch {}
}
