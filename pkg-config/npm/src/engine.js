// The one WebAssembly instance: how it starts, how it is called, and how it is
// replaced when it has failed.

// By name, so that the glue's own loader, with a second URL of the module, falls away.
import {
  captureFormat,
  constants,
  Detector,
  parseList,
  parseRule,
  prevalenceQuery,
  prevalenceQueryOf,
  preview,
  profileRule,
  renderQuery,
  __wbg_reset_state as resetState,
  initSync as startGlue,
  version,
} from "beaconlens-glue";
import { compile } from "./compile.js";
import { BeaconlensError } from "./error.js";

const glue = {
  captureFormat,
  constants,
  Detector,
  parseList,
  parseRule,
  prevalenceQuery,
  prevalenceQueryOf,
  preview,
  profileRule,
  renderQuery,
  version,
};

/** How this platform finds the module; set once by each entry point. */
const host = {
  /** @type {undefined | (() => WebAssembly.Module)} */
  loadSync: undefined,
  /** @type {undefined | (() => unknown)} what compile() takes */
  load: undefined,
};

/** @type {WebAssembly.Module | undefined} */
let module;
/** @type {Promise<void> | undefined} */
let starting;
let failed = false;
/** Which instance is running. What an earlier one held is gone. */
let generation = 0;

/** @param {Partial<typeof host>} ways */
export function setHost(ways) {
  Object.assign(host, ways);
}

/** Starts the engine; the first call decides, later ones wait for it. */
export async function init(source) {
  if (module) return;
  starting ??= load(source).catch((error) => {
    starting = undefined; // the next call may try again
    throw error;
  });
  return starting;
}

/** Starts the engine from a compiled module or its bytes; once is enough. */
export function initSync(source) {
  if (module) return;
  try {
    start(source instanceof WebAssembly.Module ? source : new WebAssembly.Module(source));
  } catch (cause) {
    throw notLoaded(cause);
  }
}

async function load(source) {
  if (source === undefined && host.loadSync) return useHost();
  try {
    const wanted = source ?? host.load?.();
    if (wanted === undefined) throw new TypeError("no module was given");
    const compiled = await compile(wanted);
    if (!module) start(compiled);
  } catch (cause) {
    throw notLoaded(cause);
  }
}

function useHost() {
  try {
    start(host.loadSync());
  } catch (cause) {
    throw notLoaded(cause);
  }
}

function start(compiled) {
  startGlue({ module: compiled });
  module = compiled;
}

function notLoaded(cause) {
  if (cause instanceof BeaconlensError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new BeaconlensError("E_NOT_INITIALISED", `the engine could not be loaded: ${reason}`, {
    hint: "init() takes a WebAssembly.Module, its bytes, a URL or a Response of beaconlens.wasm",
    cause,
  });
}

/** The glue with a sound instance behind it. */
function running() {
  if (!module) {
    if (!host.loadSync) {
      throw new BeaconlensError("E_NOT_INITIALISED", "the engine has not been started: call init() first", {
        hint: "await init() once before the first Detector; evaluate() does it itself",
      });
    }
    useHost();
  }
  if (failed) {
    resetState();
    failed = false;
  }
  return glue;
}

/**
 * Makes something that lives in the instance, or asks it something.
 * @template T
 * @param {(engine: typeof glue) => T} work
 * @returns {T}
 */
export function use(work) {
  const engine = running();
  return guard(() => work(engine));
}

/** @returns {number} the mark of the instance that is running now */
export function currentGeneration() {
  return generation;
}

/**
 * @template T
 * @param {() => T} work
 * @returns {T}
 */
export function guard(work) {
  try {
    return work();
  } catch (error) {
    throw translate(error);
  }
}

function translate(error) {
  // A trap or an overflown stack leaves the instance half way through its
  // work: it is never used again, and the next call starts a new one.
  if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) {
    failed = true;
    generation += 1;
    return new BeaconlensError("E_INTERNAL", `the engine failed: ${error.message}`, {
      hint: "make a new Detector and ingest again; please report the input that did this",
      cause: error,
    });
  }
  if (error instanceof Error && typeof error.code === "string") {
    return new BeaconlensError(error.code, error.message, error);
  }
  return error;
}
