import { bytesOf } from "./bytes.js";
import { currentGeneration, guard, use } from "./engine.js";
import { BeaconlensError } from "./error.js";

/** Flows in, report out. See index.d.ts for what each method takes. */
export class Detector {
  #raw;
  #generation;

  constructor(options) {
    this.#raw = use((engine) => new engine.Detector(options));
    this.#generation = currentGeneration();
  }

  startSource(name) {
    this.#call((raw) => raw.startSource(name));
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

  evaluate(rule) {
    return this.#call((raw) => raw.evaluate(rule));
  }

  evaluateText(format, rule, all) {
    return this.#call((raw) => raw.evaluateText(format, rule, all));
  }

  explain(source, destination, port, rule) {
    return this.#call((raw) => raw.explain(source, destination, port, rule));
  }

  explainText(source, destination, port, rule) {
    return this.#call((raw) => raw.explainText(source, destination, port, rule));
  }

  history(source, destination, port) {
    return this.#call((raw) => raw.history(source, destination, port));
  }

  free() {
    // Of a failed instance nothing is left to free.
    if (this.#generation === currentGeneration()) this.#raw?.free();
    this.#raw = undefined;
  }

  [Symbol.dispose ?? Symbol.for("Symbol.dispose")]() {
    this.free();
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

function toBytes(chunk) {
  if (typeof chunk === "string") return new TextEncoder().encode(chunk);
  if (chunk instanceof ArrayBuffer || ArrayBuffer.isView(chunk)) return bytesOf(chunk);
  throw new BeaconlensError("E_OPTIONS", `ingest takes bytes or a string, found ${typeof chunk}`);
}
