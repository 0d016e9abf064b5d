// The fields of the rule that are single inputs, with how each reads from and writes to the rule.

import type { Rule } from "beaconlens";
import { h } from "./dom";
import { readPorts, writePorts } from "./ports";

export interface Field {
  /** The field's name in the rule document, as in the path of an error. */
  name: string;
  label: string;
  note: string;
  control: HTMLInputElement | HTMLTextAreaElement;
  read(text: string): unknown;
  write(rule: Rule): string;
}

/** Text that is not a number goes to the engine unchanged: its error explains better. */
const numberOrText = (text: string): unknown =>
  text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text;

const words = (text: string): string[] => text.split(/[\s,;]+/).filter(Boolean);

export function ruleFields(): Field[] {
  return [
    field("window", "Window", "", line(), String, (rule) => rule.window),
    field(
      "min_connections",
      "Minimum connections",
      "connections per pair",
      line("numeric"),
      numberOrText,
      (rule) => String(rule.gates.min_connections),
    ),
    field(
      "min_hours",
      "Minimum hours",
      "different hours with a connection",
      line("numeric"),
      numberOrText,
      (rule) => String(rule.gates.min_hours),
    ),
    field(
      "high_volume",
      "High volume above",
      "connections that give score 2",
      line("numeric"),
      numberOrText,
      (rule) => String(rule.high_volume),
    ),
    field(
      "excluded_destinations",
      "Excluded destination networks",
      "one network per line; connections to them are ignored",
      area(),
      words,
      (rule) => rule.excluded_destinations.join("\n"),
    ),
    field("c2_ports", "C2 ports", "ports and ranges that give score 3", area(), readPorts, (rule) =>
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
      "Offset from UTC",
      "in minutes: 60 for UTC+1, -300 for UTC−5",
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
