// The script of a worker: one detector, which lives as long as the worker. The first worker reads the files and
// replies to the page; several workers share the pairs, see shards/ring.ts.

import {
  BeaconlensError,
  Detector,
  defaultRule,
  initCapture,
  initSync,
  parseReferenceSet,
  parseRule,
  parseThreatList,
  preview,
  renderQuery,
  version,
} from "beaconlens/slim";
import { Leader } from "../../../pkg-config/npm/shards/leader";
import { joinRing } from "../../../pkg-config/npm/shards/member";
import type { Remembered } from "../columns/remembered";
import { signatureMatcher } from "../columns/signature";
import { chunksOf, sizeOf } from "./bytes";
import { HEAD, isText } from "./first-bytes";
import {
  type Failure,
  isRequest,
  type LazyParts,
  type Methods,
  type ParsedList,
  type ReadProgress,
  type Reply,
  type Request,
  type Series,
  type SourceFacts,
  type SourceInput,
} from "./protocol";

/** At most ten progress messages a second. */
const PROGRESS_MS = 100;

type Call = Extract<Request, { kind: "call" }>;
type PartReply = Extract<Request, { kind: "part" }>;
type Result = { result: unknown; transfer?: Transferable[] };

let leader: Leader | undefined;
/** Receives the part that was requested of the page. */
let onPart: ((reply: PartReply) => void) | undefined;
/** The id of the request that reads files. */
let readId = 0;

function post(reply: Reply, transfer: Transferable[] = []): void {
  postMessage(reply, { transfer });
}

addEventListener("message", async ({ data }: MessageEvent<unknown>) => {
  if (!isRequest(data)) return;
  if (data.kind === "start") {
    start(data);
    return;
  }
  if (data.kind === "part") {
    onPart?.(data);
    return;
  }
  try {
    const { result, transfer } = await respond(data);
    post({ kind: "done", id: data.id, result }, transfer);
  } catch (error) {
    post({ kind: "failed", id: data.id, failure: failureOf(error) });
  }
});

function start({ module, link }: Extract<Request, { kind: "start" }>): void {
  initSync(module);
  const engine = { BeaconlensError, Detector, publicSuffixes };
  if (link && link.index > 0) joinRing(engine, link);
  else leader = new Leader(engine, link);
}

async function respond(call: Call): Promise<Result> {
  switch (call.method) {
    case "facts":
      return { result: { version: version(), defaultRule: defaultRule(), labRule: defaultRule("lab") } };
    case "read": {
      const { inputs, remembered } = call.params;
      readId = call.id;
      initCapture(() => requestPart("capture"));
      dataset().open({});
      return { result: await readAll(dataset(), inputs, remembered, call.id) };
    }
    case "preview":
      return { result: preview(call.params.head, call.params.options) };
    case "evaluate":
      return { result: await dataset().evaluateText("json", call.params.rule) };
    case "reportText": {
      const { format, rule } = call.params;
      return { result: await dataset().evaluateText(format, rule, false, "priority") };
    }
    case "explainText": {
      const { pair, rule } = call.params;
      return { result: await dataset().explainText([pair.source, pair.destination, pair.port], rule) };
    }
    case "details":
      return details(call.params);
    case "parseRule":
      return { result: parseRule(call.params.rule) };
    case "parseList":
      return { result: parseList(call.params) };
    case "query":
      return { result: renderQuery(call.params.target, call.params.rule) };
  }
}

/** Requests a part of the page, which loads it. */
async function requestPart<K extends keyof LazyParts>(name: K): Promise<LazyParts[K]> {
  const { part, problem } = await new Promise<PartReply>((resolve) => {
    onPart = resolve;
    post({ kind: "part", id: readId, name });
  });
  if (!part) throw new Error(problem);
  return part as LazyParts[K];
}

/** Reading does not fail without the list: the built-in heuristic replaces it, and the report says so. */
const publicSuffixes = () => requestPart("suffixes").catch(() => undefined);

function parseList({ kind, name, text }: Methods["parseList"]["params"]): ParsedList {
  if (kind === "threat_lists") return parseThreatList(name, text);
  return { list: parseReferenceSet(name, text), skipped: 0, first: null };
}

function dataset(): Leader {
  if (!leader) throw new Error("the worker was not started");
  return leader;
}

async function readAll(
  into: Leader,
  inputs: SourceInput[],
  remembered: Remembered[],
  id: number,
): Promise<SourceFacts[]> {
  const meter = new Meter(into, inputs, id);
  const facts: SourceFacts[] = [];
  for (const input of inputs) {
    meter.startSource();
    facts.push(await readOne(into, input, remembered, meter));
  }
  await into.settled();
  meter.finish();
  return facts;
}

/** Reports the progress of reading, at limited frequency. */
class Meter {
  readonly #reading: Leader;
  readonly #inputs: SourceInput[];
  readonly #id: number;
  readonly #bytesTotal: number;
  #source = -1;
  #bytesBefore = 0;
  #lastPost = Number.NEGATIVE_INFINITY;

  constructor(reading: Leader, inputs: SourceInput[], id: number) {
    this.#reading = reading;
    this.#inputs = inputs;
    this.#id = id;
    this.#bytesTotal = inputs.reduce((sum, input) => sum + sizeOf(input.bytes), 0);
  }

  startSource(): void {
    const previous = this.#inputs[this.#source];
    if (previous) this.#bytesBefore += sizeOf(previous.bytes);
    this.#source++;
  }

  consumed(bytes: number): void {
    const now = performance.now();
    if (now - this.#lastPost < PROGRESS_MS) return;
    this.#lastPost = now;
    this.#post(this.#bytesBefore + bytes);
  }

  finish(): void {
    this.#post(this.#bytesTotal);
  }

  #post(bytesDone: number): void {
    const engine = this.#reading.progress();
    const progress: ReadProgress = {
      source: this.#inputs[this.#source]?.name ?? "",
      sourceNumber: this.#source + 1,
      sourceCount: this.#inputs.length,
      bytesDone,
      bytesTotal: this.#bytesTotal,
      rowsRead: engine.rows_read,
      rowsUsed: engine.rows_used,
      pairs: engine.pairs,
    };
    post({ kind: "progress", id: this.#id, progress });
  }
}

async function readOne(
  into: Leader,
  input: SourceInput,
  remembered: Remembered[],
  meter: Meter,
): Promise<SourceFacts> {
  let facts: SourceFacts | undefined;
  try {
    for await (const chunk of chunksOf(input.bytes)) {
      facts ??= begin(into, input, chunk.bytes, remembered);
      await into.ingest(chunk.bytes);
      meter.consumed(chunk.consumed);
    }
    facts ??= begin(into, input, new Uint8Array(), []);
    into.finish();
  } catch (error) {
    // A refused source is listed in the report; the others are still read.
    if (failureOf(error).code !== "E_NOT_FLOWS") throw nameTheSource(error, input.name);
  }
  return facts ?? { isText: false, remembered: null };
}

/** Starts a source with the options chosen for it or stored for files of its kind. */
function begin(
  into: Leader,
  { name, options }: SourceInput,
  first: Uint8Array,
  remembered: Remembered[],
): SourceFacts {
  if (!isText(first)) {
    into.startSource(name, options);
    return { isText: false, remembered: null };
  }
  const known = options ? null : rememberedOf(first, remembered);
  try {
    into.startSource(name, options ?? known?.options);
    return { isText: true, remembered: known };
  } catch (error) {
    if (!known || failureOf(error).code !== "E_OPTIONS") throw error;
    // The stored options are of another version: ignore them.
    into.startSource(name);
    return { isText: true, remembered: null };
  }
}

function rememberedOf(first: Uint8Array, remembered: Remembered[]): Remembered | null {
  if (remembered.length === 0) return null;
  const isOf = signatureMatcher(first.subarray(0, HEAD), preview);
  return remembered.find(({ key }) => isOf(key)) ?? null;
}

function nameTheSource(error: unknown, name: string): Error {
  const { code, message, hint } = failureOf(error);
  return Object.assign(new Error(`${name}: ${message}`), { code, hint });
}

async function details({ pair, rule, maxPoints }: Methods["details"]["params"]): Promise<Result> {
  const explanation = await dataset().explain([pair.source, pair.destination, pair.port], rule);
  const { sourceip, destinationip, destinationport } = explanation;
  const history = await dataset().history([sourceip, destinationip, destinationport]);
  if (!history || !explanation.measures) return { result: { explanation, series: null } };
  // The explanation counts the connections in the window, which are the last ones: flows after
  // the window exist only if the rule has an end.
  const { startMicros, gapMicros } = history;
  const total = explanation.measures.connection_count;
  const to = rule.end ? countUpTo(startMicros, microsOf(rule.end)) : startMicros.length;
  const from = Math.max(to - Math.min(total, maxPoints), 0);
  const series: Series = {
    start: startMicros.slice(from, to).map((micros) => micros / 1e6),
    interval: gapMicros.slice(from, to).map((micros) => micros / 1e6),
    total,
  };
  return {
    result: { explanation, series },
    transfer: [series.start.buffer as ArrayBuffer, series.interval.buffer as ArrayBuffer],
  };
}

/** The number of sorted times up to `end`. */
function countUpTo(sorted: Float64Array, end: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) <= end) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** RFC 3339 to microseconds; `Date` alone only has milliseconds. */
function microsOf(instant: string): number {
  const fraction = /\.\d{3}(\d{1,3})/.exec(instant)?.[1] ?? "";
  return Date.parse(instant) * 1000 + Number(fraction.padEnd(3, "0"));
}

function failureOf(error: unknown): Failure {
  const { code, message, field, hint } = error as Partial<Omit<Failure, "code"> & { code: unknown }>;
  return {
    code: typeof code === "string" ? code : hostCode(error),
    message: message ?? String(error),
    field: field ?? null,
    hint: hint ?? null,
  };
}

/** Errors outside the engine: reading or decompressing a file. */
function hostCode(error: unknown): string {
  if (error instanceof DOMException) return "E_READ";
  return error instanceof TypeError ? "E_GZIP" : "E_INTERNAL";
}
