import { size } from "../text/format.js";

/** Milliseconds between two drawings. */
const PACE = 100;

/**
 * How far the reading has come, in one line that overwrites itself; nothing
 * where standard error is not a terminal.
 * @param {{bytes: number}[]} files
 */
export function progressLine(files) {
  if (!process.stderr.isTTY) return { add() {}, end() {} };
  const total = files.reduce((sum, file) => sum + file.bytes, 0);
  let read = 0;
  let drawn = performance.now();
  let shown = false;
  return {
    add(bytes) {
      read += bytes;
      const now = performance.now();
      if (now - drawn < PACE) return;
      drawn = now;
      shown = true;
      // Inflated text may be longer than its files.
      const of = total > read ? ` of ${size(total)}` : "";
      process.stderr.write(`\r\x1b[Kread ${size(read)}${of}`);
    },
    end() {
      if (shown) process.stderr.write("\r\x1b[K");
    },
  };
}
