// From what was named on the command line to blocks of bytes.

import { closeSync, createReadStream, openSync, readdirSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "./options.js";

const BLOCK = 1 << 20;

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
 * The text bytes of a file, inflated where it is gzip. A block is only valid
 * until the next one is asked for.
 * @param {string} path or - for standard input
 * @returns {AsyncGenerator<Buffer>}
 */
export async function* blocksOf(path) {
  try {
    yield* inflate(path === "-" ? blocksOfStdin() : blocksOfFile(path));
  } catch (error) {
    throw error.code?.startsWith?.("E_") ? error : unreadable(path, error);
  }
}

async function* blocksOfStdin() {
  yield* createReadStream("", { fd: 0, highWaterMark: BLOCK });
}

/** Read synchronously: for files on a disk it is the fastest way. */
async function* blocksOfFile(path) {
  const file = openSync(path, "r");
  try {
    const buffer = Buffer.allocUnsafeSlow(BLOCK);
    for (;;) {
      const length = readSync(file, buffer);
      if (length === 0) return;
      yield buffer.subarray(0, length);
    }
  } finally {
    closeSync(file);
  }
}

/**
 * gzip is known by its first two bytes, whatever the name says.
 * @param {AsyncGenerator<Buffer>} blocks
 */
async function* inflate(blocks) {
  try {
    let head = Buffer.alloc(0);
    while (head.length < 2) {
      const { done, value } = await blocks.next();
      if (done) break;
      head = Buffer.concat([head, value]);
    }
    if (head[0] === 0x1f && head[1] === 0x8b) yield* gunzip(head, blocks);
    else {
      yield head;
      yield* blocks;
    }
  } finally {
    await blocks.return();
  }
}

async function* gunzip(head, blocks) {
  const [{ createGunzip }, { pipeline, Readable }] = await Promise.all([
    import("node:zlib"),
    import("node:stream"),
  ]);
  const packed = Readable.from(copies(head, blocks));
  // A failure of either end reaches the loop that reads.
  yield* pipeline(packed, createGunzip({ chunkSize: BLOCK }), () => {});
}

/** The stream reads ahead, so it must own what it reads. */
async function* copies(head, blocks) {
  yield head;
  for await (const block of blocks) yield Buffer.from(block);
}
