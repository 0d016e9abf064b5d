// The detector that reads the input and reports, alone or with the others of a ring.

import type {
  Detector,
  DetectorOptions,
  ErrorCode,
  Explanation,
  History,
  Progress,
  Report,
  RuleDocument,
  SourceOptions,
} from "beaconlens";
import {
  answerOf,
  type Engine,
  type Failure,
  type Link,
  type Message,
  type Pair,
  type Question,
  send,
} from "./ring";

/** What one ingest gets: small calls lose speed at the border of the module, big ones only cost memory. */
export const BLOCK = 1 << 20;

/** Blocks on their way, for each detector of the ring: what one is ahead, the others can catch up. */
const BLOCKS_EACH = 4;

type TextFormat = Parameters<Detector["evaluateText"]>[0];
type Order = Parameters<Detector["evaluateText"]>[3];
export type RuleInput = RuleDocument | string | undefined;

interface Waiting<T> {
  resolve(value: T): void;
  reject(error: Error): void;
}

export class Leader {
  readonly #engine: Engine;
  readonly #link: Link | undefined;
  #opened: Detector | undefined;

  /** Blocks that wait to be read into, and how many more may be made. */
  readonly #free: Uint8Array[] = [];
  #unmade: number;
  /** The block that is being read into. */
  #lent: Uint8Array | undefined;
  #untilFree: Waiting<void> | undefined;

  readonly #turns = new Map<number, Waiting<unknown[]> & { answers: unknown[] }>();
  #lastTurn = 0;
  #pairsOfOthers = 0;
  /** The rule whose report is the merged one, in full or only what the query answers. */
  #merged: { rule: string | undefined; full: boolean } | undefined;
  /** Why nothing can be asked any more. */
  #end: Error | undefined;

  /** Without a link, alone. */
  constructor(engine: Engine, link?: Link) {
    this.#engine = engine;
    this.#link = link;
    this.#unmade = BLOCKS_EACH * (link?.of ?? 1);
    if (link) link.from.onmessage = ({ data }: MessageEvent<Message>) => this.#receive(data);
  }

  /** Begins a dataset; the one before, if any, is given up. */
  open(options: DetectorOptions): void {
    this.#opened?.free();
    this.#pairsOfOthers = 0;
    this.#merged = undefined;
    const { index = 0, of = 1 } = this.#link ?? {};
    this.#opened = new this.#engine.Detector({ ...options, shard: { index, of } });
    this.#tell({ kind: "open", options });
  }

  startSource(name: string, options?: SourceOptions): void {
    this.#merged = undefined;
    // First here: options that are refused must not reach the others.
    this.#detector.startSource(name, options);
    this.#tell({ kind: "source", name, options });
  }

  /** A block to read into. When enough are on their way, it waits for one to come back. */
  async space(): Promise<Uint8Array> {
    while (!this.#lent) {
      if (this.#end) throw this.#end;
      if (this.#free.length === 0 && this.#unmade > 0) {
        this.#unmade--;
        this.#free.push(new Uint8Array(BLOCK));
      }
      this.#lent = this.#free.pop();
      if (!this.#lent) {
        await new Promise<void>((resolve, reject) => {
          this.#untilFree = { resolve, reject };
        });
      }
    }
    return this.#lent;
  }

  /** Reads the next bytes of the source: the beginning of `space()`, which goes on, or bytes that stay. */
  async ingest(bytes: Uint8Array): Promise<void> {
    this.#merged = undefined;
    if (bytes.buffer === this.#lent?.buffer) return this.#ingestLent(bytes.length);
    if (!this.#link) return this.#detector.ingest(bytes);
    for (let at = 0; at < bytes.length; at += BLOCK) {
      const part = bytes.subarray(at, at + BLOCK);
      (await this.space()).set(part);
      this.#ingestLent(part.length);
    }
  }

  #ingestLent(length: number): void {
    const block = this.#lent as Uint8Array;
    this.#lent = undefined;
    const bytes = block.subarray(0, length);
    try {
      this.#detector.ingest(bytes);
    } finally {
      // Also when it refuses the source: the others must come to the same end.
      if (this.#link) this.#tell({ kind: "block", bytes, pairs: 0 });
      else this.#free.push(block);
    }
  }

  finish(): void {
    this.#merged = undefined;
    this.#tell({ kind: "finish" });
    this.#detector.finish();
  }

  /** When all that was given has been read by all, and they know public suffixes, if names were looked up. */
  async settled(): Promise<void> {
    const pairs = (await this.#ask({ about: "pairs" })) as number[];
    this.#pairsOfOthers = pairs.reduce((sum, of) => sum + of, 0);
    // All have met the same names, whoever keeps them.
    const list = this.#detector.wantsPublicSuffixes() ? await this.#engine.publicSuffixes?.() : undefined;
    if (list === undefined) return;
    this.#detector.setPublicSuffixes(list);
    this.#tell({ kind: "suffixes", list });
  }

  /** Reading progress; other members' pair counts are as last reported. */
  progress(): Progress {
    const own = this.#detector.progress();
    return { ...own, pairs: own.pairs + this.#pairsOfOthers };
  }

  evaluate(rule: RuleInput): Promise<Report> {
    return this.#mergedAnswer(rule, true, (detector, text) => detector.evaluate(text));
  }

  summary(rule: RuleInput): Promise<Report> {
    return this.#mergedAnswer(rule, false, (detector, text) => detector.summary(text));
  }

  /** Of all pairs only alone: no detector of a ring knows them. */
  evaluateText(format: TextFormat, rule: RuleInput, all = false, order?: Order): Promise<string> {
    return this.#mergedAnswer(rule, format !== "query", (detector, text) =>
      detector.evaluateText(format, text, all && !this.#link, order),
    );
  }

  async explain(pair: Pair, rule: RuleInput): Promise<Explanation> {
    return ((await this.#explained("explain", pair, rule)) ??
      this.#detector.explain(...pair, rule)) as Explanation;
  }

  async explainText(pair: Pair, rule: RuleInput): Promise<string> {
    return ((await this.#explained("explainText", pair, rule)) ??
      this.#detector.explainText(...pair, rule)) as string;
  }

  async history(pair: Pair): Promise<History | undefined> {
    return (await this.#fromOwner({ about: "history", pair })) as History | undefined;
  }

  /** A thread of the ring has ended, or the ring is to be given up. */
  close(reason: Error = new Error("the detector was closed")): void {
    this.#end ??= reason;
    this.#untilFree?.reject(this.#end);
    for (const turn of this.#turns.values()) turn.reject(this.#end);
    this.#turns.clear();
    this.#link?.from.close();
    this.#link?.to.close();
  }

  /** All that was found of pairs, whoever keeps them. */
  async #mergedAnswer<T>(
    rule: RuleInput,
    full: boolean,
    answer: (detector: Detector, text?: string) => T,
  ): Promise<T> {
    const text = textOf(rule);
    const merged = this.#merged;
    if (this.#link && !(merged && merged.rule === text && (merged.full || !full))) {
      const partials = await this.#askAll({ about: "partialResult", rule: text, onlyQuery: !full });
      const counts = full ? await this.#countsOf(this.#detector.prevalenceQuery(partials)) : null;
      this.#detector.mergePartials(partials, counts, text);
      this.#merged = { rule: text, full };
    }
    // Right after the merge: nothing may come between them.
    return answer(this.#detector, text);
  }

  /** The prevalence counts of all shards. */
  #countsOf(query: Uint8Array): Promise<Uint8Array[]> {
    return this.#askAll({ about: "prevalenceCounts", query });
  }

  /** The bytes that all detectors answer, this one too. */
  async #askAll(question: Question): Promise<Uint8Array[]> {
    // Asked first: they work while this detector does.
    const others = this.#ask(question) as Promise<Uint8Array[]>;
    const own = (async () => answerOf(this.#detector, question) as Uint8Array)();
    return (await Promise.all([own, others])).flat();
  }

  /** The explanation by whoever keeps the pair, which has to know what the others have of its destination. */
  async #explained(about: "explain" | "explainText", pair: Pair, rule: RuleInput): Promise<unknown> {
    const counts = await this.#countsOf(this.#detector.prevalenceQueryOf(...pair));
    return this.#fromOwner({ about, pair, rule: textOf(rule), counts });
  }

  /** What is said of a pair where it is kept. */
  async #fromOwner(question: Question): Promise<unknown> {
    const own = answerOf(this.#detector, question);
    return own ?? (await this.#ask(question)).find((answer) => answer !== undefined);
  }

  /** The answers of all others. */
  #ask(question: Question): Promise<unknown[]> {
    if (this.#end) return Promise.reject(this.#end);
    if (!this.#link) return Promise.resolve([]);
    const turn = ++this.#lastTurn;
    return new Promise((resolve, reject) => {
      this.#turns.set(turn, { answers: [], resolve, reject });
      this.#tell({ kind: "question", turn, question });
    });
  }

  #tell(message: Message): void {
    if (this.#link) send(this.#link, message);
  }

  #receive(message: Message): void {
    switch (message.kind) {
      case "block":
        this.#pairsOfOthers = message.pairs;
        this.#free.push(new Uint8Array(message.bytes.buffer));
        this.#untilFree?.resolve();
        break;
      case "answer":
        this.#take(message.turn, message.answer);
        break;
      case "failed":
        this.#fail(message.turn, this.#errorOf(message.failure));
        break;
      // What else comes back was seen by all.
    }
  }

  #take(number: number, answer: unknown): void {
    const turn = this.#turns.get(number);
    if (!turn) return; // another of its answers was a failure
    turn.answers.push(answer);
    if (turn.answers.length < (this.#link?.of ?? 1) - 1) return;
    this.#turns.delete(number);
    turn.resolve(turn.answers);
  }

  #fail(number: number | undefined, error: Error): void {
    if (number === undefined) {
      this.close(error);
      return;
    }
    this.#turns.get(number)?.reject(error);
    this.#turns.delete(number);
  }

  #errorOf({ code, message, ...more }: Failure): Error {
    return new this.#engine.BeaconlensError(code as ErrorCode, message, more);
  }

  get #detector(): Detector {
    if (this.#end) throw this.#end;
    if (!this.#opened) throw new Error("no flows have been read");
    return this.#opened;
  }
}

/** The engine knows a rule again by its text. */
const textOf = (rule: RuleInput): string | undefined =>
  typeof rule === "string" ? rule : JSON.stringify(rule);
