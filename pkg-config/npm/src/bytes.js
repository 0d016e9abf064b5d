// From whatever holds flows to chunks of bytes that are good to ingest.

import { rowsOf } from "./capture.js";
import { BeaconlensError } from "./error.js";

/** Calls into the module cost; chunks of this size make them vanish. */
const CHUNK = 1 << 20;

/**
 * Any input as text bytes: inflated where it was gzip, as rows where it is a capture, in chunks of about 1 MB.
 * @param {unknown} input
 * @returns {AsyncGenerator<Uint8Array>}
 */
export function chunksOf(input) {
  return recut(rowsOf(inflate(blocksOf(input))));
}

/** @returns {AsyncGenerator<Uint8Array>} */
async function* blocksOf(input) {
  if (typeof input === "string") yield new TextEncoder().encode(input);
  else if (input instanceof ArrayBuffer || ArrayBuffer.isView(input)) yield bytesOf(input);
  else yield* readAll(streamOf(input));
}

/** Bytes or a text as bytes. */
export function toBytes(input) {
  if (typeof input === "string") return new TextEncoder().encode(input);
  if (input instanceof ArrayBuffer || ArrayBuffer.isView(input)) return bytesOf(input);
  throw new BeaconlensError("E_OPTIONS", `found ${typeof input}, expected bytes or a string`);
}

/** The bytes that a buffer or a view of one holds, not copied. */
export function bytesOf(input) {
  if (input instanceof Uint8Array) return input;
  if (ArrayBuffer.isView(input)) return new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
  return new Uint8Array(input);
}

function streamOf(input) {
  if (typeof Blob === "function" && input instanceof Blob) return input.stream();
  if (typeof Response === "function" && input instanceof Response) return bodyOf(input);
  if (typeof input?.getReader === "function") return input;
  throw new BeaconlensError("E_OPTIONS", `an input of type ${nameOf(input)} cannot be read`, {
    hint: "give a Uint8Array, ArrayBuffer, string, Blob, File, ReadableStream or Response",
  });
}

function bodyOf(response) {
  if (!response.ok) {
    throw new BeaconlensError("E_NOT_FLOWS", `the response has the status ${response.status}, not flows`);
  }
  return response.body ?? new Blob([]).stream();
}

function nameOf(input) {
  return input === null ? "null" : (input?.constructor?.name ?? typeof input);
}

/** Not `for await`: streams are not iterable in every browser. */
async function* readAll(stream) {
  const reader = stream.getReader();
  let ended = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      ended = done;
      if (done) return;
      yield bytesOf(value);
    }
  } catch (error) {
    ended = true;
    throw error;
  } finally {
    // Left early: tell the source that nobody reads on.
    if (!ended) await reader.cancel().catch(() => {});
  }
}

/** gzip is known by its first two bytes, whatever the name says. */
async function* inflate(blocks) {
  const head = [];
  let length = 0;
  while (length < 2) {
    const { done, value } = await blocks.next();
    if (done) break;
    head.push(value);
    length += value.length;
  }
  const [first, second] = head.flatMap((block) => [...block.subarray(0, 2)]);
  if (first === 0x1f && second === 0x8b) {
    yield* gunzip(follow(head, blocks));
  } else {
    yield* follow(head, blocks);
  }
}

async function* follow(head, rest) {
  yield* head;
  yield* rest;
}

async function* gunzip(blocks) {
  const packed = new ReadableStream({
    async pull(controller) {
      const { done, value } = await blocks.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await blocks.return();
    },
  });
  try {
    yield* readAll(packed.pipeThrough(new DecompressionStream("gzip")));
  } catch (cause) {
    if (cause instanceof BeaconlensError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new BeaconlensError("E_NOT_FLOWS", `the gzip data cannot be read to its end: ${reason}`, { cause });
  }
}

/** Small blocks are gathered, large ones are cut. */
async function* recut(blocks) {
  let gathered = new Uint8Array(0);
  let filled = 0;
  for await (const block of blocks) {
    if (filled === 0 && block.length >= CHUNK) {
      for (let at = 0; at < block.length; at += CHUNK) yield block.subarray(at, at + CHUNK);
      continue;
    }
    if (filled + block.length > gathered.length) {
      const wider = new Uint8Array(Math.max(CHUNK, filled + block.length));
      wider.set(gathered.subarray(0, filled));
      gathered = wider;
    }
    gathered.set(block, filled);
    filled += block.length;
    if (filled >= CHUNK) {
      yield gathered.subarray(0, filled);
      filled = 0;
    }
  }
  if (filled > 0) yield gathered.subarray(0, filled);
}
