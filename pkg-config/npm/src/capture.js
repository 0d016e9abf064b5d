// Packet captures and event logs: a module of its own makes rows of them, and is loaded when one is met.

// By name, so that the glue's own loader falls away.
import { Converter, __wbg_reset_state as resetState, initSync as startGlue } from "beaconlens-capture-glue";
import { compile } from "./compile.js";
import { BeaconlensError } from "./error.js";

/** How such files begin; `Kind::of` in the crate says the same. */
const BEGINNINGS = [
  [0xd4, 0xc3, 0xb2, 0xa1],
  [0xa1, 0xb2, 0xc3, 0xd4],
  [0x4d, 0x3c, 0xb2, 0xa1],
  [0xa1, 0xb2, 0x3c, 0x4d],
  [0x0a, 0x0d, 0x0d, 0x0a],
  [0x45, 0x6c, 0x66, 0x46, 0x69, 0x6c, 0x65, 0x00],
];

/** So many bytes tell what a file is. */
const HEAD = 8;

/** @type {undefined | (() => unknown)} gives what compile() takes; without it captures are not read */
let source;
/** @type {Promise<void> | undefined} */
let starting;

/** @param {unknown} given what compile() takes, or a function that gives it when it is needed */
export function initCapture(given) {
  source = typeof given === "function" ? given : () => given;
}

/**
 * What a detector reads of the unpacked bytes of a file: rows, if it is a capture; else the bytes themselves.
 * @param {AsyncIterable<Uint8Array>} blocks
 * @returns {AsyncGenerator<Uint8Array>}
 */
export async function* rowsOf(blocks) {
  const rest = blocks[Symbol.asyncIterator]();
  try {
    const first = await headOf(rest);
    const converter = await converterOf(first);
    if (converter) yield* converted(converter, first, rest);
    else yield* follow(first, rest);
  } finally {
    await rest.return?.();
  }
}

/** The first block, joined with the next ones if it says nothing alone. */
async function headOf(blocks) {
  let head = new Uint8Array(0);
  while (head.length < HEAD) {
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

async function converterOf(head) {
  if (!source || !BEGINNINGS.some((bytes) => bytes.every((byte, at) => head[at] === byte))) return undefined;
  starting ??= start().catch((error) => {
    starting = undefined; // the next one may try again
    throw error;
  });
  await starting;
  return guard(() => Converter.of(head.subarray(0, HEAD)));
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
    // What is left of the instance is not used again.
    resetState();
    throw new BeaconlensError("E_INTERNAL", `the reader of captures failed: ${cause.message}`, {
      hint: "please report the file that did this",
      cause,
    });
  }
}
