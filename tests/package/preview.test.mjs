// preview(): the beginning of a file before it is read; and errors that name the field.

import assert from "node:assert/strict";
import { test } from "node:test";
import { calls, DAY, HEADER } from "./flows.mjs";
import { load } from "./installed.mjs";

const { BeaconlensError, Detector, parseRule, preview } = await load();

const rows = calls({ destination: "203.0.113.9", count: 10, minutes: 10 });
const rolesOf = ({ columns }) => columns.map(({ role }) => role);
const field = (expected) => (error) => error instanceof BeaconlensError && error.field === expected;

test("known columns are named, and rows are read", () => {
  const found = preview(DAY);
  assert.equal(found.layout, "table");
  assert.deepEqual(
    found.columns.map(({ name }) => name),
    HEADER.split(","),
  );
  assert.deepEqual(found.missing, []);
  assert.equal(found.rows.length, 6);
  assert.deepEqual(found.rows[0].flow, {
    start: "2026-01-15T00:00:00Z",
    source: "10.0.0.5",
    destination: "203.0.113.9",
    port: 443,
    bytes_sent: 100,
    bytes_received: 200,
  });
});

test("what is guessed becomes a mapping by the references of the columns", () => {
  const text = ["wann,wer,wohin,tor,x,x", ...rows].join("\n");
  const found = preview(text);
  assert.deepEqual(rolesOf(found), ["time", "source", "destination", "port", null, null]);
  assert.deepEqual(
    found.columns.map(({ reference }) => reference),
    ["wann", "wer", "wohin", "tor", "x", "#6"],
  );
  assert.ok(found.source.error !== null && found.columns[0].guessed);
  const known = found.columns.filter(({ role }) => role);
  const mapping = Object.fromEntries(known.map(({ role, reference }) => [role, reference]));
  const detector = new Detector({ mapping });
  detector.ingest(text);
  detector.finish();
  assert.equal(detector.progress().rows_used, rows.length);
  detector.free();
});

test("the header is a matter of choice", () => {
  const none = preview(rows.join("\n"), { header: "none", mapping: { time: "#1", source: "#2" } });
  assert.deepEqual(rolesOf(none).slice(0, 3), ["time", "source", null]);
  assert.deepEqual(none.missing, ["destination", "port"]);
  const second = preview(["a table, of flows", HEADER, ...rows].join("\n"), { header: 2 });
  assert.deepEqual([second.header_line, second.missing], [2, []]);
  assert.equal(second.header_candidates[0].line, 1);
  for (const header of [0, 1.5, -1, "first"]) assert.throws(() => preview(DAY, { header }), field("header"));
  assert.throws(() => preview(DAY, { duplicates: true }), field("duplicates"));
  assert.throws(() => preview(42), { code: "E_OPTIONS" });
});

test("an error names the field", () => {
  for (const [document, path] of [
    ['{"gates": {"min_hours": -1}}', "gates.min_hours"],
    [
      '{"reference_sets": [{"name": "a", "entries": ["10.0.0.1", "10.0.0.0/99"]}]}',
      "reference_sets[0].entries[1]",
    ],
    ['{"windows": 1}', "windows"],
  ]) {
    assert.throws(() => parseRule(document), field(path), document);
  }
  for (const [options, path] of [
    [{ mapping: { when: "a" } }, "mapping.when"],
    [{ mapping: { time: "#0" } }, "mapping.time"],
    [{ utcOffsetMinutes: 1440 }, "utcOffsetMinutes"],
    [{ delimeter: ";" }, "delimeter"],
  ]) {
    assert.throws(() => new Detector(options), field(path), path);
  }
});
