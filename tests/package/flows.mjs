// Small flows whose answer is known by thought.

export const HEADER = "starttime,sourceip,destinationip,destinationport,bytessent,bytesreceived";
const START = Date.UTC(2026, 0, 15);
const MINUTE = 60_000;

/** Rows of one pair: `count` connections, one every `minutes`. */
export function calls({ source = "10.0.0.5", destination, port = 443, count, minutes, from = 0 }) {
  return Array.from({ length: count }, (_, index) => {
    const time = START + (from + index * minutes) * MINUTE;
    return `${time},${source},${destination},${port},100,200`;
  });
}

/** One beacon, one pair that is too young, one that is internal, one in too few hours. */
export const DAY = [
  HEADER,
  ...calls({ destination: "203.0.113.9", count: 24, minutes: 10 }),
  ...calls({ destination: "198.51.100.7", count: 19, minutes: 10 }),
  ...calls({ destination: "192.168.1.1", count: 30, minutes: 10 }),
  ...calls({ destination: "198.51.100.8", count: 25, minutes: 1 }),
]
  .join("\n")
  .concat("\n");

/** What the query answers on DAY. */
export const DAY_FINDING = {
  sourceip: "10.0.0.5",
  destinationip: "203.0.113.9",
  destinationport: 443,
  connection_count: 24,
  hourly_buckets: 4,
  bytes_sent: 2400,
  bytes_received: 4800,
  first_seen: "2026-01-15 00:00:00",
  last_seen: "2026-01-15 03:50:00",
  beaconing_score: 1,
};

export const COLUMNS = Object.keys(DAY_FINDING);
