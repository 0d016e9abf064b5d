import { bytesOf } from "./bytes.js";
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
    const given = { ...checkOptions(options), hashSeed: secret() };
    this.#raw = use((engine) => new engine.Detector(given));
    this.#generation = currentGeneration();
    this.#shards = given.shard?.of ?? 1;
  }

  startSource(name, options) {
    const own = checkOptions(options, SOURCE_OPTIONS);
    this.#call((raw) => raw.startSource(name, options == null ? undefined : own));
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
    return this.#judge((raw) => raw.evaluate(ruleText(rule)));
  }

  summary(rule) {
    return this.#judge((raw) => raw.summary(ruleText(rule)));
  }

  evaluateText(format, rule, all, order) {
    return this.#judge((raw) => raw.evaluateText(format, ruleText(rule), all ?? false, order));
  }

  part(rule, onlyQuery) {
    return this.#judge((raw) => raw.part(ruleText(rule), onlyQuery ?? false));
  }

  question(parts) {
    checkParts(parts, this.#shards, "part");
    return this.#call(() => use((engine) => engine.question(parts)));
  }

  questionAbout(source, destination, port) {
    return this.#call(() => use((engine) => engine.questionAbout(source, destination, portOf(port))));
  }

  answer(question) {
    return this.#call((raw) => raw.answer(question));
  }

  join(parts, answers, rule) {
    checkParts(parts, this.#shards, "part");
    if (answers !== null) checkParts(answers, this.#shards, "answer");
    this.#judge((raw) => raw.join(parts, answers ?? [], ruleText(rule)));
  }

  explain(source, destination, port, rule, answers) {
    return this.#explained("explain", [source, destination, port], rule, answers);
  }

  explainText(source, destination, port, rule, answers) {
    return this.#explained("explainText", [source, destination, port], rule, answers);
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
    if (given !== undefined) checkParts(given, this.#shards, "answer");
    const answers = given ?? [this.answer(this.questionAbout(...pair))];
    return this.#judge((raw) => raw[method](...pair, ruleText(rule), answers));
  }

  /** With the public suffix list, if it is wanted and at hand. */
  #judge(work) {
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

const SOURCE_OPTIONS = ["mapping", "delimiter", "timeUnit", "utcOffsetMinutes"];
const OPTIONS = [...SOURCE_OPTIONS, "duplicates", "maxMemoryBytes", "shard"];

function checkOptions(options = {}, allowed = OPTIONS) {
  if (typeof options !== "object") {
    throw new BeaconlensError("E_OPTIONS", `found ${typeof options} as options, expected an object`);
  }
  const unknown = Object.keys(options ?? {}).find((name) => !allowed.includes(name));
  if (unknown === undefined) return options;
  throw new BeaconlensError("E_OPTIONS", `found option "${unknown}", expected one of ${allowed.join(", ")}`);
}

/** A report of fewer parts would look whole. */
function checkParts(parts, shards, name) {
  if (!Array.isArray(parts) || !parts.every((part) => part instanceof Uint8Array)) {
    throw new BeaconlensError("E_OPTIONS", `${name}s: expected an array of what ${name}() answered`);
  }
  if (parts.length !== shards) {
    const message = `found ${parts.length} ${name}s, expected one of each of the ${shards} shards`;
    throw new BeaconlensError("E_OPTIONS", message, {
      hint: `the detector that joins gives its own ${name} too`,
    });
  }
}

/** Orders the engine's table so that no input can be made to slow it down; no result depends on it. */
function secret() {
  const [high, low] = crypto.getRandomValues(new Uint32Array(2));
  return high * 2 ** 21 + (low >>> 11);
}

/** The module would cut a number that is too large. */
function portOf(port) {
  if (Number.isInteger(port) && port >= 0 && port <= 65535) return port;
  throw new BeaconlensError("E_OPTIONS", `found port ${port}, expected a whole number from 0 to 65535`);
}

function toBytes(chunk) {
  if (typeof chunk === "string") return new TextEncoder().encode(chunk);
  if (chunk instanceof ArrayBuffer || ArrayBuffer.isView(chunk)) return bytesOf(chunk);
  throw new BeaconlensError("E_OPTIONS", `ingest takes bytes or a string, found ${typeof chunk}`);
}
