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
const ANSWER = {
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

/** What the CSV has besides. A call every 10 minutes, 24 times, of one size: nothing could be more regular. */
const TIMING = {
  priority: 92,
  regularity: 0.979,
  period_seconds: 600,
  jitter_percent: 0,
  missed_percent: 0,
  active_span_seconds: 13_800,
  calls: 24,
  significance: 40.3,
  rita_score: 1,
  verdict:
    "24 calls about every 600 s (±0 %), for 3 h 50 min; chance below 1 in 10^9 for random traffic of this rate",
};

/** The finding of DAY, complete. */
export const DAY_FINDING = {
  ...ANSWER,
  ...TIMING,
  regularity_parts: { timing: 0.35, persistence: 0.479, size: 0.15 },
  rita_parts: { score: 1, timestamp: 1, data_size: 1, histogram: 1, duration: 1 },
  priority_parts: [
    { name: "regularity", points: 88, reason: "regularity 0.979 × 90 points" },
    { name: "constant_small_size", points: 4, reason: "connections of one size, 300 bytes on average" },
  ],
  threat: null,
};

/** The columns of the query, and of the CSV. */
export const QUERY_COLUMNS = Object.keys(ANSWER);
export const COLUMNS = [...QUERY_COLUMNS, ...Object.keys(TIMING)];

/** The findings of DAY as text: as the query answers, and with all columns. */
export const DAY_QUERY_CSV = `${QUERY_COLUMNS}\n${Object.values(ANSWER)}\n`;
export const DAY_CSV = `${COLUMNS}\n${Object.values({ ...ANSWER, ...TIMING, verdict: `"${TIMING.verdict}"` })}\n`;

/** A lookup, as Zeek logs it: the public suffix list is wanted. */
export const LOOKUP = `${JSON.stringify({
  _path: "dns",
  ts: 1_772_445_600,
  uid: "D1",
  "id.orig_h": "10.0.0.5",
  "id.orig_p": 51000,
  "id.resp_h": "192.0.2.53",
  "id.resp_p": 53,
  proto: "udp",
  query: "www.example.com",
  rcode_name: "NOERROR",
})}\n`;

/** Connections of these programs as Sysmon logs them, one every 10 minutes from midnight on. */
export function sysmon(images) {
  return images
    .map((Image, index) => {
      const UtcTime = `2026-01-15 ${String(Math.floor(index / 6)).padStart(2, "0")}:${index % 6}0:00.000`;
      const ends = { SourceIp: "10.0.0.5", SourcePort: 50000 + index, DestinationIp: "203.0.113.9" };
      const Channel = "Microsoft-Windows-Sysmon/Operational";
      return JSON.stringify({
        EventID: 3,
        Channel,
        UtcTime,
        Image,
        Initiated: true,
        ...ends,
        DestinationPort: 443,
      });
    })
    .join("\n");
}
