// The rule as a form. Every change re-ranks at once; what the engine refuses is said at the field.

import type { Rule } from "beaconlens";
import { button, h, replace } from "./dom";
import { counted } from "./format";
import { readPorts, writePorts } from "./ports";
import { RuleLists } from "./rule-lists";

interface Field {
  /** The field's name in the rule document, as the engine's errors spell it. */
  name: string;
  label: string;
  note: string;
  control: HTMLInputElement | HTMLTextAreaElement;
  read(text: string): unknown;
  write(rule: Rule): string;
}

const DEBOUNCE_MS = 100;
const WINDOWS = ["6h", "24h", "7d", "all"];

/** Text that is not a number goes to the engine as it is: its error explains better. */
const numberOrText = (text: string): unknown =>
  text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text;

const words = (text: string): string[] => text.split(/[\s,;]+/).filter(Boolean);

export class RuleEditor {
  readonly #standard: Rule;
  readonly #onChange: (rule: Rule) => void;
  readonly #fields: Field[];
  readonly #lists = new RuleLists(() => this.#changed());
  readonly #difference = h("p", { class: "rule-difference" });
  readonly #stray = h("p", { class: "field-error", role: "alert" });
  #timer: ReturnType<typeof setTimeout> | undefined;
  #rule: Rule;

  constructor(root: Element, standard: Rule, onChange: (rule: Rule) => void) {
    this.#standard = standard;
    this.#rule = structuredClone(standard);
    this.#onChange = onChange;
    this.#fields = fields();
    replace(root, this.#form());
    this.set(standard);
  }

  get rule(): Rule {
    return this.#rule;
  }

  /** What the form says now, also what was typed a moment ago; whoever asks evaluates it. */
  take(): Rule {
    clearTimeout(this.#timer);
    this.#rule = this.#read();
    return this.#rule;
  }

  /** Shows this rule; says nothing to anybody. */
  set(rule: Rule): void {
    clearTimeout(this.#timer);
    this.#rule = structuredClone(rule);
    for (const field of this.#fields) field.control.value = field.write(rule);
    this.#lists.set(rule);
    this.showError(null);
    this.#showDifference();
  }

  /** Shows this rule and re-ranks by it. */
  apply(rule: Rule): void {
    this.set(rule);
    this.#onChange(this.#rule);
  }

  showError(error: { message: string } | null): void {
    const path = error && pathOf(error);
    const isAList = this.#lists.showError(path, error ? explain(error) : "");
    if (isAList) openDrawer(this.#lists.element);
    const guilty = path && !isAList && this.#fields.find((field) => path.split(/[.[]/).includes(field.name));
    for (const field of this.#fields) {
      const place = errorPlace(field);
      const isGuilty = field === guilty;
      field.control.setAttribute("aria-invalid", String(isGuilty));
      const text = isGuilty && error ? explain(error) : "";
      if (place.textContent !== text) place.textContent = text;
      if (isGuilty) openDrawer(field.control);
    }
    this.#stray.textContent = error && !guilty && !isAList ? explain(error) : "";
  }

  #form(): HTMLElement {
    const [first, rest] = [this.#fields.slice(0, 4), this.#fields.slice(4)];
    return h(
      "form",
      {
        class: "rule",
        "aria-label": "Rule",
        on: { submit: (event) => event.preventDefault(), input: () => this.#changed() },
      },
      h("div", { class: "fields" }, ...first.map((field) => this.#fieldView(field))),
      h(
        "details",
        { class: "rule-more" },
        h("summary", {}, "Networks, ports and time"),
        h("div", { class: "fields fields-wide" }, ...rest.map((field) => this.#fieldView(field))),
      ),
      h(
        "details",
        { class: "rule-more" },
        h("summary", {}, "Reference sets and threat lists"),
        this.#lists.element,
        button("Add a reference set", () => this.#addSet()),
      ),
      this.#stray,
      this.#difference,
    );
  }

  #fieldView(field: Field): HTMLElement {
    const { id } = field.control;
    return h(
      "div",
      { class: "field" },
      h("label", { for: id }, field.label),
      field.control,
      h(
        "span",
        { class: "hint", id: `${id}-note` },
        field.note,
        field.name === "window" ? this.#presets(field.control) : null,
      ),
      h("span", { class: "field-error", id: `${id}-error`, role: "alert" }),
    );
  }

  #presets(control: HTMLInputElement | HTMLTextAreaElement): HTMLElement {
    const preset = (text: string) =>
      button(
        text,
        () => {
          control.value = text;
          this.#changed();
        },
        { class: "chip", "aria-label": `window ${text}` },
      );
    return h("span", { class: "chips" }, ...WINDOWS.map(preset));
  }

  #addSet(): void {
    const taken = new Set(this.#lists.read().reference_sets.map(({ name }) => name));
    let number = 1;
    while (taken.has(`set ${number}`)) number++;
    this.#lists.add("reference_sets", { name: `set ${number}`, applies_to: "either", entries: [] });
  }

  #changed(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.take();
      this.#showDifference();
      this.#onChange(this.#rule);
    }, DEBOUNCE_MS);
  }

  /** Unchecked on purpose: the engine is the judge of what a rule may say. */
  #read(): Rule {
    const rule = structuredClone(this.#rule) as unknown as Record<string, unknown>;
    const gates = { ...this.#rule.gates } as Record<string, unknown>;
    for (const field of this.#fields) {
      const holder = field.name in gates ? gates : rule;
      holder[field.name] = field.read(field.control.value);
    }
    return { ...rule, gates, ...this.#lists.read() } as unknown as Rule;
  }

  #showDifference(): void {
    const changed = this.#fields.filter((field) => field.write(this.#standard) !== field.control.value);
    for (const field of this.#fields) {
      field.control.closest(".field")?.classList.toggle("changed", changed.includes(field));
    }
    const lists = LISTS.filter(([kind]) => this.#rule[kind].length > 0);
    const names = [...changed.map((field) => field.label.toLowerCase()), ...lists.map(([, name]) => name)];
    if (names.length === 0) {
      replace(this.#difference, "This is the default rule: the query for T1584.005.");
      return;
    }
    replace(
      this.#difference,
      `Differs from the default rule in ${counted(names.length, "field")}: ${names.join(", ")}. `,
      button("Reset to default", () => this.apply(this.#standard), { class: "quiet" }),
    );
  }
}

const LISTS = [
  ["reference_sets", "reference sets"],
  ["threat_lists", "threat lists"],
] as const;

/** The field that an error of the engine is about, as a path in the rule document. */
const pathOf = (error: { message: string }): string | null =>
  /^rule, field `([^`]+)`/.exec(error.message)?.[1] ?? null;

/** An error must not hide in a closed drawer. */
function openDrawer(around: Element): void {
  const drawer = around.closest("details");
  if (drawer) drawer.open = true;
}

/** The engine speaks of a document; here the field itself is in sight, and no line has a number. */
const explain = (error: { message: string }): string =>
  error.message.replace(/^rule, field `[^`]+`: /, "").replace(/ at line \d+ column \d+$/, "");

function errorPlace(field: Field): HTMLElement {
  const place = field.control.parentElement?.querySelector<HTMLElement>(".field-error");
  if (!place) throw new Error(`the field ${field.name} has no place for its error`);
  return place;
}

function fields(): Field[] {
  return [
    field("window", "Window", "", line(), String, (rule) => rule.window),
    field(
      "min_connections",
      "Least connections",
      "calls a pair must make",
      line("numeric"),
      numberOrText,
      (rule) => String(rule.gates.min_connections),
    ),
    field("min_hours", "Least hours", "different hours with a call", line("numeric"), numberOrText, (rule) =>
      String(rule.gates.min_hours),
    ),
    field(
      "high_volume",
      "High volume above",
      "calls that make score 2",
      line("numeric"),
      numberOrText,
      (rule) => String(rule.high_volume),
    ),
    field(
      "excluded_destinations",
      "Excluded destination networks",
      "one network a line; calls into them are not counted",
      area(),
      words,
      (rule) => rule.excluded_destinations.join("\n"),
    ),
    field("c2_ports", "C2 ports", "ports and ranges that make score 3", area(), readPorts, (rule) =>
      writePorts(rule.c2_ports),
    ),
    field(
      "end",
      "End of the window",
      "such as 2026-03-02T18:00:00Z; empty: the latest flow",
      line(),
      (text) => text.trim() || null,
      (rule) => rule.end ?? "",
    ),
    field(
      "utc_offset_minutes",
      "Hours in offset from UTC",
      "minutes: 60 for UTC+1, -300 for UTC−5",
      line("text"),
      numberOrText,
      (rule) => String(rule.utc_offset_minutes),
    ),
  ];
}

function field(
  name: string,
  label: string,
  note: string,
  control: Field["control"],
  read: Field["read"],
  write: Field["write"],
): Field {
  control.id = `rule-${name.replaceAll("_", "-")}`;
  control.setAttribute("name", name);
  control.setAttribute("aria-describedby", `${control.id}-note ${control.id}-error`);
  return { name, label, note, control, read, write };
}

const line = (inputmode = "text") =>
  h("input", { type: "text", inputmode, autocomplete: "off", spellcheck: "false" });
const area = () => h("textarea", { rows: 6, autocomplete: "off", spellcheck: "false" });
