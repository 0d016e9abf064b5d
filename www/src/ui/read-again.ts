// The same files, read another way: for columns that were not recognised, or not as meant.

import type { DetectorOptions, Report, Role } from "beaconlens";
import { h } from "./dom";

const ROLES: readonly [Role, string][] = [
  ["time", "time"],
  ["source", "source address"],
  ["destination", "destination address"],
  ["port", "destination port"],
  ["bytes_sent", "bytes sent"],
  ["bytes_received", "bytes received"],
];

const DELIMITERS: readonly [string, string][] = [
  ["", "found by itself"],
  [",", "comma"],
  ["\t", "tab"],
  [";", "semicolon"],
  ["|", "pipe"],
];

const TIME_UNITS: readonly [string, string][] = [
  ["", "by magnitude"],
  ["s", "seconds"],
  ["ms", "milliseconds"],
  ["us", "microseconds"],
  ["ns", "nanoseconds"],
];

export function readAgainForm(
  report: Report,
  options: DetectorOptions,
  onRead: (options: DetectorOptions) => void,
): HTMLElement {
  const names = new Set(
    report.sources.flatMap((source) => [
      ...source.columns.map((column) => column.column),
      ...source.unused_columns,
    ]),
  );
  const form = h(
    "form",
    { class: "read-again", on: { submit: (event) => submit(event, form, onRead) } },
    h("h3", {}, "Read the files another way"),
    h(
      "p",
      { class: "hint", id: "mapping-hint" },
      "Name a column of the file, or give its position as #3. Empty fields are recognised by name.",
    ),
    h(
      "div",
      { class: "fields" },
      ...ROLES.map(([role, label]) => mappingField(role, label, options.mapping?.[role] ?? "")),
      choice("delimiter", "between columns", DELIMITERS, options.delimiter ?? ""),
      choice("timeUnit", "epoch times in", TIME_UNITS, options.timeUnit ?? ""),
      field(
        "offset of times without zone",
        h("input", {
          name: "utcOffsetMinutes",
          type: "number",
          step: 1,
          value: options.utcOffsetMinutes ?? 0,
        }),
        "minutes",
      ),
    ),
    h("datalist", { id: "column-names" }, ...[...names].map((name) => h("option", { value: name }))),
    h("p", {}, h("button", { type: "submit" }, "Read again")),
  );
  return form;
}

function mappingField(role: Role, label: string, value: string) {
  return field(
    label,
    h("input", {
      name: `map-${role}`,
      value,
      list: "column-names",
      autocomplete: "off",
      spellcheck: "false",
      "aria-describedby": "mapping-hint",
    }),
  );
}

function choice(name: string, label: string, choices: readonly [string, string][], value: string) {
  const select = h("select", { name }, ...choices.map(([key, text]) => h("option", { value: key }, text)));
  select.value = value;
  return field(label, select);
}

function field(label: string, control: HTMLElement, unit = "") {
  return h("label", { class: "field" }, h("span", {}, label, unit ? ` (${unit})` : null), control);
}

function submit(event: Event, form: HTMLFormElement, onRead: (o: DetectorOptions) => void): void {
  event.preventDefault();
  const data = new FormData(form);
  const text = (name: string) => String(data.get(name) ?? "").trim();
  const options: DetectorOptions = {};
  const mapped = ROLES.map(([role]) => [role, text(`map-${role}`)] as const).filter(([, to]) => to);
  if (mapped.length > 0) options.mapping = Object.fromEntries(mapped);
  // The delimiter is taken untrimmed: one of the choices is a tab.
  const delimiter = String(data.get("delimiter") ?? "");
  if (delimiter) options.delimiter = delimiter as NonNullable<DetectorOptions["delimiter"]>;
  if (text("timeUnit")) {
    options.timeUnit = text("timeUnit") as NonNullable<DetectorOptions["timeUnit"]>;
  }
  if (Number(text("utcOffsetMinutes")) !== 0) {
    options.utcOffsetMinutes = Number(text("utcOffsetMinutes"));
  }
  onRead(options);
}
