// An engine's thread: one detector, which lives as long as the worker does. The first one reads the files and
// answers the page; where there are more, they share the pairs out: see shards/ring.ts.

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
import { makeOf } from "../columns/signature";
import { chunksOf, sizeOf } from "./bytes";
import { HEAD, isText } from "./first-bytes";
import {
  type Calls,
  type Failure,
  isRequest,
  type LaterParts,
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
type Given = Extract<Request, { kind: "part" }>;
type Answer = { answer: unknown; transfer?: Transferable[] };

let leader: Leader | undefined;
/** Where the part goes that was asked of the page. */
let partCame: ((given: Given) => void) | undefined;
/** The run in which files are read. */
let reading = 0;

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
    partCame?.(data);
    return;
  }
  try {
    const { answer, transfer } = await respond(data);
    post({ kind: "done", run: data.run, answer }, transfer);
  } catch (error) {
    post({ kind: "failed", run: data.run, failure: failureOf(error) });
  }
});

function start({ module, link }: Extract<Request, { kind: "start" }>): void {
  initSync(module);
  const engine = { BeaconlensError, Detector, publicSuffixes };
  if (link && link.index > 0) joinRing(engine, link);
  else leader = new Leader(engine, link);
}

async function respond(call: Call): Promise<Answer> {
  switch (call.name) {
    case "facts":
      return { answer: { version: version(), defaultRule: defaultRule(), labRule: defaultRule("lab") } };
    case "read": {
      const { inputs, remembered } = call.ask;
      reading = call.run;
      initCapture(() => askFor("capture"));
      dataset().open({});
      return { answer: await readAll(dataset(), inputs, remembered, call.run) };
    }
    case "preview":
      return { answer: preview(call.ask.head, call.ask.options) };
    case "evaluate":
      return { answer: await dataset().evaluateText("json", call.ask.rule) };
    case "reportText": {
      const { format, rule } = call.ask;
      return { answer: await dataset().evaluateText(format, rule, false, "priority") };
    }
    case "explainText": {
      const { pair, rule } = call.ask;
      return { answer: await dataset().explainText([pair.source, pair.destination, pair.port], rule) };
    }
    case "details":
      return details(call.ask);
    case "parseRule":
      return { answer: parseRule(call.ask.rule) };
    case "parseList":
      return { answer: parseList(call.ask) };
    case "query":
      return { answer: renderQuery(call.ask.target, call.ask.rule) };
  }
}

/** The page has the parts, and loads them when they are needed. */
async function askFor<K extends keyof LaterParts>(name: K): Promise<LaterParts[K]> {
  const { part, problem } = await new Promise<Given>((resolve) => {
    partCame = resolve;
    post({ kind: "part", run: reading, name });
  });
  if (!part) throw new Error(problem);
  return part as LaterParts[K];
}

/** A reading does not fail for want of the list: without it a built-in heuristic serves, and the report says so. */
const publicSuffixes = () => askFor("suffixes").catch(() => undefined);

function parseList({ kind, name, text }: Calls["parseList"]["ask"]): ParsedList {
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
  run: number,
): Promise<SourceFacts[]> {
  const meter = new Meter(into, inputs, run);
  const facts: SourceFacts[] = [];
  for (const input of inputs) {
    meter.startSource();
    facts.push(await readOne(into, input, remembered, meter));
  }
  await into.settled();
  meter.finish();
  return facts;
}

/** Tells how far the reading is, but not too often. */
class Meter {
  readonly #reading: Leader;
  readonly #inputs: SourceInput[];
  readonly #run: number;
  readonly #bytesTotal: number;
  #source = -1;
  #bytesBefore = 0;
  #lastPost = Number.NEGATIVE_INFINITY;

  constructor(reading: Leader, inputs: SourceInput[], run: number) {
    this.#reading = reading;
    this.#inputs = inputs;
    this.#run = run;
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
    post({ kind: "progress", run: this.#run, progress });
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
    // A refused source stays in the report's list of sources; the next one is still read.
    if (failureOf(error).code !== "E_NOT_FLOWS") throw nameTheSource(error, input.name);
  }
  return facts ?? { isText: false, remembered: null };
}

/** Begins a source by what was said of it, or of files with its header. */
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
    // What another version stored: as if nothing were remembered.
    into.startSource(name);
    return { isText: true, remembered: null };
  }
}

function rememberedOf(first: Uint8Array, remembered: Remembered[]): Remembered | null {
  if (remembered.length === 0) return null;
  const isOf = makeOf(first.subarray(0, HEAD), preview);
  return remembered.find(({ key }) => isOf(key)) ?? null;
}

function nameTheSource(error: unknown, name: string): Error {
  const { code, message, hint } = failureOf(error);
  return Object.assign(new Error(`${name}: ${message}`), { code, hint });
}

async function details({ pair, rule, maxPoints }: Calls["details"]["ask"]): Promise<Answer> {
  const explanation = await dataset().explain([pair.source, pair.destination, pair.port], rule);
  const { sourceip, destinationip, destinationport } = explanation;
  const history = await dataset().history([sourceip, destinationip, destinationport]);
  if (!history || !explanation.measures) return { answer: { explanation, series: null } };
  // The explanation counts only the window's connections, and those end at its end:
  // flows after it exist only when the rule names an end.
  const { startMicros, gapMicros } = history;
  const total = explanation.measures.connection_count;
  const to = rule.end ? countUpTo(startMicros, microsOf(rule.end)) : startMicros.length;
  const from = Math.max(to - Math.min(total, maxPoints), 0);
  const series: Series = {
    start: startMicros.slice(from, to).map((micros) => micros / 1e6),
    gap: gapMicros.slice(from, to).map((micros) => micros / 1e6),
    total,
  };
  return {
    answer: { explanation, series },
    transfer: [series.start.buffer as ArrayBuffer, series.gap.buffer as ArrayBuffer],
  };
}

/** How many of the sorted instants are at or before `end`. */
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

/** RFC 3339 to microseconds; `Date` alone would drop what is finer than a millisecond. */
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

/** Errors that are not the engine's: reading a blob, or inflating what is in it. */
function hostCode(error: unknown): string {
  if (error instanceof DOMException) return "E_READ";
  return error instanceof TypeError ? "E_GZIP" : "E_INTERNAL";
}
