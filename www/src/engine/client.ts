// Runs the engine in workers: promises around the messages of protocol.ts.

import type { Preview, PreviewOptions, QueryTarget, Report, Rule } from "beaconlens";
import { type Link, ringOf, threadsFor } from "../../../pkg-config/npm/shards/ring";
import type { Remembered } from "../columns/remembered";
import { type Host, startWorker, workersWanted } from "../host";
import { sizeOf } from "./bytes";
import {
  type EngineFacts,
  type Failure,
  isReply,
  type LazyParts,
  type MethodName,
  type Methods,
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

/** Loads module and worker script once, for all workers. */
export class Engine {
  readonly #host: Host;
  #parts: Promise<Parts> | undefined;
  readonly #lazyParts: Partial<{ [K in keyof LazyParts]: Promise<LazyParts[K]> }> = {};

  constructor(host: Host) {
    this.#host = host;
  }

  load(): Promise<Parts> {
    this.#parts ??= Promise.all([this.#host.engine(), this.#host.workerProgram()])
      .then(([module, workerProgram]) => ({ module, workerProgram }))
      .catch((error: unknown) => {
        this.#parts = undefined; // so that a later attempt can succeed
        throw error;
      });
    return this.#parts;
  }

  /** Loads a part that only some files need. */
  part(name: keyof LazyParts): Promise<LazyParts[keyof LazyParts]> {
    const loading = this.#lazyParts[name] ?? this.#host[name]();
    Object.assign(this.#lazyParts, { [name]: loading });
    return loading.catch((error: unknown) => {
      delete this.#lazyParts[name];
      throw error;
    });
  }

  /**
   * Reads the inputs as one dataset, in new workers: earlier results stay usable until this
   * succeeds, and cancelling only terminates these workers.
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

  /** A worker to preview files with. */
  async previewWorker(): Promise<Session> {
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

/** The links between the workers; a single worker has none. */
function linksFor(inputs: SourceInput[]): (Link | undefined)[] {
  const bytes = inputs.reduce((sum, input) => sum + sizeOf(input.bytes), 0);
  const threads = workersWanted() ?? threadsFor(bytes, navigator.hardwareConcurrency);
  return threads > 1 ? ringOf(threads) : [undefined];
}

/**
 * The worker reads the files. WebKit does not allow this on file:// pages: there the page loads the
 * whole files and passes them on.
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
    const loaded = await Promise.all(inputs.map(load)).catch(() => {
      throw error; // not readable here either: the first error names the file
    });
    return session.call("read", { inputs: loaded, remembered });
  }
}

async function load({ bytes, ...input }: SourceInput): Promise<SourceInput> {
  return { ...input, bytes: bytes instanceof Blob ? await bytes.arrayBuffer() : bytes };
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = () => reject(new CancelledError("cancelled"));
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
  });
}

interface Pending {
  resolve: (result: never) => void;
  reject: (error: Error) => void;
}

/** A dataset and its workers; requests go to the first of them. */
export class Session {
  facts!: EngineFacts;
  sources: SourceFacts[] = [];
  readonly #workers: Worker[];
  readonly #onProgress: (progress: ReadProgress) => void;
  readonly #part: Engine["part"];
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  /** Why the session is closed. */
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

  parseList(ask: Methods["parseList"]["params"]): Promise<ParsedList> {
    return this.call("parseList", ask);
  }

  query(target: QueryTarget, rule: Rule): Promise<string> {
    return this.call("query", { target, rule });
  }

  close(): void {
    this.#stop(new CancelledError("cancelled"));
  }

  call<M extends MethodName>(method: M, params: Methods[M]["params"]): Promise<Methods[M]["result"]> {
    if (this.#end) return Promise.reject(this.#end);
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#workers[0]?.postMessage({ kind: "call", id, method, params } as Request);
    });
  }

  #receive(data: unknown): void {
    if (!isReply(data)) return;
    const pending = this.#pending.get(data.id);
    if (!pending) return;
    if (data.kind === "progress") {
      this.#onProgress(data.progress);
      return;
    }
    if (data.kind === "part") {
      void this.#sendPart(data.name);
      return;
    }
    this.#pending.delete(data.id);
    if (data.kind === "done") pending.resolve(data.result as never);
    else pending.reject(new EngineError(data.failure));
  }

  /** Only the first worker reads files. */
  async #sendPart(name: keyof LazyParts): Promise<void> {
    const send = (request: Request) => this.#workers[0]?.postMessage(request);
    try {
      send({ kind: "part", part: await this.#part(name), problem: "" });
    } catch (error) {
      send({ kind: "part", part: undefined, problem: String(error) });
    }
  }

  #stop(reason: Error): void {
    this.#end = reason;
    for (const worker of this.#workers) worker.terminate();
    for (const pending of this.#pending.values()) pending.reject(reason);
    this.#pending.clear();
  }
}
