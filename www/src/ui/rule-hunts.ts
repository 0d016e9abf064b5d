// The hunt settings of the rule: each hunt with a switch and its thresholds.

import type { Rule } from "beaconlens";
import { h } from "./dom";
import { inSentence } from "./format";

type Hunts = Rule["hunts"];
type Values = Record<string, unknown>;
type HuntName = "burst" | "scan" | "dga" | "long_connection" | "host_beacon";

interface Threshold {
  name: string;
  label: string;
}

interface Card {
  name: HuntName;
  title: string;
  element: HTMLFieldSetElement;
  on: HTMLInputElement;
  thresholds: (Threshold & { control: HTMLInputElement })[];
}

const FORM: readonly [HuntName, string, readonly Threshold[]][] = [
  [
    "burst",
    "Bursts",
    [
      { name: "connections", label: "More connections than" },
      { name: "minutes", label: "Within minutes" },
    ],
  ],
  [
    "scan",
    "Scans",
    [
      { name: "ports", label: "Minimum ports of one destination" },
      { name: "destinations", label: "Minimum destinations on one port" },
      { name: "minutes", label: "Within minutes" },
      { name: "unanswered_only", label: "Only unanswered connections" },
    ],
  ],
  [
    "dga",
    "Generated names (DGA)",
    [
      { name: "domains", label: "Minimum nonexistent domains" },
      { name: "percent", label: "Minimum percent of lookups" },
      { name: "randomness", label: "Minimum randomness, 0 to 100" },
    ],
  ],
  ["long_connection", "Long connections", [{ name: "minutes", label: "More minutes than" }]],
  ["host_beacon", "Beacons by host name", []],
];

/** Settings that are on or off. */
const SWITCHES = ["unanswered_only"];

export class RuleHunts {
  readonly element: HTMLElement;
  readonly #cards: Card[];
  readonly #excluded = h("textarea", {
    rows: 3,
    autocomplete: "off",
    spellcheck: "false",
    id: "rule-hunts-excluded",
  });

  /** `standard`: initial thresholds of hunts that are switched off. */
  constructor(standard: Hunts) {
    this.#cards = FORM.map(([name, title, thresholds]) => cardOf(name, title, thresholds));
    const excluded = fieldOf("Excluded networks", this.#excluded, "one network per line");
    this.element = h("div", { class: "rule-hunts" }, ...this.#cards.map(({ element }) => element), excluded);
    this.element.addEventListener("input", () => this.#showSwitches());
    this.set(standard);
  }

  set(hunts: Hunts): void {
    for (const { name, on, thresholds } of this.#cards) {
      const values = hunts[name];
      on.checked = Boolean(values);
      if (typeof values !== "object" || values === null) continue; // keeps the last thresholds
      for (const { name: field, control } of thresholds) write(control, (values as Values)[field]);
    }
    this.#excluded.value = hunts.excluded.join("\n");
    this.#showSwitches();
  }

  /** Not checked here: the engine checks the rule. */
  read(): Pick<Rule, "hunts"> {
    const hunts: Values = {
      excluded: this.#excluded.value.split(/[\s,;]+/).filter(Boolean),
    };
    for (const { name, on, thresholds } of this.#cards) {
      const values = thresholds.map(({ name: field, control }) => [field, readControl(control)]);
      const isPlain = thresholds.length === 0;
      hunts[name] = isPlain ? on.checked : on.checked ? Object.fromEntries(values) : null;
    }
    return { hunts: hunts as unknown as Hunts };
  }

  /** Marks the control that a path such as `hunts.burst.minutes` names; says whether there is one. */
  showError(path: string | null, message: string): boolean {
    const [, hunt, field] = /^hunts\.(\w+)(?:\.(\w+))?/.exec(path ?? "") ?? [];
    const card = this.#cards.find(({ name }) => name === hunt);
    const threshold = card?.thresholds.find(({ name }) => name === field);
    const invalid = hunt === "excluded" ? this.#excluded : (threshold?.control ?? card?.on);
    for (const control of this.#controls()) {
      control.setAttribute("aria-invalid", String(control === invalid));
      const place = control.parentElement?.querySelector(".field-error");
      const text = control === invalid ? message : "";
      if (place && place.textContent !== text) place.textContent = text;
    }
    return invalid !== undefined;
  }

  /** Names of the settings that differ from those of `standard`. */
  differences(standard: Hunts): string[] {
    const names = this.#cards.flatMap((card) => differencesOf(card, standard[card.name]));
    const isChanged = this.#excluded.value !== standard.excluded.join("\n");
    mark(this.#excluded, isChanged);
    return isChanged ? [...names, "networks excluded from hunts"] : names;
  }

  #controls(): (HTMLInputElement | HTMLTextAreaElement)[] {
    const ofCards = this.#cards.flatMap(({ on, thresholds }) => [
      on,
      ...thresholds.map(({ control }) => control),
    ]);
    return [...ofCards, this.#excluded];
  }

  #showSwitches(): void {
    for (const { on, thresholds } of this.#cards) {
      for (const { control } of thresholds) control.disabled = !on.checked;
    }
  }
}

function differencesOf({ title, on, thresholds }: Card, standard: Hunts[HuntName]): string[] {
  const name = inSentence(title);
  const values: Values = standard && standard !== true ? standard : {};
  const isSwitched = on.checked !== Boolean(standard);
  mark(on, isSwitched);
  const changed = thresholds.filter(({ name: field, control }) => {
    const isChanged = on.checked && !isSwitched && readControl(control) !== values[field];
    mark(control, isChanged);
    return isChanged;
  });
  const switched = isSwitched ? [`${name} ${on.checked ? "on" : "off"}`] : [];
  return [...switched, ...changed.map(({ label }) => `${name} (${inSentence(label)})`)];
}

function mark(control: HTMLElement, isChanged: boolean): void {
  control.closest(".field")?.classList.toggle("changed", isChanged);
}

function cardOf(name: HuntName, title: string, thresholds: readonly Threshold[]): Card {
  const idOf = (field: string) => `rule-hunts-${name}-${field}`.replaceAll("_", "-");
  const on = h("input", { type: "checkbox", id: idOf("on") });
  const controls = thresholds.map((threshold) => ({
    ...threshold,
    control: controlOf(threshold, idOf(threshold.name)),
  }));
  const element = h(
    "fieldset",
    { class: "rule-hunt", "data-hunt": name },
    h("legend", {}, title),
    fieldOf("Enabled", on),
    ...controls.map(({ label, control }) => fieldOf(label, control)),
  );
  return { name, title, element, on, thresholds: controls };
}

const controlOf = ({ name }: Threshold, id: string): HTMLInputElement =>
  SWITCHES.includes(name)
    ? h("input", { type: "checkbox", id })
    : h("input", { type: "text", inputmode: "numeric", autocomplete: "off", spellcheck: "false", id });

function fieldOf(label: string, control: HTMLInputElement | HTMLTextAreaElement, note = ""): HTMLElement {
  control.setAttribute("aria-describedby", `${control.id}-error`);
  return h(
    "div",
    { class: control.type === "checkbox" ? "field check" : "field" },
    h("label", { for: control.id }, label),
    control,
    note ? h("span", { class: "hint" }, note) : null,
    h("span", { class: "field-error", id: `${control.id}-error`, role: "alert" }),
  );
}

function write(control: HTMLInputElement, value: unknown): void {
  if (control.type === "checkbox") control.checked = value === true;
  else control.value = String(value);
}

/** Text that is not a number goes to the engine unchanged: its error explains better. */
function readControl(control: HTMLInputElement): unknown {
  if (control.type === "checkbox") return control.checked;
  const text = control.value.trim();
  return text !== "" && Number.isFinite(Number(text)) ? Number(text) : control.value;
}
