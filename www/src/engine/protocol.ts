// Messages between the page and its workers: types and type guards.

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

/** Bytes to read, with the name of the source in reports. */
export interface SourceInput {
  name: string;
  bytes: Bytes;
  /** Options chosen for this file. */
  options?: SourceOptions;
}

/** Facts about a source that are not in the report. */
export interface SourceFacts {
  /** Whether it is text, so that columns may be chosen. */
  isText: boolean;
  /** The stored choice of columns that was used. */
  remembered: Remembered | null;
}

export interface PairKey {
  source: string;
  destination: string;
  port: number;
}

/** Bytes are those of the files, compressed or not, so that the total is exact. */
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

/** One entry per connection in time order, in seconds as the plots need them. */
export interface Series {
  start: Float64Array;
  /** Since the previous connection. */
  interval: Float64Array;
  /** Connections of the pair in the window; more than `start.length` if the oldest are omitted. */
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

/** A list of the rule, parsed from a file. */
export interface ParsedList {
  list: ReferenceSet | ThreatList;
  /** Number of lines that are not entries, and the first of them. */
  skipped: number;
  first: { line: number; text: string } | null;
}

/** What the page can request of a worker: parameters and result by method. */
export interface Methods {
  facts: { params: object; result: EngineFacts };
  read: { params: { inputs: SourceInput[]; remembered: Remembered[] }; result: SourceFacts[] };
  preview: { params: { head: Uint8Array<ArrayBuffer>; options: PreviewOptions }; result: Preview };
  /** The report as JSON text, which is faster to transfer than objects and needs less memory. */
  evaluate: { params: { rule: Rule }; result: string };
  reportText: { params: { rule: Rule; format: "json" | "csv" }; result: string };
  details: { params: { rule: Rule; pair: PairKey; maxPoints: number }; result: PairDetails };
  explainText: { params: { rule: Rule; pair: PairKey }; result: string };
  /** Checks and completes a rule document, given as text or as an object. */
  parseRule: { params: { rule: Rule | string }; result: Rule };
  parseList: {
    params: { kind: "reference_sets" | "threat_lists"; name: string; text: string };
    result: ParsedList;
  };
  query: { params: { target: QueryTarget; rule: Rule }; result: string };
}
export type MethodName = keyof Methods;

/** Parts of the engine that are loaded when a file needs them. */
export interface LazyParts {
  /** Reads captures. */
  capture: WebAssembly.Module;
  /** The public suffix list. */
  suffixes: string;
}

export type Request =
  /** The first message; `link` connects the worker with the others, if there are several. */
  | { kind: "start"; module: WebAssembly.Module; link: Link | undefined }
  /** The requested part, or why it could not be loaded. */
  | { kind: "part"; part: LazyParts[keyof LazyParts] | undefined; problem: string }
  | { [M in MethodName]: { kind: "call"; id: number; method: M; params: Methods[M]["params"] } }[MethodName];

/** An error as a plain object: messages do not keep classes. */
export interface Failure {
  code: string;
  message: string;
  /** Path of the wrong field of the rule. */
  field: string | null;
  hint: string | null;
}

export type Reply =
  | { kind: "progress"; id: number; progress: ReadProgress }
  /** Requests a part. */
  | { kind: "part"; id: number; name: keyof LazyParts }
  | { kind: "done"; id: number; result: unknown }
  | { kind: "failed"; id: number; failure: Failure };

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
    typeof (value as { id?: unknown }).id === "number"
  );
}
