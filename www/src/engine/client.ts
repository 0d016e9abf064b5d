// The page's side of the workers: promises instead of messages.

import type { Preview, PreviewOptions, QueryTarget, Report, Rule } from "beaconlens";
import { type Link, ringOf, threadsFor } from "../../../pkg-config/npm/shards/ring";
import type { Remembered } from "../columns/remembered";
import { type Host, startWorker, workersWanted } from "../host";
import { sizeOf } from "./bytes";
import {
  type CallName,
  type Calls,
  type EngineFacts,
  type Failure,
  isReply,
  type LaterParts,
  type PairDetails,
  type PairKey,
  type ParsedList,
  type ReadProgress,
  type Request,
  type SourceFacts,
  type SourceInput,
} from "./protocol";

export class CancelledError extends Error {
  override name = "CancelledError";
}

export class EngineError extends Error {
  override name = "EngineError";
  readonly code: string;
  readonly field: string | null;
  readonly hint: string | null;
  constructor(failure: Failure) {
    super(failure.message);
    this.code = failure.code;
    this.field = failure.field;
    this.hint = failure.hint;
  }
}

interface Parts {
  module: WebAssembly.Module;
  workerProgram: string;
}

/** Loads and compiles once, and shares both with every worker. */
export class Engine {
  readonly #host: Host;
  #parts: Promise<Parts> | undefined;
  readonly #later: Partial<{ [K in keyof LaterParts]: Promise<LaterParts[K]> }> = {};

  constructor(host: Host) {
    this.#host = host;
  }

  load(): Promise<Parts> {
    this.#parts ??= Promise.all([this.#host.engine(), this.#host.workerProgram()])
      .then(([module, workerProgram]) => ({ module, workerProgram }))
      .catch((error: unknown) => {
        this.#parts = undefined; // so that a second try can succeed
        throw error;
      });
    return this.#parts;
  }

  /** A part that only some files need. */
  part(name: keyof LaterParts): Promise<LaterParts[keyof LaterParts]> {
    const loading = this.#later[name] ?? this.#host[name]();
    Object.assign(this.#later, { [name]: loading });
    return loading.catch((error: unknown) => {
      delete this.#later[name];
      throw error;
    });
  }

  /**
   * Reads the inputs as one dataset, in workers of its own: what was read before stays
   * usable until this succeeds, and to cancel is to terminate these workers only.
   */
  async open(
    inputs: SourceInput[],
    remembered: Remembered[],
    onProgress: (progress: ReadProgress) => void,
    signal: AbortSignal,
  ): Promise<Session> {
    const { module, workerProgram } = await Promise.race([this.load(), untilAborted(signal)]);
    const links = linksFor(inputs);
    const workers = links.map(() => startWorker(workerProgram));
    const session = new Session(workers, onProgress, (name) => this.part(name));
    const cancel = () => session.close();
    signal.addEventListener("abort", cancel);
    try {
      session.start(module, links);
      session.facts = await session.call("facts", {});
      session.sources = await read(session, inputs, remembered);
      return session;
    } catch (error) {
      session.close();
      throw signal.aborted ? new CancelledError("cancelled") : error;
    } finally {
      signal.removeEventListener("abort", cancel);
    }
  }

  /** A worker for a look at files before they are read. */
  async aside(): Promise<Session> {
    const { module, workerProgram } = await this.load();
    const session = new Session(
      [startWorker(workerProgram)],
      () => {},
      (name) => this.part(name),
    );
    session.start(module, [undefined]);
    return session;
  }
}

/** A place for each worker; a lone one needs none. */
function linksFor(inputs: SourceInput[]): (Link | undefined)[] {
  const bytes = inputs.reduce((sum, input) => sum + sizeOf(input.bytes), 0);
  const threads = workersWanted() ?? threadsFor(bytes, navigator.hardwareConcurrency);
  return threads > 1 ? ringOf(threads) : [undefined];
}

/**
 * The worker reads the files itself. WebKit on file:// pages refuses it that; the page may read
 * them there, at the price of holding them whole.
 */
async function read(
  session: Session,
  inputs: SourceInput[],
  remembered: Remembered[],
): Promise<SourceFacts[]> {
  try {
    return await session.call("read", { inputs, remembered });
  } catch (error) {
    if (!(error instanceof EngineError && error.code === "E_READ")) throw error;
    const held = await Promise.all(inputs.map(hold)).catch(() => {
      throw error; // not readable here either: the first message names the file
    });
    return session.call("read", { inputs: held, remembered });
  }
}

async function hold({ bytes, ...input }: SourceInput): Promise<SourceInput> {
  return { ...input, bytes: bytes instanceof Blob ? await bytes.arrayBuffer() : bytes };
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = () => reject(new CancelledError("cancelled"));
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
  });
}

interface Waiting {
  resolve: (answer: never) => void;
  reject: (error: Error) => void;
}

/** One dataset, in workers of which the first is asked. */
export class Session {
  facts!: EngineFacts;
  sources: SourceFacts[] = [];
  readonly #workers: Worker[];
  readonly #onProgress: (progress: ReadProgress) => void;
  readonly #part: Engine["part"];
  readonly #waiting = new Map<number, Waiting>();
  #lastRun = 0;
  /** Why nothing can be asked any more. */
  #end: Error | null = null;

  constructor(workers: Worker[], onProgress: (progress: ReadProgress) => void, part: Engine["part"]) {
    this.#workers = workers;
    this.#onProgress = onProgress;
    this.#part = part;
    for (const worker of workers) {
      worker.onmessage = ({ data }: MessageEvent<unknown>) => this.#receive(data);
      worker.onerror = (event) => {
        event.preventDefault();
        const message = event.message || "the worker stopped";
        const hint = "read the files again; if it happens again, it is a fault of beaconlens";
        this.#stop(new EngineError({ code: "E_INTERNAL", message, field: null, hint }));
      };
    }
  }

  start(module: WebAssembly.Module, links: (Link | undefined)[]): void {
    for (const [index, worker] of this.#workers.entries()) {
      const link = links[index];
      const request: Request = { kind: "start", module, link };
      worker.postMessage(request, link ? [link.from, link.to] : []);
    }
  }

  async evaluate(rule: Rule): Promise<Report> {
    return JSON.parse(await this.call("evaluate", { rule }));
  }

  reportText(format: "json" | "csv", rule: Rule): Promise<string> {
    return this.call("reportText", { rule, format });
  }

  details(pair: PairKey, rule: Rule, maxPoints: number): Promise<PairDetails> {
    return this.call("details", { pair, rule, maxPoints });
  }

  explainText(pair: PairKey, rule: Rule): Promise<string> {
    return this.call("explainText", { pair, rule });
  }

  preview(head: Uint8Array<ArrayBuffer>, options: PreviewOptions): Promise<Preview> {
    return this.call("preview", { head, options });
  }

  parseRule(rule: Rule | string): Promise<Rule> {
    return this.call("parseRule", { rule });
  }

  parseList(ask: Calls["parseList"]["ask"]): Promise<ParsedList> {
    return this.call("parseList", ask);
  }

  query(target: QueryTarget, rule: Rule): Promise<string> {
    return this.call("query", { target, rule });
  }

  close(): void {
    this.#stop(new CancelledError("cancelled"));
  }

  call<K extends CallName>(name: K, ask: Calls[K]["ask"]): Promise<Calls[K]["answer"]> {
    if (this.#end) return Promise.reject(this.#end);
    const run = ++this.#lastRun;
    return new Promise((resolve, reject) => {
      this.#waiting.set(run, { resolve, reject });
      this.#workers[0]?.postMessage({ kind: "call", run, name, ask } as Request);
    });
  }

  #receive(data: unknown): void {
    if (!isReply(data)) return;
    const waiting = this.#waiting.get(data.run);
    if (!waiting) return; // nobody waits for this run any more
    if (data.kind === "progress") {
      this.#onProgress(data.progress);
      return;
    }
    if (data.kind === "part") {
      void this.#give(data.name);
      return;
    }
    this.#waiting.delete(data.run);
    if (data.kind === "done") waiting.resolve(data.answer as never);
    else waiting.reject(new EngineError(data.failure));
  }

  /** Only the first worker reads files. */
  async #give(name: keyof LaterParts): Promise<void> {
    const give = (request: Request) => this.#workers[0]?.postMessage(request);
    try {
      give({ kind: "part", part: await this.#part(name), problem: "" });
    } catch (error) {
      give({ kind: "part", part: undefined, problem: String(error) });
    }
  }

  #stop(reason: Error): void {
    this.#end = reason;
    for (const worker of this.#workers) worker.terminate();
    for (const waiting of this.#waiting.values()) waiting.reject(reason);
    this.#waiting.clear();
  }
}
