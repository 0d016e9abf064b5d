// What the page and its workers say to each other. Types and guards only.

import type {
  Explanation,
  Preview,
  PreviewOptions,
  QueryTarget,
  ReferenceSet,
  Rule,
  SourceOptions,
  ThreatList,
} from "beaconlens";
import type { Link } from "../../../pkg-config/npm/shards/ring";
import type { Remembered } from "../columns/remembered";
import type { Bytes } from "./bytes";

/** Bytes with the name their rows are reported under. */
export interface SourceInput {
  name: string;
  bytes: Bytes;
  /** How it is to be read, where that was said of this very file. */
  options?: SourceOptions;
}

/** What became known of a source beside the report. */
export interface SourceFacts {
  /** Whether it is text: then there may be columns to choose from. */
  isText: boolean;
  /** By what was said of files with its header. */
  remembered: Remembered | null;
}

export interface PairKey {
  source: string;
  destination: string;
  port: number;
}

/** Bytes count what was taken from the files, so that a gzip file has an exact total too. */
export interface ReadProgress {
  source: string;
  sourceNumber: number;
  sourceCount: number;
  bytesDone: number;
  bytesTotal: number;
  rowsRead: number;
  rowsUsed: number;
  pairs: number;
}

/** One entry a connection, in time order; seconds, as the plots take them. */
export interface Series {
  start: Float64Array;
  gap: Float64Array;
  /** Connections of the pair in the window; more than `start.length` when the oldest were left out. */
  total: number;
}

export interface PairDetails {
  explanation: Explanation;
  series: Series | null;
}

export interface EngineFacts {
  version: string;
  defaultRule: Rule;
  labRule: Rule;
}

/** A list of the rule, from a file. */
export interface ParsedList {
  list: ReferenceSet | ThreatList;
  /** Lines that are no entry, and the first of them. */
  skipped: number;
  first: { line: number; text: string } | null;
}

/** Every question the page can ask, with its answer. */
export interface Calls {
  facts: { ask: object; answer: EngineFacts };
  read: { ask: { inputs: SourceInput[]; remembered: Remembered[] }; answer: SourceFacts[] };
  preview: { ask: { head: Uint8Array<ArrayBuffer>; options: PreviewOptions }; answer: Preview };
  /** As JSON text: a large report crosses sooner so than as objects, and in less memory. */
  evaluate: { ask: { rule: Rule }; answer: string };
  reportText: { ask: { rule: Rule; format: "json" | "csv" }; answer: string };
  details: { ask: { rule: Rule; pair: PairKey; maxPoints: number }; answer: PairDetails };
  explainText: { ask: { rule: Rule; pair: PairKey }; answer: string };
  /** A rule document, as text or as the page has it: checked and completed. */
  parseRule: { ask: { rule: Rule | string }; answer: Rule };
  parseList: {
    ask: { kind: "reference_sets" | "threat_lists"; name: string; text: string };
    answer: ParsedList;
  };
  query: { ask: { target: QueryTarget; rule: Rule }; answer: string };
}
export type CallName = keyof Calls;

/** What only some files need, and is loaded then. */
export interface LaterParts {
  /** Reads captures. */
  capture: WebAssembly.Module;
  /** The public suffix list. */
  suffixes: string;
}

export type Request =
  /** The first message: the module, and the place among the workers where there are several. */
  | { kind: "start"; module: WebAssembly.Module; link: Link | undefined }
  /** The part that was needed, or why there is none. */
  | { kind: "part"; part: LaterParts[keyof LaterParts] | undefined; problem: string }
  | { [K in CallName]: { kind: "call"; run: number; name: K; ask: Calls[K]["ask"] } }[CallName];

/** An error as it crosses the worker's border, where classes are lost. */
export interface Failure {
  code: string;
  message: string;
  /** The field of the rule that is wrong. */
  field: string | null;
  hint: string | null;
}

export type Reply =
  | { kind: "progress"; run: number; progress: ReadProgress }
  /** A part is needed. */
  | { kind: "part"; run: number; name: keyof LaterParts }
  | { kind: "done"; run: number; answer: unknown }
  | { kind: "failed"; run: number; failure: Failure };

const hasKind = (value: unknown): value is { kind: unknown } =>
  typeof value === "object" && value !== null && "kind" in value;

export function isRequest(value: unknown): value is Request {
  return hasKind(value) && (value.kind === "start" || value.kind === "part" || value.kind === "call");
}

export function isReply(value: unknown): value is Reply {
  return (
    hasKind(value) &&
    (value.kind === "progress" ||
      value.kind === "part" ||
      value.kind === "done" ||
      value.kind === "failed") &&
    typeof (value as { run?: unknown }).run === "number"
  );
}
