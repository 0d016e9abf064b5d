// The reference sets and threat lists of the rule, editable as lines of text.

import type { ReferenceSet, Rule, ThreatList } from "beaconlens";
import { button, h, replace } from "./dom";
import { counted } from "./format";
import { readPorts, writePorts } from "./ports";

export type Kind = "reference_sets" | "threat_lists";
type Lists = Pick<Rule, Kind>;

const KIND_NAMES: Record<Kind, string> = { reference_sets: "Reference set", threat_lists: "Threat list" };

/** Longer lists are shown as a count: nobody edits them by hand, and a text field would be slow. */
const MAX_LINES = 5000;

interface Card {
  kind: Kind;
  element: HTMLElement;
  /** Keyed by field name in the rule document. */
  controls: Record<string, HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement>;
  error: HTMLElement;
  read(): ReferenceSet | ThreatList;
}

export class RuleLists {
  readonly element = h("div", { class: "rule-lists" });
  readonly #onChange: () => void;
  #cards: Card[] = [];

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  set({ reference_sets, threat_lists }: Lists): void {
    this.#cards = [
      ...reference_sets.map((set) => this.#card("reference_sets", set)),
      ...threat_lists.map((list) => this.#card("threat_lists", list)),
    ];
    this.#show();
  }

  read(): Lists {
    return {
      reference_sets: this.#cardsOf("reference_sets").map((card) => card.read() as ReferenceSet),
      threat_lists: this.#cardsOf("threat_lists").map((card) => card.read()),
    };
  }

  /** Adds a list, or replaces the one of the same kind and name. */
  put(kind: Kind, list: ReferenceSet | ThreatList): void {
    const card = this.#card(kind, list);
    const at = this.#cards.findIndex((other) => other.kind === kind && other.read().name === list.name);
    this.#cards.splice(at < 0 ? this.#cards.length : at, at < 0 ? 0 : 1, card);
    this.#show();
    this.#onChange();
  }

  addEmpty(): void {
    const taken = new Set(this.read().reference_sets.map(({ name }) => name));
    let number = 1;
    while (taken.has(`set ${number}`)) number++;
    this.put("reference_sets", { name: `set ${number}`, applies_to: "either", entries: [] });
  }

  /** Marks the control that a path such as `reference_sets[0].entries[2]` names; says whether there is one. */
  showError(path: string | null, message: string): boolean {
    for (const card of this.#cards) {
      card.error.textContent = "";
      for (const control of Object.values(card.controls)) control.removeAttribute("aria-invalid");
    }
    const [, kind, index, field = "", line] =
      /^(reference_sets|threat_lists)\[(\d+)\](?:\.(\w+)(?:\[(\d+)\])?)?/.exec(path ?? "") ?? [];
    const card = this.#cardsOf(kind as Kind)[Number(index)];
    if (!card) return false;
    card.controls[field]?.setAttribute("aria-invalid", "true");
    const place = field === "entries" && line ? `line ${Number(line) + 1}: ` : "";
    card.error.textContent = place + message;
    return true;
  }

  #cardsOf(kind: Kind): Card[] {
    return this.#cards.filter((card) => card.kind === kind);
  }

  #show(): void {
    const none = this.#cards.length === 0 ? h("p", { class: "hint" }, "The rule has no lists.") : null;
    replace(this.element, none, ...this.#cards.map(({ element }) => element));
  }

  #remove(card: Card): void {
    this.#cards = this.#cards.filter((other) => other !== card);
    this.#show();
    // The pressed button is gone; the focus moves to the heading of its section.
    this.element.closest("details")?.querySelector("summary")?.focus();
    this.#onChange();
  }

  #card(kind: Kind, list: ReferenceSet | ThreatList): Card {
    const lines = linesOf(list.entries);
    const name = h("input", { type: "text", autocomplete: "off", spellcheck: "false" });
    name.value = list.name;
    const set = kind === "reference_sets" ? setControls(list as ReferenceSet) : null;
    const error = h("span", { class: "field-error", role: "alert" });
    const remove = button("Remove", () => this.#remove(card), {
      class: "quiet",
      "aria-label": `Remove ${list.name}`,
    });
    const card: Card = {
      kind,
      error,
      controls: { name, ...set?.controls, ...(lines.control ? { entries: lines.control } : {}) },
      element: h(
        "fieldset",
        { class: "rule-list", "data-list": list.name },
        h("legend", {}, KIND_NAMES[kind], " ", remove),
        labelled("Name", name),
        ...(set?.elements ?? []),
        lines.element,
        error,
      ),
      read: () => ({ name: name.value, ...set?.read(), entries: lines.read() }),
    };
    return card;
  }
}

function setControls(set: ReferenceSet) {
  const side = h(
    "select",
    {},
    ...["destination", "source", "either"].map((end) => h("option", { value: end }, end)),
  );
  side.value = set.applies_to;
  const ports = h("input", { type: "text", autocomplete: "off", spellcheck: "false" });
  ports.value = writePorts(set.ports ?? []);
  return {
    controls: { applies_to: side, ports },
    elements: [labelled("Applies to", side), labelled("Ports (empty: all)", ports)],
    // Not checked here: the engine checks the ports.
    read: () => ({
      applies_to: side.value as ReferenceSet["applies_to"],
      ...(ports.value.trim() === "" ? {} : { ports: readPorts(ports.value) as number[] }),
    }),
  };
}

function linesOf(entries: string[]) {
  if (entries.length > MAX_LINES) {
    const text = `${counted(entries.length, "line")}: too many to edit here.`;
    return { control: null, element: h("p", { class: "hint" }, text), read: () => entries };
  }
  const control = h("textarea", { rows: 6, autocomplete: "off", spellcheck: "false" });
  control.value = entries.join("\n");
  const read = () => (control.value.trim() === "" ? [] : control.value.trimEnd().split("\n"));
  return { control, element: labelled("Entries, one per line", control), read };
}

const labelled = (text: string, control: HTMLElement): HTMLElement =>
  h("label", { class: "field" }, h("span", {}, text), control);
