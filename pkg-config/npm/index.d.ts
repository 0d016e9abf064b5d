/// <reference lib="esnext.disposable" />

// The types of every entry point of the package.

/** What a column can be read as. */
export type Role =
  | "time"
  | "source"
  | "destination"
  | "port"
  | "protocol"
  | "bytes_sent"
  | "bytes_received"
  | "bytes_total"
  | "local"
  | "remote"
  | "direction"
  | "time_of_day"
  | "source_port"
  | "duration"
  | "end"
  | "host"
  | "query"
  | "answer"
  | "process"
  | "event"
  | "flags"
  | "session"
  | "method"
  | "target";

/** How a source is to be read, where that cannot be detected. */
export interface SourceOptions {
  /**
   * The column of a role: its name (upper or lower case), its position, as `"#3"` for the third, or `"-"`
   * where no column is to have the role. With positions only, the input needs no header.
   */
  mapping?: Partial<Record<Role, string>>;
  /** What separates the fields. Default: detected. */
  delimiter?: "," | "\t" | ";" | "|";
  /** The unit of times that are numbers since 1970. Default: detected by the size of each number. */
  timeUnit?: "s" | "ms" | "us" | "ns";
  /** The zone of time texts that name none, in minutes east of UTC, -1439 to 1439. Default 0. */
  utcOffsetMinutes?: number;
}

/** How the input is to be read, where that cannot be detected. */
export interface DetectorOptions extends SourceOptions {
  /**
   * The memory of the detector, in bytes, at least 16 MiB. When it is reached, pairs with few connections are
   * dropped first, and the report's `dropped` says what that means. Default 3 GiB.
   */
  maxMemoryBytes?: number;
  /**
   * Whether duplicates count: the beginning and the end of a session, the
   * two directions and the parts of a connection in one-way records, and a source whose bytes are those of
   * an earlier one. Default false; what does not count stands in the diagnostics `same_session` and
   * `duplicate_source`.
   */
  duplicates?: boolean;
  /**
   * Which pairs the detector keeps, where several read the same flows: those whose source belongs to
   * shard `index` (from 0) of `of`. Each detector must be given every byte. What was read (rows, sources,
   * diagnostics) every one of them knows; what was found, {@link Detector.mergePartials} brings together. A pair is
   * known to {@link Detector.explain} and {@link Detector.history} of one of them only.
   */
  shard?: { index: number; of: number };
}

/** The options of {@link preview}. */
export interface PreviewOptions extends SourceOptions {
  /** The line of the row that names the columns, from 1, or `"none"` if no row does. Default: detected. */
  header?: number | "none";
}

/** The beginning of a file: its first rows cut into columns, and how they would be read. */
export interface Preview {
  /** `"other"`: neither delimited text nor JSON objects; there are no columns to choose from. */
  layout: "table" | "json" | "other";
  /** What separates the columns; `null` where there are none. */
  delimiter: string | null;
  /** The line of the row that names the columns, from 1; `null` if there is none. */
  header_line: number | null;
  /** The first rows of a table, of which one may name the columns. */
  header_candidates: { line: number; cells: string[] }[];
  /** The columns of a table or the fields of JSON objects, at most 200. */
  columns: PreviewColumn[];
  /** The first rows of data, at most six. */
  rows: PreviewRow[];
  /** The roles that a flow needs and no column has. */
  missing: Role[];
  /**
   * Equal for files of the same make: the header as it is written, the names of JSON fields, or the kinds of values
   * in columns without names. `null` where nothing distinguishes the make.
   */
  signature: string | null;
  /** How the beginning would be read with these options. */
  source: SourceReport;
}

/** A column of a table or a field of JSON objects. */
export interface PreviewColumn {
  /** Its name, with the names of the objects around a JSON field; empty without a header. */
  name: string;
  /** How `mapping` names it: by its name, or by its position where the name is not unique. */
  reference: string;
  /** What it is read as, by the options or else as the engine proposes. */
  role: Role | null;
  /** The role is only guessed from the values: the engine does not read the file by it unless `mapping` says so. */
  guessed: boolean;
  /** What its values in the first rows are. */
  kind: "empty" | "time" | "address" | "number" | "text";
}

/** One of the first rows of data, and how it would be read. */
export interface PreviewRow {
  /** From 1. */
  line: number;
  /** Text of the file, each cell at most 120 characters: never trust it as markup. */
  cells: string[];
  /** The flow that the row describes, if it can be read. */
  flow: {
    /** RFC 3339 in UTC. */
    start: string;
    source: string;
    destination: string;
    port: number;
    bytes_sent: number;
    bytes_received: number;
  } | null;
  /** Why the row cannot be read; `null` also where the whole file is refused. */
  reason: string | null;
}

/** The gates of a rule. */
export type GateName = "excluded_destination" | "min_connections" | "min_hours";

/** All settings of an evaluation. */
export interface Rule {
  /** A name for people. */
  name: string;
  /** The time span that is evaluated, back from `end`: hours (`"24h"`), days (`"7d"`) or `"all"`. */
  window: string;
  /** The end of the window, RFC 3339; `null`: the latest flow start in the data. */
  end: string | null;
  /** The time zone of the calendar hours, in minutes east of UTC, -1439 to 1439. */
  utc_offset_minutes: number;
  gates: {
    /** Minimum number of connections of a finding. */
    min_connections: number;
    /** Minimum number of connections on a port of `c2_ports`; missing: as on every port. */
    min_connections_c2_port?: number;
    /** Minimum number of distinct calendar hours of a finding. */
    min_hours: number;
  };
  /** Destination networks (CIDR) or addresses to ignore. */
  excluded_destinations: string[];
  /** Destination ports that give a beaconing score of 3, each 0 to 65535. */
  c2_ports: number[];
  /** More connections than this give a beaconing score of 2. */
  high_volume: number;
  /** Lists whose pairs are suppressed. */
  reference_sets: ReferenceSet[];
  /** Lists of known command-and-control endpoints: a listed pair is shown even if it fails the gates that count. */
  threat_lists: ThreatList[];
  /** The hunts; one that is `null` is switched off. */
  hunts: HuntSettings;
  /** The priority's thresholds. */
  priority: {
    /** A destination is rare if at most this share of the hosts calls it, in percent. */
    rare_percent: number;
    /** A destination is common if at least this share of the hosts calls it, in percent. */
    common_percent: number;
    /** Prevalence is not scored below this number of hosts. */
    min_hosts: number;
    /** An endpoint that at least this number of hosts calls periodically is a shared service. */
    min_shared_sources: number;
    /** Whether ports and host names of well-known periodic services lower the priority. */
    known_services: boolean;
  };
}

/** The hunts of a rule with their thresholds. */
export interface HuntSettings {
  /** A source with more than `connections` in a sliding window of `minutes` (1 to 1440). */
  burst: { connections: number; minutes: number } | null;
  /** A source that tries at least `ports` of one destination, or `destinations` on one port, within `minutes`. */
  scan: {
    ports: number;
    destinations: number;
    minutes: number;
    /** Whether only connections count that got no data back. */
    unanswered_only: boolean;
  } | null;
  /** A source that looks up at least this number of random registrable `domains` that do not exist. */
  dga: {
    domains: number;
    /** Minimum share of its lookups whose name does not exist, 0 to 100. */
    percent: number;
    /** Minimum average randomness of the names, 0 to 100. */
    randomness: number;
  } | null;
  /** Connections of one pair that are open for more than this number of minutes in total. */
  long_connection: { minutes: number } | null;
  /** Whether host names are listed that are called, or looked up, as often as a finding. */
  host_beacon: boolean;
  /** Networks (CIDR) or addresses that bursts, scans and lookups of names ignore. */
  excluded: string[];
}

/** A named list of addresses, networks and host names. */
export interface ReferenceSet {
  /** The name in reports, 1 to 100 characters; no two sets of a rule have the same. */
  name: string;
  /** The end of a pair that is looked up. */
  applies_to: "source" | "destination" | "either";
  /** The destination ports that the set is about; missing: all. */
  ports?: number[];
  /**
   * The list, one line per item: `"203.0.113.5"`, `"198.51.100.0/24"`, `"example.com"` (that name only) or
   * `"*.example.com"` (its subdomains, not the name itself). A comment begins with ` #`; an item can be
   * empty or a comment.
   */
  entries: string[];
}

/** A named list of known command-and-control endpoints. */
export interface ThreatList {
  /** The name in reports, 1 to 100 characters; no two lists of a rule have the same. */
  name: string;
  /** As in a reference set, also with a port: `"203.0.113.5:443"`. The position of an item is its line. */
  entries: string[];
}

/** A rule as a document: missing fields have the default, unknown fields are errors. */
export type RuleDocument = Partial<Omit<Rule, "gates" | "priority" | "reference_sets" | "threat_lists">> & {
  gates?: Partial<Rule["gates"]>;
  priority?: Partial<Rule["priority"]>;
  reference_sets?: (Pick<ReferenceSet, "name"> & Partial<ReferenceSet>)[];
  threat_lists?: (Pick<ThreatList, "name"> & Partial<ThreatList>)[];
};

/** A language that a rule can be rendered in. `qradar-literal` writes out every entry of a reference set. */
export type QueryTarget =
  | "qradar"
  | "qradar-literal"
  | "sentinel"
  | "defender"
  | "splunk"
  | "duckdb"
  | "clickhouse";

/** What the rule's query answers for a pair: its ten columns. */
export interface QueryColumns {
  /** The source address. */
  sourceip: string;
  /** The destination address. */
  destinationip: string;
  /** The destination port, 0 to 65535. */
  destinationport: number;
  /** Flows of the pair in the window. */
  connection_count: number;
  /** Distinct calendar hours with a flow. */
  hourly_buckets: number;
  /** Bytes that the source sent, summed. */
  bytes_sent: number;
  /** Bytes that the source received, summed. */
  bytes_received: number;
  /** The earliest start, `yyyy-MM-dd HH:mm:ss` in the rule's zone. */
  first_seen: string;
  /** The latest start, `yyyy-MM-dd HH:mm:ss` in the rule's zone. */
  last_seen: string;
  /** The query's score: 3 a listed port, 2 high volume, 1 the rest. */
  beaconing_score: 1 | 2 | 3;
}

/** What priority and regularity add, for a pair with at least four different start times; else `null`. */
export interface PairScores {
  /** 0 to 100: the order to read in. The sum of `priority_parts`; always there. */
  priority: number;
  /** 0 to 1: how machine-like timing and sizes are. */
  regularity: number | null;
  /** The interval its calls keep, in seconds; `null` if they keep none. */
  period_seconds: number | null;
  /** Half the spread of the interval, in percent of it. */
  jitter_percent: number | null;
  /** Calls that were due and did not come, in percent. */
  missed_percent: number | null;
  /** From the first to the last call of the part that keeps the interval. */
  active_span_seconds: number | null;
  /** Calls: connections that were opened together are one. */
  calls: number | null;
  /** How improbable such timing is for random traffic of this rate: 9 is one in 10^9. */
  significance: number | null;
  /** The score of RITA v5, 0 to 1: for comparison only. */
  rita_score: number | null;
  /** The timing in a sentence. */
  verdict: string | null;
  /** What `regularity` is the sum of. */
  regularity_parts: { timing: number; persistence: number; size: number } | null;
  /** What `rita_score` is the mean of. */
  rita_parts: {
    score: number;
    timestamp: number;
    data_size: number;
    histogram: number;
    duration: number;
  } | null;
  /** What `priority` is the sum of: points with their sign, and why. */
  priority_parts: { name: string; points: number; reason: string }[];
  /** The threat list that names the destination; such a pair is shown whatever the counting gates say. */
  threat: ThreatMatch | null;
  /**
   * The processes that opened its connections, only if the records name them (Sysmon, Windows event logs,
   * Defender, ECS): the first four of the whole input in text order.
   */
  processes?: string[];
}

/** A threat list that names a destination. */
export interface ThreatMatch {
  /** Name of the list. */
  list: string;
  entry: string;
  /** Line of the entry in the list, from 1. */
  line: number;
  /** What the list says of the entry. */
  comment: string | null;
  /** Counting gates that the pair failed. */
  failed_gates: GateName[];
}

/** A reference set that holds a pair. */
export interface SetMatch {
  reference_set: string;
  /** Its most specific entry. */
  entry: string;
  side: "source" | "destination";
}

/** A pair that a reference set took out. */
export interface Suppressed extends Finding {
  suppressed_by: SetMatch;
}

/** A pair that passed every gate. */
export interface Finding extends QueryColumns, PairScores {}

/** A pair that failed exactly one gate. */
export interface NearMiss extends Finding {
  /** The gate that it failed. */
  failed_gate: GateName;
}

/** A gate of the rule, and what it removed. */
export interface GateReport {
  gate: GateName;
  /** The number to reach, or the networks to be outside of. */
  threshold: number | string[];
  /** Pairs in the window that failed it. */
  failed: number;
  /** Pairs in the window that failed it and no other. */
  failed_only: number;
}

/** A column that was recognised. */
export interface ColumnReport {
  role: Role;
  /** Its name, as it is written; empty where there is no header. */
  column: string;
  /** Its position, from 1; 0 for fields that have none (JSON, key=value). */
  position: number;
}

/** How one source was read. */
export interface SourceReport {
  /** The name it was given. */
  name: string;
  bytes_read: number;
  /** Always `rows_used + rows_skipped`. */
  rows_read: number;
  rows_used: number;
  rows_skipped: number;
  /** What it was read as, such as `"zeek"`; `"delimited"` and `"json"` where no more is known; `null` if refused. */
  format: string | null;
  /** What separates the fields; `null` where nothing does. */
  delimiter: string | null;
  /** The line of the header, from 1; `null` where there is none. */
  header_line: number | null;
  columns: ColumnReport[];
  /** Names of the columns that were not read; of a refused source, of the others that it seems to have. */
  unused_columns: string[];
  /** The forms of time that were found, in words. */
  times: string[];
  /** What else a reader of the report should know. */
  notes: string[];
  /** Why the source was refused; `null` when it was read. */
  error: { code: string; message: string; hint: string | null } | null;
}

/** Rows that could not be used, by reason. */
export interface Diagnostic {
  /** A stable name of the reason, such as `"bad_time"`. */
  code: string;
  /** The reason, in words. */
  reason: string;
  /** How many rows. */
  rows: number;
  /** The first of them. */
  examples: {
    source: string;
    /** From 1. */
    line: number;
    /** Offset of the row in its source, in bytes, from 0. */
    byte: number;
    /** The field or row as it was found, shortened. Text of the file: never trust it as markup. */
    text: string;
  }[];
}

/** The whole result. */
export interface HuntHit {
  hunt: "dga" | "vertical_scan" | "horizontal_scan" | "burst" | "long_connection";
  sourceip: string;
  /** `null`: several, or it is about names. */
  destinationip: string | null;
  /** `null`: several, or it is about names. */
  destinationport: number | null;
  /** How much of the unit; of scans and bursts in any window of so many minutes. */
  count: number;
  unit: "domains" | "ports" | "destinations" | "connections" | "seconds";
  /** What it was compared with. */
  threshold: number;
  /** The connections or lookups that make it up. */
  connection_count: number;
  first_seen: string;
  last_seen: string;
  sentence: string;
  /** Some of the ports, destinations, endpoints or domains, at most ten. */
  examples: string[];
  /** The reference set that holds it; `null`: none. */
  suppressed_by: SetMatch | null;
}

/** A host that is called by its name, or a name that is looked up, as often as a finding is. */
export interface HostBeacon extends Omit<Finding, "destinationip" | "destinationport"> {
  /** In lower case. */
  host: string;
  /** Whether it is the lookups that repeat; else the connections to the host. */
  looked_up: boolean;
  /** The first set of the rule that holds it; `null`: none. */
  suppressed_by: SetMatch | null;
}

export interface Report {
  /** The version of the engine. */
  beaconlens: string;
  /** What was evaluated: RFC 3339 instants; `start` itself is outside. `null`: no bound, or no flows. */
  window: { start: string | null; end: string | null; hours: number | null };
  totals: {
    bytes_read: number;
    /** Always `rows_used + rows_skipped`. */
    rows_read: number;
    rows_used: number;
    rows_skipped: number;
    flows_in_window: number;
    flows_outside_window: number;
    pairs: number;
    pairs_in_window: number;
    findings: number;
    suppressed: number;
    near_misses: number;
    /** The earliest flow start, RFC 3339; `null`: no flows. */
    first_flow: string | null;
    /** The latest flow start, RFC 3339; `null`: no flows. */
    last_flow: string | null;
  };
  /** What was dropped to stay within `maxMemoryBytes`; `null`: nothing. */
  dropped: {
    flows: number;
    pairs_dropped: number;
    /** Upper bound on how far the connection count of a listed pair is too low. */
    max_undercount: number;
    /** Flows that were not stored because no pair could be evicted. */
    flows_rejected: number;
    /** Dropped records of host names, DNS lookups, durations and processes. */
    side_records_dropped: number;
    /** What that means for the result, in a sentence. */
    meaning: string;
  } | null;
  gates: GateReport[];
  /** In the order of the rule's query. */
  findings: Finding[];
  /** The nearest first, at most 50 for each gate; `totals.near_misses` counts all. */
  near_misses: NearMiss[];
  /** The pairs that would be findings, had a reference set not taken them out. */
  suppressed: Suppressed[];
  /** What each reference set took out, in the order of the rule. */
  reference_sets: { name: string; pairs: number; flows: number }[];
  /** Hosts that are called, or names that are looked up, as often as a finding is; by priority. */
  host_beacons: HostBeacon[];
  /** What the hunts found, by hunt, the most first. */
  hunts: HuntHit[];
  /** The version of the public suffix list that defined the domains, or `built-in heuristic`; `null`: no lookups. */
  public_suffixes: string | null;
  sources: SourceReport[];
  diagnostics: Diagnostic[];
  /** The rule that was used, complete. */
  rule: Rule;
}

/** Why a pair is a finding, or why it is none. */
export interface Explanation {
  sourceip: string;
  destinationip: string;
  destinationport: number;
  status: "finding" | "suppressed" | "near_miss" | "below_gates" | "outside_window" | "not_seen";
  /** The status in one sentence. */
  sentence: string;
  /** Every reference set that holds the pair. */
  reference_sets: SetMatch[];
  /** The least change of the rule that would make it a finding. */
  nearest_change: string | null;
  /** The hunt hits that involve the pair, random names that its source looked up included. */
  hunts: HuntHit[];
  /** Which hunts exclude the pair, and by which network, one sentence each. */
  hunt_exclusions: string[];
  gates: {
    gate: GateName;
    /** What the pair has. */
    value: string | number;
    /** What it must have, or the networks to be outside of. */
    threshold: string | number | string[];
    passed: boolean;
    reason: string;
  }[];
  score: { value: 1 | 2 | 3; reason: string } | null;
  /** Of the flows in the window; `null`: there are none. */
  measures: Finding | null;
  flows_outside_window: number;
  /** The window in at most 288 buckets; `null`: no flows in it. */
  timeline: {
    /** The start of the first bucket, RFC 3339. */
    start: string;
    bucket_seconds: number;
    /** One number for each bucket. */
    connections: number[];
    bytes_sent: number[];
    bytes_received: number[];
  } | null;
  /** The times between connections; `null`: fewer than two connections. */
  intervals: {
    median_seconds: number;
    /** From (inclusive) to (exclusive), and how many. */
    histogram: { from_seconds: number; to_seconds: number; count: number }[];
  } | null;
}

/** Every connection of a pair, in the order of time: one entry of each array. Copies, yours to keep. */
export interface History {
  /** The start, in UTC microseconds since 1970. */
  startMicros: Float64Array;
  /** The time since the connection before, in microseconds; NaN for the first. */
  gapMicros: Float64Array;
  /** Bytes that the source sent. */
  bytesSent: Float64Array;
  /** Bytes that the source received. */
  bytesReceived: Float64Array;
}

/** How far the reading has come. */
export interface Progress {
  bytes_read: number;
  rows_read: number;
  rows_used: number;
  rows_skipped: number;
  /** Distinct pairs; in the middle of a source, as many as were counted when it began or at the last evaluation. */
  pairs: number;
}

/**
 * What the codes of {@link BeaconlensError} mean:
 * `E_NOT_FLOWS` the input is not flow records, or cannot be read to its end;
 * `E_RULE` the rule document is wrong, `field` says where;
 * `E_OPTIONS` an option or argument is wrong;
 * `E_ADDRESS` an address cannot be read;
 * `E_NOT_INITIALISED` the engine was not started, or could not be loaded;
 * `E_FREED` the detector was used after `free()`;
 * `E_INTERNAL` the engine failed; it starts anew at the next use.
 */
export type ErrorCode =
  | "E_NOT_FLOWS"
  | "E_RULE"
  | "E_OPTIONS"
  | "E_ADDRESS"
  | "E_NOT_INITIALISED"
  | "E_FREED"
  | "E_INTERNAL";

/** What every function of this package throws. */
export class BeaconlensError extends Error {
  constructor(
    code: ErrorCode,
    message: string,
    more?: { line?: number; byte?: number; field?: string; hint?: string; cause?: unknown },
  );
  readonly name: "BeaconlensError";
  readonly code: ErrorCode;
  /** Where in the input, from 1. */
  readonly line?: number;
  /** Where in the input, from 0. */
  readonly byte?: number;
  /** The field of the rule that is wrong, such as `gates.min_hours` or `reference_sets[0].entries[2]`. */
  readonly field?: string;
  /** How to go on. */
  readonly hint?: string;
}

/** The module, in any form that {@link init} can start. */
export type ModuleSource = WebAssembly.Module | BufferSource | URL | string | Response | Promise<Response>;

/**
 * Starts the engine. Call it as often as you like: the first call decides,
 * later ones wait for it. Node, Deno, Bun and workers need no call; browsers
 * find the module in the folder of the script; `beaconlens/slim` must be given it.
 */
export function init(source?: ModuleSource): Promise<void>;

/** Starts the engine at once, from a compiled module or its bytes. */
export function initSync(source: WebAssembly.Module | BufferSource): void;

/**
 * Says where the module is that reads packet captures (pcap, pcapng): `beaconlens/capture.wasm`. It is started
 * when the first capture is met; a function is called then. Node, Deno, Bun and browsers find it by themselves;
 * `beaconlens/slim`, `beaconlens/inline` and Cloudflare Workers read no captures without this call.
 */
export function initCapture(source: ModuleSource | (() => ModuleSource | Promise<ModuleSource>)): void;

/**
 * Says where the public suffix list is: its text, or a URL or Response of `beaconlens/public_suffixes.txt`. A
 * function is called when names were looked up and {@link evaluate} wants the list. Only `beaconlens/slim` needs
 * this call; the other entry points find the list by themselves.
 */
export function initPublicSuffixes(
  source: PublicSuffixes | Promise<PublicSuffixes> | (() => PublicSuffixes | Promise<PublicSuffixes>),
): void;
export type PublicSuffixes = string | URL | Response;

/**
 * What {@link Detector.ingest} takes of the bytes of a file: rows, if it is a capture; else the bytes themselves.
 * A block that is given has to stay as it is until the next one is asked for. {@link evaluate} does this by
 * itself, and unpacks gzip before.
 */
export function rowsOf(blocks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array>;

/** What {@link evaluate} reads, also captures. gzip is recognised by its first bytes and inflated. */
export type Input = Uint8Array | ArrayBuffer | string | Blob | ReadableStream<Uint8Array> | Response;

/** The options of {@link evaluate}. */
export interface EvaluateOptions extends DetectorOptions {
  /** What the inputs are called in the report. Default: a File's own name, else `"input 1"` and so on. */
  names?: string[];
  /** Ends the reading: the promise is rejected with the signal's reason. */
  signal?: AbortSignal;
  /** Called about once for each megabyte. */
  onProgress?: (progress: Progress) => void;
}

/**
 * Reads every input to its end and answers the report. An input that is not
 * flows does not stop the others: the report's `sources` say why it was
 * refused. When all are refused, the first refusal is thrown.
 *
 * ```js
 * const report = await evaluate(await fetch("flows.csv"), { window: "7d" });
 * ```
 */
export function evaluate(
  input: Input | Input[],
  rule?: RuleDocument | string,
  options?: EvaluateOptions,
): Promise<Report>;

/**
 * Looks at the beginning of a file, unpacked, of which 64 KiB are enough: its first rows as texts, which column has
 * which role, what is missing, and the flows that the rows would give. For dialogs that ask which column is what.
 *
 * ```js
 * const { columns, missing } = preview(await file.slice(0, 65536).bytes());
 * ```
 */
export function preview(head: Uint8Array | ArrayBuffer | string, options?: PreviewOptions): Preview;

/**
 * Flows in, report out, step by step. It holds memory of the engine until
 * `free()`, which `using` calls.
 *
 * ```js
 * using detector = new Detector();
 * detector.startSource("flows.csv");
 * for await (const chunk of stream) detector.ingest(chunk);
 * detector.finish();
 * const report = detector.evaluate({ gates: { min_connections: 10 } });
 * ```
 */
export class Detector {
  constructor(options?: DetectorOptions);
  /**
   * Begins a source; the one before it, if any, is ended. With options, it is read by these, and not by what
   * the detector's say of columns, delimiter and times.
   */
  startSource(name: string, options?: SourceOptions): void;
  /**
   * Reads the next bytes of the source. How they are cut makes no difference to the result;
   * about 1 MB at a time is fastest. Throws `E_NOT_FLOWS` when the source is refused: go on
   * with the next one.
   */
  ingest(chunk: Uint8Array | ArrayBuffer | string): void;
  /** Ends the last source. Throws `E_NOT_FLOWS` when it was refused. */
  finish(): void;
  /** How far the reading has come; cheap. */
  progress(): Progress;
  /** Applies a rule to all that was read; as often as wanted. */
  evaluate(rule?: RuleDocument | string): Report;
  /**
   * The text of the public suffix list (publicsuffix.org), by which the hunt for generated names finds the
   * registrable domain of a name. The package brings one, which is used when names were looked up, except
   * in a browser, where only `evaluate()` of the package waits for it: there, and with `slim`, give a
   * detector the text. Without it a built-in heuristic is used, and the report says so.
   */
  setPublicSuffixes(list: string): void;
  /** Whether that list would say more: names were looked up, and the detector has none. */
  wantsPublicSuffixes(): boolean;
  /** The report without its findings and suppressed pairs: quick where there are very many. */
  summary(rule?: RuleDocument | string): Report;
  /**
   * The report as text, the same bytes on every host. `csv` and `ndjson` hold the findings; with `all`,
   * every pair in the window and the gates that it failed (in `json` as `pairs`). `query` is CSV of the
   * query's ten columns and no more.
   */
  evaluateText(
    format: "json" | "csv" | "ndjson" | "query",
    rule?: RuleDocument | string,
    all?: boolean,
    order?: "rule" | "priority",
  ): string;
  /**
   * The unmerged result of this shard, for {@link Detector.mergePartials}: bytes that can be sent to another
   * worker that runs the same version of this package. `onlyQuery` is faster and enough for `summary` and
   * the format `query`: such results are merged with `null` as counts.
   */
  partialResult(rule?: RuleDocument | string, onlyQuery?: boolean): Uint8Array;
  /** The destinations whose source counts are needed from every shard before the results can be merged. */
  prevalenceQuery(partials: Uint8Array[]): Uint8Array;
  /** The source counts of this shard for the destinations of a query. */
  prevalenceCounts(query: Uint8Array): Uint8Array;
  /**
   * Merges the partial results and the counts of all shards for one rule, this one included, in any order.
   * Until more is read or another rule is evaluated, `evaluate`, `summary` and `evaluateText` (without
   * `all`) return what one detector of all flows would, byte for byte.
   */
  mergePartials(partials: Uint8Array[], counts: Uint8Array[] | null, rule?: RuleDocument | string): void;
  /** The query whose counts are needed from every shard before one of them can explain the pair. */
  prevalenceQueryOf(source: string, destination: string, port: number): Uint8Array;
  /**
   * Every gate of any pair: its value and its threshold. Of a shard, with the counts of all shards for
   * {@link Detector.prevalenceQueryOf} the pair; for shards that do not own its source it is `"not_seen"`.
   */
  explain(
    source: string,
    destination: string,
    port: number,
    rule?: RuleDocument | string,
    counts?: Uint8Array[],
  ): Explanation;
  /** The same as text for people. */
  explainText(
    source: string,
    destination: string,
    port: number,
    rule?: RuleDocument | string,
    counts?: Uint8Array[],
  ): string;
  /** Every connection of a pair; `undefined` when it was never seen. */
  history(source: string, destination: string, port: number): History | undefined;
  /** Gives the memory back; the detector cannot be used afterwards. */
  free(): void;
  [Symbol.dispose](): void;
}

/**
 * A ready-made rule, complete. `"lab"` is for one's own test of the detection on one machine: loopback
 * addresses count, one calendar hour is enough, and one connection on a listed port.
 */
export function defaultRule(profile?: Profile): Rule;

/** The name of a ready-made rule. */
export type Profile = "default" | "lab";

/**
 * The rule as a query whose first ten columns are those of {@link QueryColumns}. `duckdb` and `clickhouse` run
 * over a table `flows` with the columns `starttime` (a UTC timestamp), `sourceip`, `destinationip`,
 * `destinationport`, `bytessent` and `bytesreceived`, and give the rows that `evaluate` gives.
 */
export function renderQuery(target: QueryTarget, rule?: RuleDocument): string;

/**
 * A reference set from the text of a list: one entry per line, comments after `#`; or a table (CSV), of which a
 * column is read: the one that is named or numbered (`"#2"`), else the first that holds addresses.
 * Throws `E_RULE` with `line` at the first line that is neither.
 */
export function parseReferenceSet(name: string, text: string, column?: string): ReferenceSet;

/**
 * A threat list from its published text, such as Feodo Tracker's `ipblocklist.csv`. Lines that are no
 * endpoint, such as paths of URLs, are skipped: how many, and the first of them.
 */
export function parseThreatList(
  name: string,
  text: string,
  column?: string,
): { list: ThreatList; skipped: number; first: { line: number; text: string } | null };

/** Checks a rule document, as JSON text or as an object, and fills in the defaults. */
export function parseRule(rule: string | RuleDocument): Rule;

/** Names and limits of the engine, for forms, tables and messages. */
export interface Constants {
  /** The languages of {@link renderQuery}, with a title for people and the extension of files. */
  query_targets: { name: QueryTarget; title: string; extension: string }[];
  /** The names that {@link defaultRule} takes. */
  profiles: Profile[];
  /** The most that each part adds to the regularity. */
  regularity_weights: { timing: number; persistence: number; size: number };
  /** Whether the count of a hunt's hit reaches its threshold or is above it. */
  hunt_comparisons: Record<HuntHit["hunt"], "at_least" | "more_than">;
  /** The greatest port. */
  max_port: number;
  /** The greatest distance from UTC, in minutes. */
  max_utc_offset_minutes: number;
}

/** Names and limits of the engine. */
export function constants(): Constants;

/** The version of the engine. */
export function version(): string;
