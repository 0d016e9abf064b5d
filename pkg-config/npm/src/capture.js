// Packet captures and event logs: a second module converts them to rows. It is loaded when one is read.

// By name, so that the glue's own loader falls away.
import { Converter, __wbg_reset_state as resetState, initSync as startGlue } from "beaconlens-capture-glue";
import { compile } from "./compile.js";
import { init, use } from "./engine.js";
import { BeaconlensError } from "./error.js";

/** Bytes by which the engine recognises a capture: more than any magic number has. */
const HEAD_BYTES = 16;

/** @type {undefined | (() => unknown)} returns what compile() takes; without it captures are not read */
let source;
/** @type {Promise<void> | undefined} */
let starting;

/** @param {unknown} given what compile() takes, or a function that returns it when it is needed */
export function initCapture(given) {
  source = typeof given === "function" ? given : () => given;
}

/**
 * The blocks of a file as a detector reads them: the rows of a capture, otherwise the unpacked bytes themselves.
 * @param {AsyncIterable<Uint8Array>} blocks
 * @returns {AsyncGenerator<Uint8Array>}
 */
export async function* rowsOf(blocks) {
  const rest = blocks[Symbol.asyncIterator]();
  try {
    const first = await headOf(rest);
    const converter = await converterOf(first.subarray(0, HEAD_BYTES));
    if (converter) yield* converted(converter, first, rest);
    else yield* follow(first, rest);
  } finally {
    await rest.return?.();
  }
}

/** The first block, joined with the next ones while it is too short. */
async function headOf(blocks) {
  let head = new Uint8Array(0);
  while (head.length < HEAD_BYTES) {
    const { done, value } = await blocks.next();
    if (done) break;
    if (head.length === 0) {
      head = value;
      continue;
    }
    const joined = new Uint8Array(head.length + value.length);
    joined.set(head);
    joined.set(value, head.length);
    head = joined;
  }
  return head;
}

async function* follow(first, rest) {
  if (first.length > 0) yield first;
  for (;;) {
    const { done, value } = await rest.next();
    if (done) return;
    yield value;
  }
}

/** Nothing for a file that is not a capture. */
async function converterOf(head) {
  if (!source) return undefined;
  await init();
  if (!use((engine) => engine.captureFormat(head))) return undefined;
  starting ??= start().catch((error) => {
    starting = undefined; // the next call may try again
    throw error;
  });
  await starting;
  return guard(() => Converter.of(head));
}

async function start() {
  try {
    startGlue({ module: await compile(await source()) });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new BeaconlensError("E_NOT_INITIALISED", `the reader of captures could not be loaded: ${reason}`, {
      hint: "initCapture() takes a WebAssembly.Module, its bytes, a URL or a Response of capture.wasm",
      cause,
    });
  }
}

async function* converted(converter, first, rest) {
  try {
    for await (const block of follow(first, rest)) {
      const rows = guard(() => converter.push(block));
      if (rows.length > 0) yield rows;
    }
    yield guard(() => converter.finish());
  } finally {
    converter.free();
  }
}

function guard(work) {
  try {
    return work();
  } catch (cause) {
    // The failed instance is not used again.
    resetState();
    throw new BeaconlensError("E_INTERNAL", `the reader of captures failed: ${cause.message}`, {
      hint: "please report the file that did this",
      cause,
    });
  }
}
