// The types of the package against what the engine returns: every field of a value is in its type, and every field of
// a type occurs in a value. The compiler checks both, over values written as literals.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { calls, DAY, HEADER } from "./flows.mjs";
import { load, root, run, tool, write } from "./installed.mjs";

const { constants, Detector, defaultRule, evaluate, parseRule, preview } = await load();

const golden = join(root, "tests/golden");
const goldenReports = readdirSync(golden)
  .filter((name) => name.endsWith(".report.json"))
  .map((name) => JSON.parse(readFileSync(join(golden, name), "utf8")));

const BEACON = { destination: "203.0.113.9", count: 24, minutes: 10 };
const SCAN = Array.from({ length: 200 }, (_, index) => calls({ ...BEACON, port: 1000 + index, count: 1 })[0]);
const LISTS = {
  reference_sets: [
    { name: "a", applies_to: "destination", ports: [443], entries: ["198.51.100.0/24 # ours"] },
    { name: "b", entries: ["203.0.113.9"] },
  ],
  threat_lists: [{ name: "c", entries: ["203.0.113.9:443 # known"] }],
  gates: { min_connections_c2_port: 1 },
  end: "2026-01-16T00:00:00Z",
};

/** A report of flows that did not fit into the memory limit. */
function droppedReport() {
  const detector = new Detector({ maxMemoryBytes: 16 << 20 });
  for (let block = 0; block < 60; block++) {
    const row = (_, at) => `1768435200,10.9.9.9,198.${block}.${at >> 8}.${at & 255},443,1,1`;
    detector.ingest(`${block === 0 ? `${HEADER}\n` : ""}${Array.from({ length: 10_000 }, row).join("\n")}\n`);
  }
  detector.finish();
  const report = detector.evaluate();
  detector.free();
  return report;
}

function explanations() {
  const detector = new Detector();
  detector.ingest([HEADER, ...calls(BEACON), ...SCAN].join("\n"));
  detector.finish();
  const asked = ["203.0.113.9", "192.0.2.1"].flatMap((destination) =>
    [defaultRule(), LISTS].map((rule) => detector.explain("10.0.0.5", destination, 443, rule)),
  );
  detector.free();
  return asked;
}

function errors() {
  const thrown = [
    () => parseRule('{"gates": {"min_hours": -1}}'),
    () => new Detector({ mapping: { when: "a" } }),
    () => new Detector({ delimiter: "a" }),
  ].map((work) => {
    try {
      return work();
    } catch (error) {
      return { ...error };
    }
  });
  // Beside what every Error has.
  return thrown.map(({ name: _, ...own }) => own);
}

const progress = [];
const report = await evaluate(DAY, LISTS, { onProgress: (now) => progress.push(now) });

/** Values of each type. */
const VALUES = {
  Report: [...goldenReports, report, droppedReport()],
  Explanation: explanations(),
  Progress: progress,
  Preview: [DAY, calls(BEACON).join("\n"), '{"when": "now", "what": {"a": 1}}', ""].map((head) =>
    preview(head),
  ),
  Constants: [constants()],
  "Omit<BeaconlensError, keyof Error>": errors(),
};

/** The fields of a value, each with the field that it is in; items of a list are in the list. */
function* fieldsOf(value, around = "") {
  if (typeof value !== "object" || value === null) return;
  if (Array.isArray(value)) {
    for (const item of value) yield* fieldsOf(item, around);
    return;
  }
  for (const [name, inner] of Object.entries(value)) {
    yield `${around}.${name}`;
    yield* fieldsOf(inner, name);
  }
}

/** The same of a type. */
const FIELDS = `
type Fields<T, Around extends string = ""> = T extends string | number | boolean | null | undefined
  ? never
  : T extends readonly (infer Item)[]
    ? Fields<Item, Around>
    : { [K in keyof T & string]-?: \`\${Around}.\${K}\` | Fields<NonNullable<T[K]>, K> }[keyof T & string];
`;

test("every field of a value is in its type, and the other way round", async () => {
  const names = "BeaconlensError, Constants, Explanation, Preview, Profile, Progress, QueryTarget, Report";
  const literals = Object.entries(VALUES).map(
    ([type, values], index) => `export const values${index}: (${type})[] = ${JSON.stringify(values)};`,
  );
  // Every pair may have processes, and few records tell them: that some finding has them is enough.
  const met = new Set(fieldsOf(Object.values(VALUES)));
  assert.ok(met.has("findings.processes"));
  const fields = Object.fromEntries(
    [...met].filter((field) => !field.endsWith(".processes")).map((field) => [field, true]),
  );
  const all = `Exclude<Fields<${Object.keys(VALUES).join(" | ")}>, \`\${string}.processes\`>`;
  const { profiles, query_targets } = constants();
  const named = (list) => JSON.stringify(Object.fromEntries(list.map((name) => [name, true])));
  const unions = [
    `export const profiles: Record<Profile, true> = ${named(profiles)};`,
    `export const targets: Record<QueryTarget, true> = ${named(query_targets.map(({ name }) => name))};`,
  ];
  const checks = [
    ...literals,
    ...unions,
    `export const fields: Record<${all}, true> = ${JSON.stringify(fields)};`,
  ];
  write("types.ts", [`import type { ${names} } from "beaconlens";`, FIELDS, ...checks].join("\n"));
  const compilerOptions = {
    ...{ strict: true, noEmit: true, skipLibCheck: false, module: "ESNext", moduleResolution: "Bundler" },
    ...{ target: "ES2022", lib: ["ES2022", "DOM"], types: [] },
  };
  const project = write("types.tsconfig.json", JSON.stringify({ compilerOptions, files: ["types.ts"] }));
  const { code, stdout } = await run(tool("tsc"), ["--project", project]);
  const shown = stdout.split("\n").map((line) => `${line.slice(0, 200)} … ${line.slice(-400)}`);
  assert.equal(code, 0, shown.slice(0, 20).join("\n"));
});
