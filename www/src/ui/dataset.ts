// What was read: every source with its columns, times and notes, and why rows were skipped.

import type { Diagnostic, Report, SourceReport } from "beaconlens";
import { button, h, replace } from "./dom";
import { bytes, count, counted, DELIMITER_NAMES, instant } from "./format";

/** Column choice per source; `index`: its position in the report. */
export interface ColumnActions {
  canChoose(index: number): boolean;
  /** Whether a person chose them. */
  wereChosen(index: number): boolean;
  choose(index: number): void;
}

export function showDataset(into: Element, report: Report, columns: ColumnActions): void {
  const { totals, sources } = report;
  replace(
    into,
    ...sources.map((source, index) => (source.error ? refusal(source, index, columns) : null)),
    h(
      "details",
      { class: "dataset" },
      h(
        "summary",
        {},
        h("span", { class: "summary-title" }, "What was read"),
        h("span", { class: "summary-facts" }, readingSummary(report)),
        totals.first_flow
          ? h(
              "span",
              { class: "summary-facts" },
              `${instant(totals.first_flow)} to ${instant(totals.last_flow)} UTC`,
            )
          : null,
      ),
      h(
        "div",
        { class: "sources" },
        ...sources.map((source, index) => (source.error ? null : sourceCard(source, index, columns))),
      ),
      diagnosticsOf(report.diagnostics),
    ),
  );
}

function readingSummary({ totals, sources }: Report): string {
  const files = counted(sources.length, "file");
  const rows = `${counted(totals.rows_read, "row")} = ${count(totals.rows_used)} used + ${count(totals.rows_skipped)} skipped`;
  return `${files}, ${bytes(totals.bytes_read)} · ${rows} · ${counted(totals.pairs, "pair")}`;
}

export function refusal(source: SourceReport, index: number, columns: ColumnActions): HTMLElement {
  return h(
    "div",
    { class: "message message-error", role: "alert", "data-refused": source.name },
    h("p", {}, h("strong", {}, "Refused: "), h("span", { class: "mono" }, source.name)),
    h("p", {}, source.error?.message),
    source.error?.hint ? h("p", { class: "hint" }, source.error.hint) : null,
    columns.canChoose(index)
      ? button("Choose columns…", () => columns.choose(index), {
          "aria-label": `Choose the columns of ${source.name}…`,
        })
      : null,
  );
}

function sourceCard(source: SourceReport, index: number, columns: ColumnActions) {
  const delimiter = source.delimiter === null ? null : DELIMITER_NAMES[source.delimiter];
  return h(
    "section",
    { class: "source" },
    h("h3", { class: "mono" }, source.name),
    h(
      "p",
      {},
      `${bytes(source.bytes_read)} read as ${source.format}`,
      delimiter ? `, ${delimiter} between columns` : null,
      delimiter && source.header_line === null ? ", no header line" : null,
      source.header_line === null ? null : `, header in line ${source.header_line}`,
      `. ${counted(source.rows_read, "row")} = ${count(source.rows_used)} used + ${count(source.rows_skipped)} skipped.`,
    ),
    mappingTable(source),
    source.times.length > 0 ? h("p", {}, `Times: ${source.times.join("; ")}.`) : null,
    source.unused_columns.length > 0
      ? h("p", { class: "hint" }, `Columns not used: ${source.unused_columns.join(", ")}`)
      : null,
    ...source.notes.map((note) => h("p", { class: "hint" }, note)),
    columns.canChoose(index)
      ? h(
          "p",
          {},
          button("Change columns…", () => columns.choose(index), {
            "aria-label": `Change the columns of ${source.name}…`,
          }),
          columns.wereChosen(index) ? h("span", { class: "hint" }, " Columns chosen by you.") : null,
        )
      : null,
  );
}

function mappingTable(source: SourceReport) {
  return h(
    "table",
    { class: "plain mapping" },
    h("caption", { class: "offscreen" }, `Columns of ${source.name}`),
    h("thead", {}, h("tr", {}, ...["read as", "column", "position"].map(headerCell))),
    h(
      "tbody",
      {},
      ...source.columns.map(({ role, column, position }) =>
        h(
          "tr",
          {},
          h("th", { scope: "row" }, role.replaceAll("_", " ")),
          h("td", { class: "mono" }, column),
          h("td", { class: "number" }, position || ""),
        ),
      ),
    ),
  );
}

function diagnosticsOf(diagnostics: Diagnostic[]) {
  if (diagnostics.length === 0) return h("p", {}, "Every row was used.");
  const affected = diagnostics.reduce((sum, diagnostic) => sum + diagnostic.rows, 0);
  return h(
    "section",
    { class: "diagnostics" },
    h("h3", {}, `${counted(affected, "row")} with a problem`),
    ...diagnostics.map((diagnostic) =>
      h(
        "div",
        { class: "diagnostic" },
        h("p", {}, h("strong", {}, counted(diagnostic.rows, "row")), `: ${diagnostic.reason}`),
        h(
          "ul",
          {},
          ...diagnostic.examples.map((example) =>
            h(
              "li",
              {},
              h(
                "span",
                { class: "hint" },
                `${example.source}, line ${count(example.line)}, byte ${count(example.byte)}: `,
              ),
              h("code", {}, example.text),
            ),
          ),
        ),
      ),
    ),
  );
}

const headerCell = (text: string) => h("th", { scope: "col" }, text);
