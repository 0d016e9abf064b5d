// Several detectors of one dataset, each with its share of the pairs, as a ring of message ports.
//
//   leader ──▶ member ──▶ member ──▶ … ──▶ back to the leader
//
// The leader reads the input. Every block goes round once, by transfer: each detector reads it, and hands
// it on. Questions go the same way, so that they come after all that was read before them; each member
// hands a question on before it works on its answer, and hands on the answers of those before it.
//
// The command and the page use this; what differs between them is who starts the threads.

import type { BeaconlensError, Detector, DetectorOptions, SourceOptions } from "beaconlens";

/** What a detector needs of the package, whichever entry point it comes from. */
export interface Engine {
  Detector: typeof Detector;
  BeaconlensError: typeof BeaconlensError;
  /** The public suffix list, for the leader; without it a built-in heuristic serves. */
  publicSuffixes?(): Promise<string | undefined>;
}

/** A detector's place in the ring. */
export interface Link {
  index: number;
  of: number;
  from: MessagePort;
  to: MessagePort;
}

export type Pair = [source: string, destination: string, port: number];

/** Rules are texts here: the engine knows a rule again by its text. */
export type Question =
  | { about: "partialResult"; rule: string | undefined; onlyQuery: boolean }
  | { about: "prevalenceCounts"; query: Uint8Array }
  | { about: "pairs" }
  | { about: "explain" | "explainText"; pair: Pair; rule: string | undefined; counts?: Uint8Array[] }
  | { about: "history"; pair: Pair };

/** An error as it crosses from one thread to another, where classes are lost. */
export interface Failure {
  code: string;
  message: string;
  line: number | undefined;
  byte: number | undefined;
  field: string | undefined;
  hint: string | undefined;
}

export type Message =
  | { kind: "open"; options: DetectorOptions }
  | { kind: "source"; name: string; options: SourceOptions | undefined }
  /** With the pairs that those it has passed have so far. */
  | { kind: "block"; bytes: Uint8Array; pairs: number }
  | { kind: "finish" }
  | { kind: "suffixes"; list: string }
  | { kind: "question"; turn: number; question: Question }
  | { kind: "answer"; turn: number; answer: unknown }
  /** No answer; or, without a turn, a member that cannot go on. */
  | { kind: "failed"; turn: number | undefined; failure: Failure };

/** So many bytes are read by one thread about as fast as by two, which have to be started first. */
export const BYTES_A_THREAD = 64e6;

/** All threads read all rows: what more of them add becomes little. */
const MOST_THREADS = 4;

/** How many threads so much input is worth, on so many cores. */
export function threadsFor(bytes: number, cores: number): number {
  return Math.min(1 + Math.floor(bytes / BYTES_A_THREAD), cores, MOST_THREADS);
}

/** The places of a ring; the leader's is the first. */
export function ringOf(of: number): Link[] {
  const channels = Array.from({ length: of }, () => new MessageChannel());
  return channels.map(({ port1: to }, index) => {
    const { port2: from } = channels[(index + of - 1) % of] as MessageChannel;
    return { index, of, from, to };
  });
}

export function send({ to }: Link, message: Message): void {
  to.postMessage(message, buffersOf(message));
}

/** Bytes move, they are not copied. */
function buffersOf(message: Message): Transferable[] {
  const bytes = message.kind === "block" ? message.bytes : message.kind === "answer" ? message.answer : null;
  return bytes instanceof Uint8Array ? [bytes.buffer as ArrayBuffer] : [];
}

export function failureOf(error: unknown): Failure {
  const { code, message, line, byte, field, hint } = error as Partial<Failure>;
  return { code: code ?? "E_INTERNAL", message: message ?? String(error), line, byte, field, hint };
}

/** What a detector says; of a pair that it has not seen, nothing. */
export function answerOf(detector: Detector, question: Question): unknown {
  switch (question.about) {
    case "partialResult":
      return detector.partialResult(question.rule, question.onlyQuery);
    case "prevalenceCounts":
      return detector.prevalenceCounts(question.query);
    case "pairs":
      return detector.progress().pairs;
    case "history":
      return detector.history(...question.pair);
    default: {
      const { about, pair, rule, counts } = question;
      const seen = detector.history(...pair) !== undefined;
      return seen ? detector[about](...pair, rule, counts) : undefined;
    }
  }
}
