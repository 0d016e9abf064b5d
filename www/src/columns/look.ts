// A look at a file before it is read: its first rows, what the engine proposes, and how it would read them.
// In the worker; the page shows it.

import type { ColumnReport, Detector, DetectorOptions, Rule, SourceOptions, SourceReport } from "beaconlens";
import {
  HEADER_WITHIN,
  type HeadRow,
  isText,
  jsonRows,
  keyOfJson,
  keyOfPlaces,
  keyOfTable,
  likelyDelimiter,
  looksLikeJson,
  tableRows,
  textOf,
} from "./head";

/** How many rows are shown. */
const SHOWN = 6;

/** How many columns are shown; nobody looks through more. */
const WIDEST = 200;

/** Which row the names stand in: as the engine finds it, a line, or none. */
export type HeaderChoice = "found" | "none" | number;

export interface LookAsk {
  head: Uint8Array<ArrayBuffer>;
  header: HeaderChoice;
  /** How it is to be read; the mapping is for the rows, what is proposed does not know it. */
  options: SourceOptions;
}

/** A row as the engine reads it, or why it does not. */
export interface RowReading {
  line: number;
  flow: {
    time: string;
    source: string;
    destination: string;
    port: number;
    sent: number;
    received: number;
  } | null;
  reason: string | null;
}

export interface Look {
  /** `other`: no table and no JSON, or no text at all; it has no columns to choose from. */
  kind: "table" | "json" | "other";
  delimiter: string | null;
  /** Rows that may be the header: line and cells. */
  heads: { line: number; cells: string[] }[];
  /** The row that is taken for the header. */
  headerLine: number | null;
  /** Names of the columns or fields; empty texts without a header. */
  names: string[];
  /** The first rows under it. */
  rows: { line: number; cells: string[] }[];
  /** What the engine makes of the columns by itself. */
  proposed: ColumnReport[];
  /** Whether by itself it would read the file, and as what. */
  byItself: SourceReport;
  /** How the file would be read with the options, and its first rows. */
  source: SourceReport;
  readings: RowReading[];
  /** By what files of the same make are known again; null where there is nothing to know them by. */
  key: string | null;
}

type Engine = { Detector: new (options?: DetectorOptions) => Detector };

export function look(engine: Engine, { head, header, options }: LookAsk): Look {
  const text = isText(head) ? textOf(head) : "";
  const { mapping: _, ...plain } = options;
  const byItself = sourceOf(engine, head, plain);
  const source = options.mapping ? sourceOf(engine, head, options) : byItself;
  const cut = cutOf(text, header, byItself, options);
  // A header that is chosen is shown to the engine as if the file began there.
  const chosen = typeof header === "number" ? cut.all.find((row) => row.line === header) : undefined;
  const proposal =
    header === "none" ? null : chosen ? sourceOf(engine, encoded(text.slice(chosen.start)), plain) : byItself;
  return {
    kind: cut.kind,
    delimiter: cut.delimiter,
    heads: cut.kind === "table" ? cut.all.slice(0, HEADER_WITHIN).map(brief) : [],
    headerLine: cut.header?.line ?? null,
    names: cut.names.slice(0, WIDEST),
    rows: cut.rows.map(brief),
    proposed: proposal?.columns ?? [],
    byItself,
    source,
    readings: source.error ? [] : cut.rows.map((row) => readingOf(engine, text, cut, row, options)),
    key: cut.key,
  };
}

const brief = ({ line, cells }: HeadRow) => ({ line, cells: cells.slice(0, WIDEST) });

interface Cut {
  kind: Look["kind"];
  delimiter: string | null;
  all: HeadRow[];
  header: HeadRow | null;
  names: string[];
  rows: HeadRow[];
  key: string | null;
}

function cutOf(text: string, choice: HeaderChoice, found: SourceReport, options: SourceOptions): Cut {
  const none: Cut = { kind: "other", delimiter: null, all: [], header: null, names: [], rows: [], key: null };
  if (text === "") return none;
  if (!options.delimiter && looksLikeJson(text)) {
    const { names, rows } = jsonRows(text, SHOWN);
    return { ...none, kind: "json", all: rows, names, rows, key: keyOfJson(jsonRows(text, 1).names) };
  }
  const isKnownOtherwise = found.error === null && found.delimiter === null;
  if (!options.delimiter && isKnownOtherwise) return none;
  const delimiter = options.delimiter ?? found.delimiter ?? likelyDelimiter(text);
  const all = tableRows(text, delimiter, HEADER_WITHIN + 4 * SHOWN);
  const header = headerOf(all, choice, found);
  const rows = all.filter(
    (row) => row.line > (header?.line ?? 0) && !text.slice(row.start).trimStart().startsWith("#"),
  );
  const width = Math.max(header?.cells.length ?? 0, ...rows.slice(0, SHOWN).map((row) => row.cells.length));
  const names = Array.from({ length: width }, (_, index) => nameIn(header, text, index));
  const key = header ? keyOfTable(text, header) : keyOfPlaces(text, delimiter);
  return { kind: "table", delimiter, all, header, names, rows: rows.slice(0, SHOWN), key };
}

/** Zeek and others mark the line of names, and the mark is no name. */
function nameIn(header: HeadRow | null, text: string, index: number): string {
  const isMarked = header !== null && text.startsWith("#fields", header.start);
  return header?.cells[isMarked ? index + 1 : index] ?? "";
}

function headerOf(rows: HeadRow[], choice: HeaderChoice, found: SourceReport): HeadRow | null {
  if (choice === "none") return null;
  const line = choice === "found" ? found.header_line : choice;
  if (line !== null) return rows.find((row) => row.line === line) ?? null;
  if (found.error === null) return null; // known by its places
  // Names hold no addresses and are not mere numbers.
  const couldBe = ({ cells }: HeadRow) =>
    cells.length > 2 && cells.every((cell) => !/^[\d.:+-]+$|^\d{4}-\d\d-\d\d/.test(cell));
  const first = rows.find(({ cells }) => cells.length > 2);
  return first && couldBe(first) ? first : null;
}

const EVERYTHING = {
  window: "all",
  gates: { min_connections: 1, min_hours: 1 },
  excluded_destinations: [],
} as unknown as Rule;

const encoded = (text: string): Uint8Array => new TextEncoder().encode(text);

function sourceOf(engine: Engine, bytes: Uint8Array, options: SourceOptions): SourceReport {
  const detector = fed(engine, bytes, options);
  try {
    return detector.evaluate(EVERYTHING).sources[0] as SourceReport;
  } finally {
    detector.free();
  }
}

function fed({ Detector }: Engine, bytes: Uint8Array, options: SourceOptions): Detector {
  const detector = new Detector(options);
  try {
    detector.startSource("");
    detector.ingest(bytes);
    detector.finish();
  } catch (error) {
    if ((error as { code?: string }).code !== "E_NOT_FLOWS") {
      detector.free();
      throw error;
    }
    // Its report says why.
  }
  return detector;
}

/** One row with all that stands before the first row, as if the file had no other. */
function readingOf(engine: Engine, text: string, cut: Cut, row: HeadRow, options: SourceOptions): RowReading {
  const before = text.slice(0, cut.kind === "json" ? 0 : beginOf(text, cut));
  const lines = before.split("\n").length;
  const detector = fed(engine, encoded(`${before}${text.slice(row.start, row.end)}\n`), options);
  try {
    const report = detector.evaluate(EVERYTHING);
    const refusal = report.sources[0]?.error;
    const [found] = report.findings;
    const history = found && detector.history(found.sourceip, found.destinationip, found.destinationport);
    if (!found || !history) {
      const why = report.diagnostics.find(({ examples }) => examples.some(({ line }) => line >= lines));
      return { line: row.line, flow: null, reason: refusal?.message ?? why?.reason ?? "it tells no flow" };
    }
    const flow = {
      time: new Date((history.startMicros[0] ?? 0) / 1000).toISOString(),
      source: found.sourceip,
      destination: found.destinationip,
      port: found.destinationport,
      sent: found.bytes_sent,
      received: found.bytes_received,
    };
    return { line: row.line, flow, reason: null };
  } finally {
    detector.free();
  }
}

/** Where the first row begins: after the header and the remarks around it. */
const beginOf = (text: string, { rows }: Cut): number => (rows[0] ? Math.min(rows[0].start, text.length) : 0);
