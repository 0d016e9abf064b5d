// The beginning of a file.

import { type Bytes, isGzip } from "./bytes";

/** As many bytes as the engine examines. */
export const HEAD = 64 * 1024;

/** The first bytes of a file, unpacked. */
export async function firstBytes(source: Bytes): Promise<Uint8Array<ArrayBuffer>> {
  if (!(await isGzip(source))) {
    const part = source.slice(0, HEAD);
    return new Uint8Array(part instanceof Blob ? await part.arrayBuffer() : part);
  }
  const blob = source instanceof Blob ? source : new Blob([source]);
  const reader = blob.stream().pipeThrough(new DecompressionStream("gzip")).getReader();
  const head = new Uint8Array(HEAD);
  let filled = 0;
  while (filled < HEAD) {
    const { done, value } = await reader.read();
    if (done) break;
    const part = value.subarray(0, HEAD - filled);
    head.set(part, filled);
    filled += part.length;
  }
  await reader.cancel().catch(() => {}); // damage further on is reported when the file is read
  return head.subarray(0, filled);
}

/** Whether the beginning of a file can be text. */
export const isText = (bytes: Uint8Array): boolean =>
  bytes.length > 0 && !bytes.subarray(0, HEAD).includes(0);
