// The rule as a form. Every change is evaluated at once; errors of the engine are shown at the field.

import type { Profile, QueryTarget, Rule } from "beaconlens";
import type { EngineFacts } from "../engine/protocol";
import { button, h, replace } from "./dom";
import { counted } from "./format";
import { listFiles, type ParseList } from "./list-files";
import { type Field, ruleFields } from "./rule-fields";
import { RuleHunts } from "./rule-hunts";
import { RuleLists } from "./rule-lists";
import { type RuleTools, ruleTools } from "./rule-tools";
import { clearStatus, showStatus } from "./status";

export interface RuleActions {
  /** Something was typed; `onChange` follows after a pause. */
  onTouch(): void;
  onChange(rule: Rule): void;
  /** These three reject with the error of the engine. */
  parseList: ParseList;
  parseRule(rule: Rule | string): Promise<Rule>;
  query(target: QueryTarget, rule: Rule): Promise<string>;
}

const DEBOUNCE_MS = 100;
const WINDOWS = ["6h", "24h", "7d", "all"];

/** Why the engine refused a rule; `field`: the path of the wrong field. */
export type RuleError = { message: string; field: string | null };

export class RuleEditor {
  readonly #profiles: Record<Profile, Rule>;
  readonly #actions: RuleActions;
  readonly #tools: RuleTools;
  readonly #fields: Field[];
  readonly #lists = new RuleLists(() => this.#changed());
  readonly #hunts: RuleHunts;
  readonly #difference = h("p", { class: "rule-difference" });
  readonly #otherError = h("p", { class: "field-error", role: "alert" });
  #timer: ReturnType<typeof setTimeout> | undefined;
  #rule: Rule;

  constructor(root: Element, { defaultRule, labRule }: EngineFacts, actions: RuleActions) {
    this.#profiles = { default: defaultRule, lab: labRule };
    this.#rule = structuredClone(defaultRule);
    this.#actions = actions;
    this.#fields = ruleFields();
    this.#hunts = new RuleHunts(defaultRule.hunts);
    this.#tools = ruleTools({
      onProfile: (profile) =>
        this.#exchange({ ...this.#profiles[profile], ...this.#lists.read() }, `Profile ${profile} loaded.`),
      document: () => this.#request((rule) => actions.parseRule(rule)),
      query: (target) => this.#request((rule) => actions.query(target, rule)),
      onLoad: async ({ name, text }) => this.#exchange(await actions.parseRule(text), `Loaded ${name}.`),
    });
    replace(root, this.#form());
    this.set(defaultRule);
  }

  /** The profile that the rule is based on, known by its name. */
  get #profile(): Profile {
    return this.#rule.name === this.#profiles.lab.name ? "lab" : "default";
  }

  /** Runs a request of the engine with the current form; shows an error at its field. */
  async #request<Result>(run: (rule: Rule) => Promise<Result>): Promise<Result | null> {
    try {
      return await run(this.#read());
    } catch (error) {
      this.showError(error as RuleError);
      return null;
    }
  }

  get rule(): Rule {
    return this.#rule;
  }

  /** The rule of the current form, without waiting for the pause; the caller evaluates it. */
  take(): Rule {
    clearTimeout(this.#timer);
    this.#rule = this.#read();
    return this.#rule;
  }

  /** Shows a rule without evaluating it. */
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

  /** Shows a rule and evaluates it. */
  apply(rule: Rule): void {
    this.set(rule);
    this.#actions.onChange(this.#rule);
  }

  /** Replaces the whole rule, lists included, and offers to undo that. */
  #exchange(rule: Rule, message: string): void {
    const before = this.take();
    this.apply(rule);
    showStatus(message, () => {
      clearStatus();
      this.apply(before);
    });
  }

  showError(error: RuleError | null): void {
    const path = error?.field ?? null;
    const message = error ? problemOf(error) : "";
    const isInLists = this.#lists.showError(path, message);
    if (isInLists) openSection(this.#lists.element);
    const isInHunts = this.#hunts.showError(path, message);
    if (isInHunts) openSection(this.#hunts.element);
    const isElsewhere = isInLists || isInHunts;
    const invalid =
      path && !isElsewhere && this.#fields.find((field) => path.split(/[.[]/).includes(field.name));
    for (const field of this.#fields) {
      const place = errorPlace(field);
      const isInvalid = field === invalid;
      field.control.setAttribute("aria-invalid", String(isInvalid));
      const text = isInvalid ? message : "";
      if (place.textContent !== text) place.textContent = text;
      if (isInvalid) openSection(field.control);
    }
    this.#otherError.textContent = invalid || isElsewhere ? "" : message;
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
      this.#otherError,
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

  /** Choosing a file or a query does not change the rule. */
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

  /** Not checked here: the engine checks the rule. */
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
    const others = OTHER_PARTS.filter(
      ([, part]) => JSON.stringify(part(standard)) !== JSON.stringify(part(this.#rule)),
    );
    const names = [
      ...changed.map((field) => field.label.toLowerCase()),
      ...this.#hunts.differences(standard.hunts),
      ...others.map(([name]) => name),
    ];
    if (names.length === 0) {
      const meaning = profile === "lab" ? "for tests on a single machine" : "the query for T1584.005";
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

/** Parts of the rule without an input of their own here. */
const OTHER_PARTS: readonly [string, (rule: Rule) => unknown][] = [
  ["reference sets", (rule) => rule.reference_sets],
  ["threat lists", (rule) => rule.threat_lists],
  ["minimum connections on a C2 port", (rule) => rule.gates.min_connections_c2_port],
  ["priority", (rule) => rule.priority],
];

/** An error must not be hidden in a closed section. */
function openSection(around: Element): void {
  const section = around.closest("details");
  if (section) section.open = true;
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
