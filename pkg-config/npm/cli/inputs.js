// From what was named on the command line to blocks of bytes.

import { closeSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { BLOCK } from "../shards/leader.ts";
import { rowsOf } from "./dist/node.mjs";
import { UsageError } from "./options.js";

/** Of a gzip file. */
const PACKED = 1 << 16;

const PAUSE_MS = 5;

/**
 * The files behind the names: directories are walked, in sorted order.
 * @param {string[]} names
 * @returns {{path: string, walked: boolean, bytes: number}[]}
 */
export function findFiles(names) {
  return names.flatMap((name) => {
    if (name === "-") return [{ path: "-", walked: false, bytes: 0 }];
    const status = statOf(name);
    if (!status.isDirectory()) return [{ path: name, walked: false, bytes: status.size }];
    const files = walk(name);
    if (files.length === 0) throw new UsageError(`${name}: the directory holds no files`);
    return files;
  });
}

function walk(folder) {
  const entries = readdirSync(folder, { withFileTypes: true }).filter((entry) => !entry.name.startsWith("."));
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    // A link to a directory could lead back here.
    if (entry.isDirectory()) return walk(path);
    const status = statOf(path);
    return status.isFile() ? [{ path, walked: true, bytes: status.size }] : [];
  });
}

function statOf(path) {
  try {
    return statSync(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path, error) {
  const reasons = {
    ENOENT: "no such file or directory",
    EACCES: "permission denied",
    EISDIR: "is a directory",
  };
  return new UsageError(`${path}: ${reasons[error.code] ?? error.message}`);
}

/**
 * The text bytes of a file, inflated where it is gzip, as rows where it is a capture.
 * @param {string} path or - for standard input
 * @param {() => Promise<Uint8Array>} space lends the block that is read into; until the next one is asked
 *   for, what is yielded is the beginning of it, or bytes of their own
 * @returns {AsyncGenerator<Uint8Array>}
 */
export async function* blocksOf(path, space) {
  try {
    yield* path === "-" ? textOf(0, space) : textOfFile(path, space);
  } catch (error) {
    throw error.code?.startsWith?.("E_") ? error : unreadable(path, error);
  }
}

/**
 * Standard input, read ahead until so many bytes have come, or its end.
 * @param {number} enough
 * @returns what of it is known to have come: without an end, it is taken for long
 */
export async function readAhead(enough) {
  let space = async () => new Uint8Array(BLOCK);
  const blocks = blocksOf("-", () => space());
  const held = [];
  let bytes = 0;
  while (bytes < enough) {
    const { done, value } = await blocks.next();
    if (done) break;
    held.push(value);
    bytes += value.length;
  }
  const all = async function* (lend) {
    space = lend;
    while (held.length > 0) yield held.shift();
    yield* blocks;
  };
  return { bytes: bytes < enough ? bytes : Number.POSITIVE_INFINITY, blocksOf: all };
}

async function* textOfFile(path, space) {
  const file = openSync(path, "r");
  try {
    yield* textOf(file, space);
  } finally {
    closeSync(file);
  }
}

async function* textOf(file, space) {
  yield* rowsOf(unpacked(file, space));
}

/** gzip is known by its first two bytes, whatever the name says. */
async function* unpacked(file, space) {
  let block = await space();
  let length = await fill(file, block);
  if (length > 1 && block[0] === 0x1f && block[1] === 0x8b) {
    const head = Buffer.from(block.subarray(0, length));
    yield* gathered(gunzip(packed(head, file)), space);
    return;
  }
  while (length > 0) {
    yield block.subarray(0, length);
    block = await space();
    length = await fill(file, block);
  }
}

/**
 * Reads until the block is full or the file at its end; answers how much that is. Synchronously: that is
 * the fastest way, for pipes too.
 */
async function fill(file, block) {
  let length = 0;
  while (length < block.length) {
    try {
      const read = readSync(file, block, length, block.length - length);
      if (read === 0) break;
      length += read;
    } catch (error) {
      if (error.code === "EOF") break; // how Windows ends standard input
      if (error.code !== "EAGAIN") throw error;
      // Standard input that does not wait, because whoever gave it to us set it so.
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
  return length;
}

/** The stream that inflates reads ahead, so every block is its own. */
async function* packed(head, file) {
  yield head;
  for (;;) {
    const block = Buffer.allocUnsafeSlow(PACKED);
    const length = await fill(file, block);
    if (length === 0) return;
    yield block.subarray(0, length);
  }
}

async function* gunzip(chunks) {
  const [{ createGunzip }, { pipeline, Readable }] = await Promise.all([
    import("node:zlib"),
    import("node:stream"),
  ]);
  // A failure of either end reaches the loop that reads.
  yield* pipeline(Readable.from(chunks), createGunzip({ chunkSize: BLOCK }), () => {});
}

/** Chunks of any size as full blocks. */
async function* gathered(chunks, space) {
  let block = await space();
  let filled = 0;
  for await (const chunk of chunks) {
    for (let from = 0; from < chunk.length; ) {
      const part = chunk.subarray(from, from + block.length - filled);
      block.set(part, filled);
      filled += part.length;
      from += part.length;
      if (filled < block.length) continue;
      yield block;
      block = await space();
      filled = 0;
    }
  }
  if (filled > 0) yield block.subarray(0, filled);
}
