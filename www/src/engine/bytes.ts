// A blob as a run of chunks, plain or inflated, fast and in little memory.

/** Big slices with two reads in flight: measured 4 × faster in Chromium than 1 MB slices. */
const SLICE = 16 << 20;
/** What one ingest gets: small calls lose speed at the border, big ones only cost memory. */
const INGEST = 1 << 20;

export interface Chunk {
  bytes: Uint8Array;
  /** Bytes of the blob consumed so far (compressed ones, for gzip). */
  consumed: number;
}

export async function* chunksOf(blob: Blob): AsyncGenerator<Chunk> {
  yield* (await isGzip(blob)) ? inflated(blob) : plain(blob);
}

async function isGzip(blob: Blob): Promise<boolean> {
  const magic = new Uint8Array(await blob.slice(0, 2).arrayBuffer());
  return magic[0] === 0x1f && magic[1] === 0x8b;
}

async function* plain(blob: Blob): AsyncGenerator<Chunk> {
  const read = (at: number) => blob.slice(at, at + SLICE).arrayBuffer();
  let next = read(0);
  for (let at = 0; at < blob.size; at += SLICE) {
    const slice = new Uint8Array(await next);
    if (at + SLICE < blob.size) next = read(at + SLICE);
    for (let from = 0; from < slice.length; from += INGEST) {
      const bytes = slice.subarray(from, from + INGEST);
      yield { bytes, consumed: at + from + bytes.length };
    }
  }
}

async function* inflated(blob: Blob): AsyncGenerator<Chunk> {
  let consumed = 0;
  const counter = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(bytes, controller) {
      consumed += bytes.length;
      controller.enqueue(bytes);
    },
  });
  const reader = blob.stream().pipeThrough(counter).pipeThrough(new DecompressionStream("gzip")).getReader();
  // The inflater hands out small pieces: they are gathered into chunks worth an ingest.
  const pending = new Uint8Array(INGEST);
  let filled = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    for (let from = 0; from < value.length; ) {
      const part = value.subarray(from, from + INGEST - filled);
      pending.set(part, filled);
      filled += part.length;
      from += part.length;
      if (filled === INGEST) {
        yield { bytes: pending, consumed };
        filled = 0;
      }
    }
  }
  if (filled > 0) yield { bytes: pending.subarray(0, filled), consumed };
}
