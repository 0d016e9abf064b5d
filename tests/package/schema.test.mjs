// The published schema of the rule document: true to the engine in both directions.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import Ajv from "ajv/dist/2020.js";
import { inProject, load, root } from "./installed.mjs";

const { defaultRule, parseRule } = await load();
const schema = JSON.parse(readFileSync(inProject("node_modules/beaconlens/dist/schema/rule.json"), "utf8"));
const validate = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true }).compile(schema);

const valid = (document) => validate(document) || false;
const accepted = (document) => {
  try {
    parseRule(document);
    return true;
  } catch {
    return false;
  }
};

/** A rule with every field there is. */
const EVERYTHING = {
  ...defaultRule(),
  end: "2026-03-02T18:00:00Z",
  gates: { min_connections: 1, min_connections_c2_port: 1, min_hours: 1 },
  reference_sets: [
    { name: "a", applies_to: "source", ports: [1], entries: ["10.0.0.1 # why", "", "# only"] },
  ],
  threat_lists: [{ name: "b", entries: ["10.0.0.1:443"] }],
};

/** The paths of all fields of a document, and of a schema. */
const fieldsOf = (value) =>
  Array.isArray(value)
    ? value.flatMap(fieldsOf)
    : value !== null && typeof value === "object"
      ? Object.entries(value).flatMap(([name, part]) => [
          name,
          ...fieldsOf(part).map((rest) => `${name}.${rest}`),
        ])
      : [];
const fieldsIn = ({ properties = {}, items = {} }) => [
  ...Object.entries(properties).flatMap(([name, part]) => [
    name,
    ...fieldsIn(part).map((rest) => `${name}.${rest}`),
  ]),
  ...fieldsIn_(items),
];
const fieldsIn_ = (items) => (items.properties ? fieldsIn(items) : []);

/** The defaults of a schema, as a document. */
const defaultsIn = ({ properties = {} }) =>
  Object.fromEntries(
    Object.entries(properties)
      .filter(([, part]) => part.default !== undefined)
      .map(([name, part]) => [name, part.default]),
  );

test("the schema has the fields that the engine has, and no other", () => {
  const complete = parseRule(EVERYTHING);
  assert.deepEqual([...new Set(fieldsOf(complete))].sort(), [...new Set(fieldsIn(schema))].sort());
  assert.ok(valid(complete), JSON.stringify(validate.errors));
});

test("its defaults are the engine's", () => {
  assert.deepEqual(defaultsIn(schema), defaultRule());
  const { min_connections_c2_port: none, ...gates } = defaultsIn(schema.properties.gates);
  assert.deepEqual([none, gates], [null, defaultRule().gates]);
  assert.deepEqual(defaultsIn(schema.properties.priority), defaultRule().priority);
  const [set] = parseRule({ reference_sets: [{ name: "a" }] }).reference_sets;
  const { ports, ...rest } = defaultsIn(schema.properties.reference_sets.items);
  assert.deepEqual([ports, { name: "a", ...rest }], [[], set]);
  const [list] = parseRule({ threat_lists: [{ name: "a" }] }).threat_lists;
  assert.deepEqual({ name: "a", ...defaultsIn(schema.properties.threat_lists.items) }, list);
});

test("its examples are rules", () => {
  for (const [name, part] of Object.entries(schema.properties)) {
    for (const example of part.examples ?? [])
      assert.ok(accepted({ [name]: example }), `${name}: ${example}`);
  }
  for (const field of ["reference_sets", "threat_lists"]) {
    const { examples } = schema.properties[field].items.properties.entries;
    for (const entries of examples) assert.ok(accepted({ [field]: [{ name: "a", entries }] }), field);
  }
});

test("every rule of the project is valid", () => {
  const golden = join(root, "tests/golden");
  const files = readdirSync(golden).filter((name) => name.endsWith(".rule.json"));
  assert.ok(files.length > 20);
  const rules = files.map((name) => JSON.parse(readFileSync(join(golden, name), "utf8")));
  rules.push(JSON.parse(readFileSync(join(root, "tests/queries/tuned.json"), "utf8")));
  for (const rule of [...rules, defaultRule(), defaultRule("lab"), {}]) {
    assert.ok(accepted(rule) && valid(rule), JSON.stringify([rule, validate.errors]));
  }
});

test("what the schema refuses, the engine refuses; and the other way about, where a schema can tell", () => {
  const changes = [
    { nam: "x" },
    { name: 7 },
    { name: null },
    { priority: { rare: 1 } },
    { priority: { rare_percent: 101 } },
    { priority: { common_percent: -1 } },
    { priority: { min_shared_sources: 1.5 } },
    { priority: { known_services: 1 } },
    { priority: { known_services: false, rare_percent: 0, min_hosts: 1 } },
    { window: "24" },
    { window: "-1h" },
    { window: 24 },
    { window: "all" },
    { end: 7 },
    { end: null },
    { utc_offset_minutes: 1440 },
    { utc_offset_minutes: -1439 },
    { utc_offset_minutes: 1.5 },
    { gates: [] },
    { gates: { min_hour: 1 } },
    { gates: { min_hours: -1 } },
    { gates: { min_hours: null } },
    { gates: { min_connections_c2_port: null } },
    { gates: { min_connections_c2_port: 0 } },
    { gates: { min_connections_c2_port: "1" } },
    { excluded_destinations: [7] },
    { excluded_destinations: ["example.com"] },
    { excluded_destinations: ["2001:db8::7", "10.0.0.0/8"] },
    { c2_ports: [65536] },
    { c2_ports: ["80"] },
    { c2_ports: [] },
    { high_volume: -1 },
    { high_volume: 1e30 },
    { reference_sets: {} },
    { reference_sets: [{}] },
    { reference_sets: [{ name: "" }] },
    { reference_sets: [{ name: "  " }] },
    { reference_sets: [{ name: "x".repeat(101) }] },
    { reference_sets: [{ name: "x".repeat(100) }] },
    { reference_sets: [{ name: "a", applies_to: "both" }] },
    { reference_sets: [{ name: "a", ports: [-1] }] },
    { reference_sets: [{ name: "a", entries: "10.0.0.1" }] },
    { reference_sets: [{ name: "a", entries: [7] }] },
    { threat_lists: [{ name: "a", ports: [1] }] },
    { threat_lists: [{ name: "a", applies_to: "source" }] },
    { hunts: { scan: {}, burst: null, excluded: [] } },
    { hunts: { scan: { ports: 1 } } },
    { hunts: { dga: { domains: 10, percent: 101 } } },
    { hunts: { long_connection: { minutes: 5 }, host_beacon: false } },
    { hunts: { host_beacon: null } },
    { hunts: { scam: {} } },
    { priority: 1 },
  ];
  for (const change of [...changes, "text", [], 7, null]) {
    const text = JSON.stringify(change);
    assert.equal(valid(change), accepted(text), text);
  }
  // Only the engine sees these.
  for (const change of [
    { end: "yesterday" },
    { window: "0h" },
    { excluded_destinations: ["10.0.0.0/99"] },
    { reference_sets: [{ name: "a" }, { name: "a" }] },
    { reference_sets: [{ name: "a", entries: ["10.0.0.1:443"] }] },
    { threat_lists: [{ name: "a", entries: ["nonsense"] }] },
  ]) {
    assert.deepEqual([valid(change), accepted(change)], [true, false], JSON.stringify(change));
  }
});
