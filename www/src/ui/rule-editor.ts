// The rule as a form. Every change re-ranks at once; what the engine refuses is said at the field.

import type { QueryTarget, Rule } from "beaconlens";
import type { EngineFacts } from "../engine/protocol";
import { button, h, replace } from "./dom";
import { counted } from "./format";
import { listFiles, type ParseList } from "./list-files";
import { readPorts, writePorts } from "./ports";
import { RuleHunts } from "./rule-hunts";
import { RuleLists } from "./rule-lists";
import { type Profile, type RuleTools, ruleTools } from "./rule-tools";
import { clearStatus, showStatus } from "./status";

interface Field {
  /** The field's name in the rule document, as in the path of an error. */
  name: string;
  label: string;
  note: string;
  control: HTMLInputElement | HTMLTextAreaElement;
  read(text: string): unknown;
  write(rule: Rule): string;
}

/** Why the engine refuses a rule, and the path of the field that is wrong. */
export type RuleError = { message: string; field: string | null };

export interface RuleActions {
  /** Something was typed: `onChange` follows when the typing rests. */
  onTouch(): void;
  onChange(rule: Rule): void;
  /** These three reject with what the engine refuses. */
  parseList: ParseList;
  parseRule(rule: Rule | string): Promise<Rule>;
  query(target: QueryTarget, rule: Rule): Promise<string>;
}

const DEBOUNCE_MS = 100;
const WINDOWS = ["6h", "24h", "7d", "all"];

/** Text that is not a number goes to the engine as it is: its error explains better. */
const numberOrText = (text: string): unknown =>
  text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text;

const words = (text: string): string[] => text.split(/[\s,;]+/).filter(Boolean);

export class RuleEditor {
  readonly #profiles: Record<Profile, Rule>;
  readonly #actions: RuleActions;
  readonly #tools: RuleTools;
  readonly #fields: Field[];
  readonly #lists = new RuleLists(() => this.#changed());
  readonly #hunts: RuleHunts;
  readonly #difference = h("p", { class: "rule-difference" });
  readonly #stray = h("p", { class: "field-error", role: "alert" });
  #timer: ReturnType<typeof setTimeout> | undefined;
  #rule: Rule;

  constructor(root: Element, { defaultRule, labRule }: EngineFacts, actions: RuleActions) {
    this.#profiles = { default: defaultRule, lab: labRule };
    this.#rule = structuredClone(defaultRule);
    this.#actions = actions;
    this.#fields = fields();
    this.#hunts = new RuleHunts(defaultRule.hunts);
    this.#tools = ruleTools({
      onProfile: (profile) =>
        this.#exchange({ ...this.#profiles[profile], ...this.#lists.read() }, `Profile ${profile} is used.`),
      document: () => this.#asked((rule) => actions.parseRule(rule)),
      query: (target) => this.#asked((rule) => actions.query(target, rule)),
      onLoad: async ({ name, text }) => this.#exchange(await actions.parseRule(text), `Loaded ${name}.`),
    });
    replace(root, this.#form());
    this.set(defaultRule);
  }

  /** The profile that this rule began as: each has its name. */
  get #profile(): Profile {
    return this.#rule.name === this.#profiles.lab.name ? "lab" : "default";
  }

  /** Asks the engine something about what the form says now; what it refuses is said at the field. */
  async #asked<Answer>(ask: (rule: Rule) => Promise<Answer>): Promise<Answer | null> {
    try {
      return await ask(this.#read());
    } catch (error) {
      this.showError(error as RuleError);
      return null;
    }
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
    this.#hunts.set(rule.hunts);
    this.#lists.set(rule);
    this.#tools.showProfile(this.#profile);
    this.showError(null);
    this.#showDifference();
  }

  /** Shows this rule and re-ranks by it. */
  apply(rule: Rule): void {
    this.set(rule);
    this.#actions.onChange(this.#rule);
  }

  /** Another rule in the place of this one, lists and all; there is a way back. */
  #exchange(rule: Rule, told: string): void {
    const before = this.take();
    this.apply(rule);
    showStatus(told, () => {
      clearStatus();
      this.apply(before);
    });
  }

  showError(error: RuleError | null): void {
    const path = error?.field ?? null;
    const message = error ? problemOf(error) : "";
    const isAList = this.#lists.showError(path, message);
    if (isAList) openDrawer(this.#lists.element);
    const isAHunt = this.#hunts.showError(path, message);
    if (isAHunt) openDrawer(this.#hunts.element);
    const isElsewhere = isAList || isAHunt;
    const guilty =
      path && !isElsewhere && this.#fields.find((field) => path.split(/[.[]/).includes(field.name));
    for (const field of this.#fields) {
      const place = errorPlace(field);
      const isGuilty = field === guilty;
      field.control.setAttribute("aria-invalid", String(isGuilty));
      const text = isGuilty ? message : "";
      if (place.textContent !== text) place.textContent = text;
      if (isGuilty) openDrawer(field.control);
    }
    this.#stray.textContent = guilty || isElsewhere ? "" : message;
  }

  #form(): HTMLElement {
    const [first, rest] = [this.#fields.slice(0, 4), this.#fields.slice(4)];
    return h(
      "form",
      {
        class: "rule",
        "aria-label": "Rule",
        on: { submit: (event) => event.preventDefault(), input: (event) => this.#onInput(event) },
      },
      h("div", { class: "fields" }, ...first.map((field) => this.#fieldView(field))),
      h(
        "details",
        { class: "rule-more" },
        h("summary", {}, "Networks, ports and time"),
        h("div", { class: "fields fields-wide" }, ...rest.map((field) => this.#fieldView(field))),
      ),
      h("details", { class: "rule-more" }, h("summary", {}, "Hunts"), this.#hunts.element),
      h(
        "details",
        { class: "rule-more" },
        h("summary", {}, "Reference sets and threat lists"),
        this.#lists.element,
        listFiles(this.#lists, this.#actions.parseList),
      ),
      this.#tools.element,
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

  /** Choosing a file or a query changes no rule yet. */
  #onInput({ target }: Event): void {
    if ((target as Element).closest(".rule-tools, .list-files") === null) this.#changed();
  }

  #changed(): void {
    clearTimeout(this.#timer);
    this.#actions.onTouch();
    this.#timer = setTimeout(() => {
      this.take();
      this.#showDifference();
      this.#actions.onChange(this.#rule);
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
    return { ...rule, gates, ...this.#hunts.read(), ...this.#lists.read() } as unknown as Rule;
  }

  #showDifference(): void {
    const profile = this.#profile;
    const standard = this.#profiles[profile];
    const changed = this.#fields.filter((field) => field.write(standard) !== field.control.value);
    for (const field of this.#fields) {
      field.control.closest(".field")?.classList.toggle("changed", changed.includes(field));
    }
    const others = OTHERS.filter(
      ([, part]) => JSON.stringify(part(standard)) !== JSON.stringify(part(this.#rule)),
    );
    const names = [
      ...changed.map((field) => field.label.toLowerCase()),
      ...this.#hunts.differences(standard.hunts),
      ...others.map(([name]) => name),
    ];
    if (names.length === 0) {
      const meaning = profile === "lab" ? "for one’s own test on one machine" : "the query for T1584.005";
      replace(this.#difference, `This is the ${profile} rule: ${meaning}.`);
      return;
    }
    replace(
      this.#difference,
      `Differs from the ${profile} rule in ${counted(names.length, "field")}: ${names.join(", ")}. `,
      button(`Reset to ${profile}`, () => this.#exchange(standard, `Reset to ${profile}.`), {
        class: "quiet",
      }),
    );
  }
}

/** What else a rule can differ in, without a field of its own. */
const OTHERS: readonly [string, (rule: Rule) => unknown][] = [
  ["reference sets", (rule) => rule.reference_sets],
  ["threat lists", (rule) => rule.threat_lists],
  ["least connections on a C2 port", (rule) => rule.gates.min_connections_c2_port],
  ["priority", (rule) => rule.priority],
];

/** An error must not hide in a closed drawer. */
function openDrawer(around: Element): void {
  const drawer = around.closest("details");
  if (drawer) drawer.open = true;
}

/** The message without the name of the field, which is in sight here. */
function problemOf({ message, field }: RuleError): string {
  const place = `rule, field \`${field}\`: `;
  return message.startsWith(place) ? message.slice(place.length) : message;
}

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
