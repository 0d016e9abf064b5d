// The command on captures of real malware. They are not part of the project:
// without them these checks are skipped, and say so.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { COLUMNS, QUERY_COLUMNS } from "./flows.mjs";
import { beaconlens, shared, write } from "./installed.mjs";

const android = join(shared, "data/binetflow-android-24h/test2-malicious.binetflow");
const seamless = join(
  shared,
  "data/mta-argus-flows/2018-01-09-Seamless-campaign-Rig-EK-sends-Ramnit.binetflow",
);
const without = (file) => (existsSync(file) ? false : `${file} is not here`);

test("an Android capture gives the query's ten columns, and ten more", {
  skip: without(android),
}, async () => {
  for (const [format, columns] of [
    ["query", QUERY_COLUMNS],
    ["csv", COLUMNS],
  ]) {
    const args = ["evaluate", "--format", format, "--order", "rule", "--window", "all", android];
    const { code, stdout, stderr } = await beaconlens(args);
    assert.equal(code, 0, stderr);
    const [header, ...rows] = stdout.trimEnd().split("\n");
    assert.equal(header, String(columns));
    assert.ok(rows.length > 0);
    for (const row of rows) {
      const cells = row.replace(/"[^"]*"/g, "verdict").split(",");
      assert.equal(cells.length, columns.length, row);
    }
  }
});

test("Ramnit's endpoint is found in the Seamless capture", { skip: without(seamless) }, async () => {
  const rule = write("ramnit.json", JSON.stringify({ gates: { min_hours: 1, min_connections: 20 } }));
  const { code, stdout, stderr } = await beaconlens(["evaluate", "--rule", rule, seamless]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^10\.1\.9\.102,195\.133\.1\.37,443,121,/m);
});
