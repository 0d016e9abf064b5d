// Uses every export of the package with its types; compiled, never run.

import {
  BeaconlensError,
  type ColumnReport,
  type Constants,
  constants,
  Detector,
  type DetectorOptions,
  type Diagnostic,
  defaultRule,
  type ErrorCode,
  type EvaluateOptions,
  type Explanation,
  evaluate,
  type Finding,
  type GateName,
  type GateReport,
  type History,
  type Input,
  init,
  initCapture,
  initPublicSuffixes,
  initSync,
  type ModuleSource,
  type NearMiss,
  type PairScores,
  type Preview,
  type PreviewOptions,
  type Profile,
  type Progress,
  parseReferenceSet,
  parseRule,
  parseThreatList,
  preview,
  type QueryColumns,
  type QueryTarget,
  type ReferenceSet,
  type Report,
  type Role,
  type Rule,
  type RuleDocument,
  renderQuery,
  rowsOf,
  type SourceOptions,
  type SourceReport,
  type ThreatList,
  version,
} from "beaconlens";
import { evaluate as evaluateInline } from "beaconlens/inline";
import { init as initSlim } from "beaconlens/slim";

export async function everyExport(file: File, stream: ReadableStream<Uint8Array>): Promise<void> {
  const source: ModuleSource = new URL("https://example.net/beaconlens.wasm");
  await init();
  await initSlim(source);
  await init(fetch("beaconlens.wasm"));
  initSync(new Uint8Array(8));
  initCapture(() => new URL("https://example.net/capture.wasm"));
  initPublicSuffixes(() => new URL("https://example.net/public_suffixes.txt"));
  for await (const rows of rowsOf((async function* () {})())) rows.byteLength;

  const role: Role = "time";
  const options: DetectorOptions = {
    mapping: { [role]: "#1" },
    delimiter: ";",
    timeUnit: "ms",
    utcOffsetMinutes: -60,
    maxMemoryBytes: 1 << 30,
    duplicates: true,
    shard: { index: 0, of: 1 },
  };
  const given: RuleDocument = {
    window: "7d",
    gates: { min_hours: 1, min_connections_c2_port: 1 },
    reference_sets: [{ name: "irc", ports: [6667], entries: ["*.example.net"] }],
    threat_lists: [{ name: "nothing yet" }],
  };
  const rule: Rule = parseRule(given);
  const same: RuleDocument = defaultRule();
  const lab: Rule = defaultRule("lab");
  const set: ReferenceSet = parseReferenceSet("scanners", "10.1.2.3 # Nessus", "#1");
  const { list, skipped, first } = parseThreatList("mine", "203.0.113.9:443");
  const threats: ThreatList[] = [list];
  const target: QueryTarget = "duckdb";
  const sql: string = renderQuery(target, { ...lab, reference_sets: [set], threat_lists: threats });
  const text: string = version() + rule.name + same.name;

  const inputs: Input[] = [file, stream, text, new Uint8Array(1), new ArrayBuffer(1), new Response()];
  const abort = new AbortController();
  const how: EvaluateOptions = { ...options, names: ["a"], signal: abort.signal, onProgress: show };
  const report: Report = await evaluate(inputs, given, how);
  const other: Report = await evaluateInline(file);
  const [finding]: Finding[] = other.findings;
  const measures: QueryColumns | undefined = finding;
  const timing: PairScores | undefined = finding;
  const points: number | undefined = timing?.priority_parts[0]?.points;
  const parts: number[] = [timing?.regularity_parts?.size ?? 0, timing?.rita_parts?.histogram ?? 0];
  const near: NearMiss | undefined = report.near_misses[0];
  const gate: GateReport | undefined = report.gates[0];
  const name: GateName | undefined = gate?.gate ?? near?.failed_gate;
  const read: SourceReport | undefined = report.sources[0];
  const column: ColumnReport | undefined = read?.columns[0];
  const diagnostic: Diagnostic | undefined = report.diagnostics[0];

  using detector = new Detector(options);
  detector.startSource("flows.csv");
  const own: SourceOptions = {
    mapping: { [role]: "-" },
    delimiter: "|",
    timeUnit: "ms",
    utcOffsetMinutes: 60,
  };
  detector.startSource("more.csv", own);
  detector.ingest(new Uint8Array(1));
  detector.ingest(new ArrayBuffer(1));
  detector.ingest("text");
  detector.finish();
  const again: Report = detector.evaluate(rule);
  const brief: Report = detector.summary(given);
  const lost: string | undefined = brief.dropped?.meaning;
  const csv: string = detector.evaluateText("csv", given, true, "priority");
  const rows: string = detector.evaluateText("query");
  const part: Uint8Array = detector.partialResult(rule) ?? detector.partialResult(rule, true);
  const question: Uint8Array = detector.prevalenceQuery([part]);
  const answer: Uint8Array = detector.prevalenceCounts(question);
  detector.mergePartials([part], [answer], rule);
  const about: Uint8Array = detector.prevalenceQueryOf("10.0.0.1", "192.0.2.1", 443);
  const why: Explanation = detector.explain("10.0.0.1", "192.0.2.1", 443, rule, [
    detector.prevalenceCounts(about),
  ]);
  const reason: string = detector.explainText("10.0.0.1", "192.0.2.1", 443);
  const history: History | undefined = detector.history("10.0.0.1", "192.0.2.1", 443);
  const starts: Float64Array | undefined = history?.startMicros;
  detector.free();

  const known: Constants = constants();
  const profile: Profile | undefined = known.profiles[0];
  const look: PreviewOptions = { ...own, header: "none" };
  const seen: Preview = preview(new Uint8Array(1), look);
  console.log(profile, seen.columns[0]?.role, seen.rows[0]?.flow?.start, preview("text").missing);

  try {
    throw new BeaconlensError("E_RULE", "text", { line: 1, byte: 0, field: "gates", hint: "hint" });
  } catch (error) {
    if (!(error instanceof BeaconlensError)) throw error;
    const code: ErrorCode = error.code;
    console.log(code, error.line, error.byte, error.field, error.hint);
  }
  console.log(sql, skipped, first?.line);
  console.log(measures, name, column, diagnostic, again, csv, why.status, reason, starts);
  console.log(points, parts, lost, rows);

  // @ts-expect-error a target that does not exist
  renderQuery("oracle");
  // @ts-expect-error a format that does not exist
  detector.evaluateText("xml");
  // @ts-expect-error an order that does not exist
  detector.evaluateText("csv", given, false, "size");
  // @ts-expect-error a role that does not exist
  new Detector({ mapping: { when: "#1" } });
  // @ts-expect-error a field that does not exist
  detector.evaluate({ windows: "24h" });
}

function show(progress: Progress): void {
  console.log(progress.rows_read, progress.pairs);
}
