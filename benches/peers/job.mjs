// The job of a JavaScript peer and the measurement of its CPU time, as job.py for Python.
//
//   node PEER.mjs FILE END_MS
//
// A peer is started in the folder where its package is installed; `library()` finds it there.

import { createRequire } from "node:module";
import { join } from "node:path";

export const DAY_MS = 86_400_000;
export const HOUR_MS = 3_600_000;
export const MIN_CONNECTIONS = 20;
export const MIN_HOURS = 3;
export const HIGH_VOLUME = 200;
export const C2_PORTS = [6660, 6661, 6662, 6663, 6664, 6665, 6666, 6667, 6668, 6669, 6697, 1080, 4444];
export const EXCLUDED_PREFIXES = ["10.", "192.168.", "127.", "169.254."];
export const EXCLUDED_PATTERN = /^172\.(1[6-9]|2[0-9]|3[01])\./;
export const EXCLUDED_ADDRESS = "::1";
export const COLUMNS = [
  "sourceip",
  "destinationip",
  "destinationport",
  "connection_count",
  "hourly_buckets",
  "bytes_sent",
  "bytes_received",
  "first_seen",
  "last_seen",
  "beaconing_score",
];

/** Requires a package from the folder the peer was started in. */
export const library = createRequire(join(process.cwd(), "package.json"));

/** Runs `query(path, endMs)`, which returns rows of ten values, and prints them. */
export async function run(version, query) {
  const [path, endMs] = process.argv.slice(2);
  const start = process.cpuUsage();
  const rows = await query(path, Number(endMs));
  process.stdout.write(`${COLUMNS}\n${rows.map((row) => `${row.join(",")}\n`).join("")}`);
  process.on("exit", () => {
    const { user, system } = process.cpuUsage(start);
    process.stderr.write(`measured ${version} ${(user + system) / 1e6}\n`);
  });
}

/** The rule in plain JavaScript over a Map, for peers that only parse. */
export class Pairs {
  #pairs = new Map();
  #after;
  #until;
  #firstHour;

  constructor(endMs) {
    this.#after = endMs - DAY_MS;
    this.#until = endMs;
    this.#firstHour = Math.floor(this.#after / HOUR_MS);
  }

  /** Adds a row of strings, in the order of the columns of the file. */
  add(row) {
    const start = Number(row[0]);
    const destination = row[3];
    if (start <= this.#after || start > this.#until || isExcluded(destination)) return;
    const key = `${row[1]},${destination},${row[4]}`;
    const hour = 1 << (Math.floor(start / HOUR_MS) - this.#firstHour);
    const pair = this.#pairs.get(key);
    if (pair === undefined) {
      const [sent, received] = [Number(row[6]), Number(row[7])];
      this.#pairs.set(key, { count: 1, hours: hour, sent, received, first: start, last: start });
      return;
    }
    pair.count += 1;
    pair.hours |= hour;
    pair.sent += Number(row[6]);
    pair.received += Number(row[7]);
    if (start < pair.first) pair.first = start;
    if (start > pair.last) pair.last = start;
  }

  /** The findings: score and count descending, then by text. */
  findings() {
    const rows = [];
    for (const [key, pair] of this.#pairs) {
      const hours = ones(pair.hours);
      if (pair.count < MIN_CONNECTIONS || hours < MIN_HOURS) continue;
      const port = Number(key.slice(key.lastIndexOf(",") + 1));
      const score = C2_PORTS.includes(port) ? 3 : pair.count > HIGH_VOLUME ? 2 : 1;
      const times = [text(pair.first), text(pair.last)];
      rows.push([key, pair.count, hours, pair.sent, pair.received, ...times, score]);
    }
    return rows.sort((a, b) => b[7] - a[7] || b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  }
}

function isExcluded(destination) {
  for (const prefix of EXCLUDED_PREFIXES) if (destination.startsWith(prefix)) return true;
  return (
    destination === EXCLUDED_ADDRESS || (destination.startsWith("172.") && EXCLUDED_PATTERN.test(destination))
  );
}

function ones(bits) {
  let count = 0;
  for (; bits !== 0; bits &= bits - 1) count += 1;
  return count;
}

function text(ms) {
  return new Date(ms).toISOString().slice(0, 19).replace("T", " ");
}
