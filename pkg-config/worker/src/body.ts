// A request's body as the bytes of its text, inflated where it was gzip, and never held whole.

import { Refusal } from "./failure";

/** Large enough for the call into the engine to cost nothing, small enough for many requests at once. */
const BLOCK = 1 << 18;

/** Without a setting: half of an isolate's memory, for flows whose pairs are many. */
const DEFAULT_MAX_BYTES = 100_000_000;

/** gzip is known by its first two bytes, whatever the headers say. */
export async function* textOf(request: Request, maxBytes: string | undefined): AsyncGenerator<Uint8Array> {
  refuseEncodings(request.headers.get("content-encoding") ?? "");
  const limit = limitOf(maxBytes);
  if (Number(request.headers.get("content-length") ?? 0) > limit) throw tooLong(limit);
  if (!request.body) return;
  let length = 0;
  for await (const block of unpacked(request.body)) {
    length += block.length;
    if (length > limit) throw tooLong(limit);
    yield block;
  }
}

function limitOf(setting: string | undefined): number {
  if (setting === undefined || setting === "") return DEFAULT_MAX_BYTES;
  if (!/^\d{1,15}$/.test(setting)) throw new Error(`BEACONLENS_MAX_BYTES is ${setting}, not a number`);
  return Number(setting);
}

function tooLong(limit: number): Refusal {
  return new Refusal(413, "E_TOO_LARGE", `the body has more than ${limit} bytes of text`, {
    hint: "send fewer flows at a time; the operator sets the limit in BEACONLENS_MAX_BYTES",
  });
}

function refuseEncodings(encoding: string): void {
  if (["", "identity", "gzip", "x-gzip"].includes(encoding.trim().toLowerCase())) return;
  throw new Refusal(415, "E_ENCODING", `the content encoding ${JSON.stringify(encoding)} cannot be read`, {
    hint: "send plain text or gzip",
    headers: { "accept-encoding": "gzip" },
  });
}

async function* unpacked(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader({ mode: "byob" });
  const { value: head } = await reader.readAtLeast(2, new Uint8Array(BLOCK));
  if (head?.[0] === 0x1f && head[1] === 0x8b) {
    reader.releaseLock();
    yield* inflated(head, body);
  } else {
    yield* plain(reader, head);
  }
}

async function* plain(reader: ReadableStreamBYOBReader, head?: Uint8Array): AsyncGenerator<Uint8Array> {
  try {
    if (head) yield head;
    yield* blocksOf(reader);
  } catch (error) {
    throw new Refusal(400, "E_BODY", `the body cannot be read to its end: ${reasonOf(error)}`);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function* inflated(head: Uint8Array, rest: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { readable, writable } = new DecompressionStream("gzip");
  const feeding = feed(head, rest, writable);
  // The reader fails with the same error and reports it; here it must only be handled.
  feeding.catch(() => {});
  try {
    yield* blocksOf(readable.getReader({ mode: "byob" }));
    await feeding;
  } catch (error) {
    throw new Refusal(422, "E_NOT_FLOWS", `the gzip data cannot be read to its end: ${reasonOf(error)}`, {
      hint: "send one complete gzip stream, not several one after the other",
    });
  }
}

async function feed(head: Uint8Array, rest: ReadableStream<Uint8Array>, into: WritableStream<Uint8Array>) {
  const writer = into.getWriter();
  await writer.write(head);
  writer.releaseLock();
  await rest.pipeTo(into);
}

/** One buffer goes back and forth: what is yielded is valid until the next one. */
async function* blocksOf(reader: ReadableStreamBYOBReader): AsyncGenerator<Uint8Array> {
  let ended = false;
  try {
    let room = new Uint8Array(BLOCK);
    while (!ended) {
      const { done, value } = await reader.readAtLeast(BLOCK, room);
      ended = done;
      if (value === undefined) continue;
      if (value.length > 0) yield value;
      room = new Uint8Array(value.buffer);
    }
  } catch (error) {
    ended = true;
    throw error;
  } finally {
    // Left early: tell the sender that nobody reads on.
    if (!ended) await reader.cancel().catch(() => {});
  }
}
