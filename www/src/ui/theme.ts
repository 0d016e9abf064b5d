// Light, dark, or what the system says. The choice is remembered.

import { byId, h, replace } from "./dom";

const CHOICES = ["system", "light", "dark"] as const;
type Choice = (typeof CHOICES)[number];
const KEY = "beaconlens-theme";

export function startTheme(onChange: () => void): void {
  const toggle = byId("theme");
  let choice = remembered();
  const apply = () => {
    if (choice === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = choice;
    replace(toggle, h("span", {}, "Theme: "), choice);
  };
  apply();
  toggle.addEventListener("click", () => {
    choice = CHOICES[(CHOICES.indexOf(choice) + 1) % CHOICES.length] ?? "system";
    remember(choice);
    apply();
    onChange();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", onChange);
}

// Storage may be forbidden (private windows, some file:// pages): then nothing is remembered.
function remembered(): Choice {
  try {
    return CHOICES.find((choice) => choice === localStorage.getItem(KEY)) ?? "system";
  } catch {
    return "system";
  }
}

function remember(choice: Choice): void {
  try {
    localStorage.setItem(KEY, choice);
  } catch {}
}
