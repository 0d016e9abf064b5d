// The dialog that assigns roles to the columns of a file, with a preview of how its first rows are read.

import type { Preview, PreviewOptions, PreviewRow, Role, SourceOptions } from "beaconlens";
import constants from "beaconlens-constants";
import { announce, button, h, replace, setBusy } from "../ui/dom";
import { count, counted, DELIMITER_NAMES } from "../ui/format";
import { isByPosition, mappingOf } from "./mapping";
import { isRole, ROLE_GROUPS, titleOf, wordsOf } from "./roles";

/** The header line: found by the engine, chosen, or none. */
type HeaderChoice = PreviewOptions["header"];

/** The role of each column, and the columns whose role is only guessed. */
interface Proposal {
  roles: (Role | null)[];
  guessed: Set<number>;
}

export interface ColumnDialogHost {
  name: string;
  /** Options chosen earlier for the file. */
  options: SourceOptions;
  /** Number of other files of the dataset in the same format without a header. */
  alike: number;
  canStore: boolean;
  isRemembered(key: string): boolean;
  preview(options: PreviewOptions): Promise<Preview>;
  onRead(choice: ColumnChoice): void;
  onForget(key: string): void;
  onClose(): void;
}

export interface ColumnChoice {
  /** Only what the engine does not detect; empty if it detects everything. */
  options: SourceOptions;
  /** Signature by which files of the same kind are recognised. */
  key: string | null;
  /** Whether the signature consists of column names; one of column contents is stored only on request. */
  isNamed: boolean;
  remember: boolean;
  alsoAlike: boolean;
}

const TIME_UNITS: readonly [string, string][] = [
  ["", "by magnitude"],
  ["s", "seconds"],
  ["ms", "milliseconds"],
  ["us", "microseconds"],
  ["ns", "nanoseconds"],
];

const MAX_OFFSET = constants.max_utc_offset_minutes;

/** Number of rows to choose the header from. */
const MAX_HEADER_ROWS = 16;

export class ColumnDialog {
  readonly #host: ColumnDialogHost;
  readonly #header = h("select");
  readonly #delimiter: HTMLSelectElement;
  readonly #timeUnit: HTMLSelectElement;
  readonly #offset = h("input", { type: "number", step: 1, min: -MAX_OFFSET, max: MAX_OFFSET });
  readonly #state = h("div", { class: "columns-state", role: "status" });
  readonly #table = h("div", { class: "columns-table" });
  readonly #preview = h("div", { id: "columns-preview" });
  readonly #remember = h("input", { type: "checkbox" });
  readonly #rememberLine = h("div", { class: "columns-remember" });
  readonly #alike = h("input", { type: "checkbox" });
  readonly #submit = h("button", { type: "submit", class: "primary" }, "Read with these columns");
  readonly #element: HTMLDialogElement;
  /** The preview without chosen roles, with the chosen header. */
  #found: Preview | null = null;
  #proposal: Proposal = { roles: [], guessed: new Set() };
  #selects: HTMLSelectElement[] = [];
  /** Numbers the requests, so that a late result never replaces a newer one. */
  #turn = 0;

  constructor(host: ColumnDialogHost) {
    this.#host = host;
    const { delimiter = "", timeUnit = "", utcOffsetMinutes = 0 } = host.options;
    this.#delimiter = choice([["", "detected"], ...Object.entries(DELIMITER_NAMES)], delimiter);
    this.#timeUnit = choice(TIME_UNITS, timeUnit);
    this.#offset.value = String(utcOffsetMinutes);
    this.#alike.checked = true;
    this.#element = this.#dialog();
  }

  open(): void {
    document.body.append(this.#element);
    this.#element.showModal();
    // The earlier choice applies until it is changed.
    this.#proposeRoles(undefined, this.#host.options.mapping);
  }

  close(): void {
    this.#element.close();
  }

  #dialog(): HTMLDialogElement {
    const form = h(
      "form",
      { method: "dialog", on: { submit: (event) => this.#onSubmit(event) } },
      h(
        "h2",
        { id: "columns-title", tabindex: -1, autofocus: true },
        "Columns of ",
        h("span", { class: "mono" }, this.#host.name),
      ),
      this.#state,
      h(
        "div",
        { class: "fields" },
        field("The columns are named in", this.#header, "", "columns-header"),
        field("Delimiter", this.#delimiter),
      ),
      this.#table,
      h(
        "details",
        { class: "rule-more" },
        h("summary", {}, "Times"),
        h(
          "div",
          { class: "fields" },
          field("Numbers since 1970 in", this.#timeUnit),
          field("Offset of times without zone", this.#offset, "minutes: 60 for UTC+1, -300 for UTC−5"),
        ),
      ),
      h("div", { class: "columns-read" }, h("h3", {}, "How the first rows are read"), this.#preview),
      h(
        "div",
        { class: "columns-end" },
        this.#rememberLine,
        h(
          "p",
          { class: "dialog-actions" },
          button("Cancel", () => this.close()),
          this.#submit,
        ),
      ),
    );
    const element = h("dialog", { id: "columns-dialog", "aria-labelledby": "columns-title" }, form);
    element.addEventListener("close", () => {
      this.#turn++;
      element.remove();
      this.#host.onClose();
    });
    this.#header.addEventListener("change", () => this.#proposeRoles(this.#headerChoice));
    this.#delimiter.addEventListener("change", () => this.#proposeRoles());
    this.#timeUnit.addEventListener("change", () => this.#updatePreview());
    this.#offset.addEventListener("input", () => this.#updatePreview());
    return element;
  }

  get #headerChoice(): HeaderChoice {
    const { value } = this.#header;
    return value === "none" ? "none" : value === "" ? undefined : Number(value);
  }

  /** The chosen options other than roles. */
  get #formatOptions(): SourceOptions {
    const options: SourceOptions = {};
    if (this.#delimiter.value)
      options.delimiter = this.#delimiter.value as SourceOptions["delimiter"] & string;
    if (this.#timeUnit.value) options.timeUnit = this.#timeUnit.value as SourceOptions["timeUnit"] & string;
    const offset = Number(this.#offset.value);
    if (offset !== 0) options.utcOffsetMinutes = offset;
    return options;
  }

  get #options(): SourceOptions {
    const mapping = this.#found ? mappingOf(this.#found, this.#proposal.roles) : undefined;
    if (!mapping) return this.#formatOptions;
    // Without column names the engine needs the delimiter.
    const delimiter = isByPosition(mapping)
      ? (this.#found?.delimiter as SourceOptions["delimiter"])
      : undefined;
    return { ...(delimiter ? { delimiter } : {}), ...this.#formatOptions, mapping };
  }

  /** Shows the roles that the engine proposes, or that were chosen before. */
  async #proposeRoles(header?: HeaderChoice, before?: SourceOptions["mapping"]): Promise<void> {
    let found = await this.#request(header, this.#formatOptions);
    // A choice by position belongs to a file without a usable header.
    const isByHeader = found?.signature && this.#host.isRemembered(found.signature);
    if (found && before && isByPosition(before) && !isByHeader)
      found = await this.#request("none", this.#formatOptions);
    const shown =
      found && before
        ? await this.#request(headerOf(found), { ...this.#formatOptions, mapping: before })
        : found;
    if (!found || !shown) return;
    this.#found = found;
    // Files of another kind may look the same: columns without names are stored only on request.
    this.#remember.checked =
      this.#isNamed || (found.signature !== null && this.#host.isRemembered(found.signature));
    this.#proposal = {
      roles: shown.columns.map(({ role }) => role),
      guessed: new Set(shown.columns.flatMap(({ guessed }, column) => (guessed ? [column] : []))),
    };
    this.#showHeads(found);
    this.#showTable(found);
    await this.#updatePreview();
  }

  /** Shows how rows are read with the current roles. */
  async #updatePreview(): Promise<void> {
    const preview = await this.#request(this.#found ? headerOf(this.#found) : "none", this.#options);
    if (!preview) return;
    replace(this.#state, ...stateOf(preview));
    this.#showPreview(preview);
    this.#showRemember();
    this.#submit.disabled = preview.source.error !== null;
  }

  async #request(header: HeaderChoice, options: SourceOptions): Promise<Preview | null> {
    const turn = ++this.#turn;
    setBusy("columns-preview", true);
    try {
      const preview = await this.#host.preview(header === undefined ? options : { ...options, header });
      return turn === this.#turn ? preview : null;
    } catch (error) {
      if (turn === this.#turn) {
        replace(this.#state, h("p", { class: "columns-missing" }, (error as Error).message));
        this.#submit.disabled = true;
      }
      return null;
    } finally {
      // A newer request has set it again.
      if (turn === this.#turn && this.#element.isConnected) setBusy("columns-preview", false);
    }
  }

  #showHeads({ header_candidates, header_line, layout }: Preview): void {
    const offered = header_candidates.filter(
      ({ line }, index) => index < MAX_HEADER_ROWS || line === header_line,
    );
    replace(
      this.#header,
      h("option", { value: "none" }, "no line: the file has no header"),
      ...offered.map(({ line, cells }) =>
        h("option", { value: line }, `line ${count(line)}: ${shortened(cells.join(" · "))}`),
      ),
    );
    this.#header.value = String(header_line ?? "none");
    this.#header.disabled = layout !== "table";
  }

  #showTable({ columns, rows }: Preview): void {
    const names = columns.map(({ name }) => name);
    if (names.length === 0) {
      this.#selects = [];
      replace(this.#table);
      return;
    }
    this.#selects = names.map((name, column) => this.#roleSelect(name, column));
    replace(
      this.#table,
      h(
        "div",
        { class: "scroller", role: "region", "aria-label": "Columns and first rows", tabindex: 0 },
        h(
          "table",
          { class: "plain columns-grid" },
          h("caption", { class: "offscreen" }, "Columns, what they are read as, and the first rows"),
          h(
            "thead",
            {},
            h(
              "tr",
              {},
              h("td", { class: "hint" }, "column"),
              ...names.map((name, column) => columnHead(name, column)),
            ),
            h(
              "tr",
              {},
              h("td", { class: "hint" }, "read as"),
              ...this.#selects.map((select, column) => this.#roleCell(select, column)),
            ),
          ),
          h(
            "tbody",
            {},
            ...rows.map(({ line, cells }) =>
              h(
                "tr",
                {},
                h("td", { class: "hint" }, `line ${count(line)}`),
                ...names.map((_, column) => h("td", { class: "mono" }, cells[column] ?? "")),
              ),
            ),
          ),
        ),
      ),
    );
  }

  #roleCell(select: HTMLSelectElement, column: number) {
    const note = this.#proposal.guessed.has(column)
      ? h("span", { class: "hint", id: `columns-guess-${column}` }, "a guess: check it")
      : null;
    if (note) select.setAttribute("aria-describedby", note.id);
    return h("td", {}, select, note);
  }

  #roleSelect(name: string, column: number): HTMLSelectElement {
    const select = h(
      "select",
      {
        class: "columns-role",
        "data-column": column + 1,
        "aria-label": `Column ${column + 1}${name && `, ${name}`}, is read as`,
      },
      h("option", { value: "" }, "not read"),
      ...ROLE_GROUPS.map(({ title, roles }) =>
        h(
          "optgroup",
          { label: title },
          ...roles.map(({ role, title: words, meaning }) =>
            h("option", { value: role, title: meaning }, words),
          ),
        ),
      ),
    );
    select.value = this.#proposal.roles[column] ?? "";
    select.addEventListener("change", () => this.#onRole(select, column));
    return select;
  }

  /** A role belongs to one column: it is removed from the other. */
  #onRole(select: HTMLSelectElement, column: number): void {
    const role: Role | null = isRole(select.value) ? select.value : null;
    const { roles, guessed } = this.#proposal;
    const other = role === null ? -1 : roles.indexOf(role);
    const otherSelect = this.#selects[other];
    if (otherSelect && other !== column) {
      roles[other] = null;
      otherSelect.value = "";
      announce(`column ${other + 1} is no longer the ${select.selectedOptions[0]?.text}`);
    }
    roles[column] = role;
    for (const place of [column, other]) {
      if (guessed.delete(place)) document.getElementById(`columns-guess-${place}`)?.remove();
    }
    this.#updatePreview();
  }

  #showPreview({ rows, source }: Preview): void {
    replace(
      this.#preview,
      source.error
        ? h("p", { class: "hint" }, "Not yet: roles are missing, see above.")
        : rows.length === 0
          ? h("p", { class: "hint" }, "There is no row to show.")
          : previewTable(rows),
    );
  }

  #showRemember(): void {
    const key = this.#found?.signature ?? null;
    const { alike, canStore } = this.#host;
    const what = this.#found?.layout === "json" ? "these fields" : "this header";
    const forget = () =>
      key !== null && this.#host.isRemembered(key)
        ? button("Forget the stored columns", () => this.#forget(key), { class: "quiet" })
        : null;
    if (!this.#isNamed) {
      replace(
        this.#rememberLine,
        alike > 0
          ? h(
              "label",
              {},
              this.#alike,
              ` Also for ${counted(alike, "other file")} of this dataset, read in the same way`,
            )
          : null,
        key !== null && canStore
          ? h("label", {}, this.#remember, ` Remember for ${unnamed(this.#found)}, in this browser`)
          : h(
              "span",
              { class: "hint" },
              "Without a header, files like this one cannot be recognised: these columns are not remembered.",
            ),
        forget(),
      );
      return;
    }
    replace(
      this.#rememberLine,
      canStore
        ? h("label", {}, this.#remember, ` Remember for files with ${what}, in this browser`)
        : h(
            "span",
            { class: "hint" },
            `Used for files with ${what} until this page is closed: the browser stores nothing for it.`,
          ),
      forget(),
    );
  }

  get #isNamed(): boolean {
    return this.#found?.layout === "json" || (this.#found?.header_line ?? null) !== null;
  }

  #forget(key: string): void {
    this.#host.onForget(key);
    this.#element.querySelector("h2")?.focus();
    this.#delimiter.value = "";
    this.#timeUnit.value = "";
    this.#offset.value = "0";
    this.#proposeRoles();
  }

  #onSubmit(event: Event): void {
    event.preventDefault();
    if (!this.#found || this.#submit.disabled) return;
    const chosen: ColumnChoice = {
      options: this.#options,
      key: this.#found.signature,
      isNamed: this.#isNamed,
      remember: this.#remember.checked && this.#host.canStore,
      alsoAlike: this.#alike.checked,
    };
    this.close();
    this.#host.onRead(chosen);
  }
}

/** The header line of a preview, as an option for the next one. */
const headerOf = ({ header_line }: Preview): number | "none" => header_line ?? "none";

const KINDS = { empty: "nothing yet", time: "time", address: "address", number: "number", text: "text" };

/** Describes the signature of files without a header. */
function unnamed(found: Preview | null): string {
  const kinds = (found?.columns ?? []).map(({ kind }) => KINDS[kind]);
  const first = kinds.slice(0, 12).join(", ");
  return `files without a header whose ${counted(kinds.length, "column")} hold the same (${first}${kinds.length > 12 ? ", …" : ""})`;
}

const columnHead = (name: string, column: number) =>
  h("th", { scope: "col", class: "mono" }, name || h("span", { class: "hint" }, `column ${column + 1}`));

/** The missing roles, or how many of the first rows can be read. */
function stateOf({ layout, missing: roles, rows, source }: Preview): HTMLElement[] {
  if (layout === "other") {
    const words = source.error
      ? [`${source.error.message}.`]
      : [
          `This is ${source.format}, whose fields are fixed.`,
          " To read it as a table, choose the delimiter.",
        ];
    return [h("p", {}, ...words)];
  }
  const missing = roles.map(wordsOf);
  if (missing.length > 0) {
    return [
      h(
        "p",
        { class: "columns-missing" },
        `Still missing: ${listed(missing.map(({ title }) => `the ${title}`))}. Choose in the table which column it is.`,
      ),
      h(
        "ul",
        { class: "hint" },
        ...missing.map(({ title, meaning }) => h("li", {}, h("b", {}, title), `: ${meaning}`)),
      ),
    ];
  }
  if (source.error) return [h("p", { class: "columns-missing" }, `${source.error.message}.`)];
  const read = rows.filter(({ flow }) => flow !== null).length;
  if (rows.length > 0 && read === rows.length) {
    return [
      h("p", { class: "columns-done" }, `Nothing is missing: the first ${counted(read, "row")} can be read.`),
    ];
  }
  return [
    h(
      "p",
      { class: read === 0 ? "columns-missing" : "" },
      `Nothing is missing; ${count(read)} of the first ${counted(rows.length, "row")} can be read. The table below says why the others cannot.`,
    ),
  ];
}

const listed = (words: string[]): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;

function previewTable(rows: readonly PreviewRow[]): HTMLElement {
  const heads = [
    "line",
    `${titleOf("time")} (UTC)`,
    "source",
    "destination",
    "port",
    "bytes sent",
    "bytes received",
  ];
  return h(
    "div",
    { class: "scroller", role: "region", "aria-label": "How the first rows are read", tabindex: 0 },
    h(
      "table",
      { class: "plain columns-readings" },
      h("thead", {}, h("tr", {}, ...heads.map((text) => h("th", { scope: "col" }, text)))),
      h("tbody", {}, ...rows.map(readingRow)),
    ),
  );
}

function readingRow({ line, flow, reason }: PreviewRow): HTMLElement {
  const place = h("th", { scope: "row" }, count(line));
  if (!flow)
    return h(
      "tr",
      { class: "failed" },
      place,
      h("td", { colspan: 6 }, h("b", { class: "result" }, "✕ not read"), ` ${reason}`),
    );
  const { start, source, destination, port, bytes_sent, bytes_received } = flow;
  const texts = [start.replace("T", " ").replace(/Z$/, ""), source, destination];
  return h(
    "tr",
    {},
    place,
    ...texts.map((text) => h("td", { class: "mono" }, text)),
    ...[String(port), count(bytes_sent), count(bytes_received)].map((text) =>
      h("td", { class: "mono" }, text),
    ),
  );
}

const shortened = (text: string): string => (text.length > 60 ? `${text.slice(0, 59)}…` : text);

function choice(choices: readonly (readonly [string, string])[], value: string): HTMLSelectElement {
  const isOffered = choices.some(([key]) => key === value);
  const all = isOffered ? choices : [...choices, [value, `“${value}”`] as const];
  const select = h("select", {}, ...all.map(([key, text]) => h("option", { value: key }, text)));
  select.value = value;
  return select;
}

function field(label: string, control: HTMLElement, note = "", name = ""): HTMLElement {
  return h(
    "label",
    { class: `field ${name}` },
    h("span", {}, label),
    control,
    note ? h("span", { class: "hint" }, note) : null,
  );
}
