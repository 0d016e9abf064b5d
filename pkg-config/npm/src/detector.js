import { toBytes } from "./bytes.js";
import { currentGeneration, guard, use } from "./engine.js";
import { BeaconlensError } from "./error.js";
import { ruleText } from "./rule.js";
import { suffixesNow } from "./suffixes.js";

/** Flows in, report out. See index.d.ts for what each method takes. */
export class Detector {
  #raw;
  #generation;
  #shards;

  constructor(options) {
    // Of a text, its characters would be options.
    const given = typeof options === "string" ? options : { ...options, hashSeed: secret() };
    this.#raw = use((engine) => new engine.Detector(given));
    this.#generation = currentGeneration();
    this.#shards = given.shard?.of ?? 1;
  }

  startSource(name, options) {
    this.#call((raw) => raw.startSource(name, options ?? undefined));
  }

  ingest(chunk) {
    const bytes = toBytes(chunk);
    this.#call((raw) => raw.ingest(bytes));
  }

  finish() {
    this.#call((raw) => raw.finish());
  }

  progress() {
    return this.#call((raw) => raw.progress());
  }

  setPublicSuffixes(list) {
    this.#call((raw) => raw.setPublicSuffixes(list));
  }

  wantsPublicSuffixes() {
    return this.#call((raw) => raw.wantsPublicSuffixes());
  }

  evaluate(rule) {
    return this.#evaluate((raw) => raw.evaluate(ruleText(rule)));
  }

  summary(rule) {
    return this.#evaluate((raw) => raw.summary(ruleText(rule)));
  }

  evaluateText(format, rule, all, order) {
    return this.#evaluate((raw) => raw.evaluateText(format, ruleText(rule), all ?? false, order));
  }

  partialResult(rule, onlyQuery) {
    return this.#evaluate((raw) => raw.partialResult(ruleText(rule), onlyQuery ?? false));
  }

  prevalenceQuery(partials) {
    checkShards(partials, this.#shards, "partialResult");
    return this.#call(() => use((engine) => engine.prevalenceQuery(partials)));
  }

  prevalenceQueryOf(source, destination, port) {
    return this.#call(() => use((engine) => engine.prevalenceQueryOf(source, destination, portOf(port))));
  }

  prevalenceCounts(query) {
    return this.#call((raw) => raw.prevalenceCounts(query));
  }

  mergePartials(partials, counts, rule) {
    checkShards(partials, this.#shards, "partialResult");
    if (counts !== null) checkShards(counts, this.#shards, "prevalenceCounts");
    this.#evaluate((raw) => raw.mergePartials(partials, counts ?? [], ruleText(rule)));
  }

  explain(source, destination, port, rule, counts) {
    return this.#explained("explain", [source, destination, portOf(port)], rule, counts);
  }

  explainText(source, destination, port, rule, counts) {
    return this.#explained("explainText", [source, destination, portOf(port)], rule, counts);
  }

  history(source, destination, port) {
    return this.#call((raw) => raw.history(source, destination, portOf(port)));
  }

  free() {
    // Of a failed instance nothing is left to free.
    if (this.#generation === currentGeneration()) this.#raw?.free();
    this.#raw = undefined;
  }

  [Symbol.dispose ?? Symbol.for("Symbol.dispose")]() {
    this.free();
  }

  #explained(method, pair, rule, given) {
    if (given !== undefined) checkShards(given, this.#shards, "prevalenceCounts");
    const counts = given ?? [this.prevalenceCounts(this.prevalenceQueryOf(...pair))];
    return this.#evaluate((raw) => raw[method](...pair, ruleText(rule), counts));
  }

  /** With the public suffix list, if it is wanted and at hand. */
  #evaluate(work) {
    return this.#call((raw) => {
      const list = raw.wantsPublicSuffixes() ? suffixesNow() : undefined;
      if (list !== undefined) raw.setPublicSuffixes(list);
      return work(raw);
    });
  }

  #call(work) {
    if (!this.#raw) throw new BeaconlensError("E_FREED", "the detector was used after free()");
    if (this.#generation !== currentGeneration()) {
      throw new BeaconlensError("E_INTERNAL", "the detector was lost when the engine failed", {
        hint: "make a new Detector and ingest again",
      });
    }
    return guard(() => work(this.#raw));
  }
}

/** A report merged from fewer shards would look complete. */
function checkShards(given, shards, method) {
  if (!Array.isArray(given) || !given.every((bytes) => bytes instanceof Uint8Array)) {
    throw new BeaconlensError("E_OPTIONS", `expected an array of what ${method}() returned`);
  }
  if (given.length !== shards) {
    const message = `found ${given.length} results of ${method}(), expected one per shard: ${shards}`;
    throw new BeaconlensError("E_OPTIONS", message, {
      hint: `include the result of the detector that merges`,
    });
  }
}

/** Orders the engine's table so that no input can be made to slow it down; no result depends on it. */
function secret() {
  const [high, low] = crypto.getRandomValues(new Uint32Array(2));
  return high * 2 ** 21 + (low >>> 11);
}

/** The engine checks the number; only what is none would be converted before. */
const portOf = (port) => (typeof port === "number" ? port : Number.NaN);
