// The beginning of a file as text, and as rows for people to look at. What the rows mean, the engine alone says.

import { type Bytes, isGzip } from "../engine/bytes";

/** As much as the engine looks at to recognise a file. */
export const HEAD = 64 * 1024;

/** The header stands within so many rows, for the engine too. */
export const HEADER_WITHIN = 64;

/** A longer cell is cut: it is only to be recognised. */
const LONGEST_CELL = 120;

export interface HeadRow {
  /** From 1. */
  line: number;
  /** Where it begins and ends in the text. */
  start: number;
  end: number;
  cells: string[];
}

/** The first bytes of the file, unpacked, in whole lines where it has any. */
export async function headOf(source: Bytes): Promise<Uint8Array<ArrayBuffer>> {
  if (!(await isGzip(source))) {
    const part = source.slice(0, HEAD);
    return wholeLines(new Uint8Array(part instanceof Blob ? await part.arrayBuffer() : part));
  }
  const blob = source instanceof Blob ? source : new Blob([source]);
  const reader = blob.stream().pipeThrough(new DecompressionStream("gzip")).getReader();
  const head = new Uint8Array(HEAD);
  let filled = 0;
  while (filled < HEAD) {
    const { done, value } = await reader.read();
    if (done) break;
    const part = value.subarray(0, HEAD - filled);
    head.set(part, filled);
    filled += part.length;
  }
  await reader.cancel().catch(() => {}); // what is damaged further on is told when it is read
  return wholeLines(head.subarray(0, filled));
}

/** A row that is cut off would look like one that is damaged. */
function wholeLines(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const end = bytes.length < HEAD ? -1 : bytes.lastIndexOf(10);
  return end < 0 ? bytes : bytes.subarray(0, end + 1);
}

/** Whether there can be rows in it at all. */
export const isText = (bytes: Uint8Array): boolean =>
  bytes.length > 0 && !bytes.subarray(0, HEAD).includes(0);

export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes.subarray(0, HEAD));

export const looksLikeJson = (text: string): boolean => /^\s*[{[]/.test(text);

/** The rows of delimited text. A quote opens a field only where the field begins. */
export function tableRows(text: string, delimiter: string, most: number): HeadRow[] {
  const rows: HeadRow[] = [];
  let at = 0;
  let line = 1;
  while (at < text.length && rows.length < most) {
    const row: HeadRow = { line, start: at, end: at, cells: [] };
    for (;;) {
      const end = endOfCell(text, at, delimiter);
      row.cells.push(clean(text.slice(at, end)));
      row.end = end;
      at = end + 1;
      if (text[end] !== delimiter) break;
    }
    line += linesIn(text, row.start, row.end) + 1;
    if (text.slice(row.start, row.end).trim() !== "") rows.push(row);
  }
  return rows;
}

function endOfCell(text: string, from: number, delimiter: string): number {
  let at = from;
  if (text[at] === '"') {
    // A doubled quote inside closes and opens again, which comes to the same end.
    do at = text.indexOf('"', at + 1) + 1;
    while (at > 0 && text[at] === '"');
    if (at === 0) at = from; // never closed: it is no quote
  }
  while (at < text.length && text[at] !== delimiter && text[at] !== "\n") at++;
  return at;
}

function linesIn(text: string, from: number, to: number): number {
  let lines = 0;
  for (let at = text.indexOf("\n", from); at >= 0 && at < to; at = text.indexOf("\n", at + 1)) lines++;
  return lines;
}

const clean = (cell: string): string =>
  cell
    .trim()
    .replace(/^"(.*)"$/s, "$1")
    .trim()
    .slice(0, LONGEST_CELL);

/** The delimiter that cuts the first rows into most pieces; of equals the first. */
export function likelyDelimiter(text: string): string {
  const first = text.split("\n", HEADER_WITHIN);
  const pieces = (delimiter: string) => Math.max(...first.map((line) => line.split(delimiter).length));
  return [",", "\t", ";", "|"].reduce((best, next) => (pieces(next) > pieces(best) ? next : best));
}

/** The objects of JSON text as rows: cells under the names of all fields that any of them has. */
export function jsonRows(text: string, most: number): { names: string[]; rows: HeadRow[] } {
  const names: string[] = [];
  const rows: HeadRow[] = [];
  for (const [start, end] of objectsIn(text)) {
    const cells: string[] = [];
    for (const [name, value] of fieldsOf(parsed(text.slice(start, end)))) {
      if (!names.includes(name)) names.push(name);
      cells[names.indexOf(name)] ??= value.slice(0, LONGEST_CELL);
    }
    rows.push({ line: 1 + linesIn(text, 0, start), start, end, cells });
    if (rows.length === most) break;
  }
  for (const row of rows) row.cells = names.map((_, index) => row.cells[index] ?? "");
  return { names, rows };
}

/** Where the records are: one after another, or those of the first array of objects. */
function* objectsIn(text: string): Generator<[number, number]> {
  const inner = /[[]\s*[{]/.exec(text);
  const first = text.search(/[{[]/);
  const whole = endOfObject(text, first);
  const isLines = text[first] === "{" && /^\s*[{]/.test(text.slice(whole ?? text.length));
  let at = isLines || !inner ? first : inner.index + 1;
  for (;;) {
    at = text.indexOf("{", at);
    const end = at < 0 ? null : endOfObject(text, at);
    if (end === null) return;
    yield [at, end];
    at = end;
  }
}

function endOfObject(text: string, from: number): number | null {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const letter = text[at];
    if (letter === '"') {
      for (at++; at < text.length && text[at] !== '"'; at++) if (text[at] === "\\") at++;
    } else if (letter === "{" || letter === "[") depth++;
    else if ((letter === "}" || letter === "]") && --depth === 0) return at + 1;
  }
  return null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * Objects that exports wrap a record in: no part of a name for the engine. A test holds them to its list
 * (src/ingest/names.rs).
 */
const WRAPPERS = [
  ...["_source", "fields", "result", "jsonPayload", "connection"],
  ...["Event", "System", "EventData", "winlog", "event_data"],
];

function* fieldsOf(value: unknown, path = ""): Generator<[string, string]> {
  if (typeof value !== "object" || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    const place = path === "" ? name : `${path}.${name}`;
    if (typeof inner !== "object" || inner === null) yield [place, String(inner)];
    else yield* fieldsOf(inner, WRAPPERS.includes(name) ? path : place);
  }
}

/** A column's name as the engine compares it: without case, blanks and punctuation. */
export const plainName = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, "");

/** By what a file of the same make is known again: its header as it stands, or the names of its first fields. */
export const keyOfTable = (text: string, header: HeadRow): string =>
  text.slice(header.start, header.end).trim();
export const keyOfJson = (names: readonly string[]): string => `{${names.join()}}`;

/** Begins the key of a file without a header; no text begins so. */
const PLACES = "\0";

/** Rows that tell what kinds of columns there are. */
const TELLING = 16;

const ADDRESS = /^(\d{1,3}(\.\d{1,3}){3}|[0-9a-f]*:[0-9a-f:]*:[0-9a-f.:]*)$/i;
const TIME =
  /^(\d{4}[-/]\d\d?[-/]\d\d?|\d\d?[-/.]\d\d?[-/.]\d{4})([ T]|$)|^1\d{9}(\d{3}|\d{6}|\d{9})?(\.\d+)?$/;

export const isAddress = (cell: string): boolean => ADDRESS.test(cell);
export const isTime = (cell: string): boolean => TIME.test(cell);

/** What columns without names are told by. Of those that hold nothing, nothing is known. */
const KINDS: readonly [kind: string, word: string, isIt: (cell: string) => boolean][] = [
  ["?", "nothing yet", () => false],
  ["t", "time", isTime],
  ["a", "address", isAddress],
  ["n", "number", (cell) => /^[-+]?\d+(\.\d+)?$/.test(cell)],
  ["x", "text", () => true],
];

/**
 * By what a file without a header is known again: how many columns it has, and what kinds of values they hold in
 * its first rows. None where rows differ in length, or hold no address: too many files would be like it.
 */
export function keyOfPlaces(text: string, delimiter: string): string | null {
  const rows = tableRows(text, delimiter, HEADER_WITHIN)
    .map(({ cells }) => cells)
    .filter(([first]) => !first?.startsWith("#"))
    .slice(0, TELLING);
  const width = rows[0]?.length ?? 0;
  const kinds = Array.from({ length: width }, (_, column) => {
    const cells = rows.map((row) => row[column] ?? "").filter((cell) => cell !== "" && cell !== "-");
    return cells.length === 0 ? "?" : KINDS.find(([, , isIt]) => cells.every(isIt))?.[0];
  });
  const isTold = kinds.includes("a") && rows.every((row) => row.length === width);
  return isTold ? `${PLACES}${delimiter}${kinds.join("")}` : null;
}

export const isOfPlaces = (key: string): boolean => key.startsWith(PLACES);

/** The kinds of its columns in words. */
export const kindsOf = (key: string): string[] =>
  [...key.slice(PLACES.length + 1)].map((kind) => KINDS.find(([letter]) => letter === kind)?.[1] ?? "text");

/** Whether two keys are of files of the same make. */
export function sameKey(one: string, other: string): boolean {
  const isAlike = (letter: string, at: number) => letter === other[at] || letter === "?" || other[at] === "?";
  if (one === other || !isOfPlaces(one) || !isOfPlaces(other)) return one === other;
  return one[1] === other[1] && one.length === other.length && [...one].every(isAlike);
}

/** Whether the text is that of a file with this key. */
export function hasKey(text: string, key: string): boolean {
  if (isOfPlaces(key)) {
    const own = keyOfPlaces(text, key.charAt(PLACES.length));
    return own !== null && sameKey(own, key);
  }
  if (looksLikeJson(text)) return keyOfJson(jsonRows(text, 1).names) === key;
  const lines = `\n${text}\n`;
  const at = lines.indexOf(`\n${key}`);
  return at >= 0 && /^[\s]*?\r?\n/.test(lines.slice(at + 1 + key.length));
}
