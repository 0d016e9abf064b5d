// The KQL that the package renders, read by Kusto's own language service: sound, with the columns that are
// promised. The tables are given to it with the columns that Microsoft documents.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { load, root } from "./installed.mjs";

const { defaultRule, renderQuery } = await load();
const require = createRequire(import.meta.url);
require("@kusto/language-service-next/bridge.min.js");
require("@kusto/language-service-next/Kusto.Language.Bridge.min.js");
const { KustoCode, GlobalState } = globalThis.Kusto.Language;

const TABLES = `let DeviceNetworkEvents = datatable(Timestamp:datetime, ActionType:string, DeviceName:string,
  LocalIP:string, RemoteIP:string, RemotePort:int, RemoteUrl:string)[];
let _Im_NetworkSession = (starttime:datetime, endtime:datetime) { datatable(TimeGenerated:datetime,
  SrcIpAddr:string, DstIpAddr:string, DstPortNumber:int, SrcBytes:long, DstBytes:long, SrcFQDN:string,
  SrcHostname:string, DstFQDN:string, DstHostname:string)[] };
`;
const COLUMNS = [
  "sourceip:string",
  "destinationip:string",
  "destinationport:long",
  "connection_count:long",
  "hourly_buckets:long",
  "bytes_sent:long",
  "bytes_received:long",
  "first_seen:string",
  "last_seen:string",
  "beaconing_score:long",
];

const all = (list) => Array.from({ length: list.Count }, (_, index) => list.getItem(index));

/** What the language service says of a query, and the columns that it gives. */
function read(query) {
  const text = TABLES + query;
  const code = KustoCode.ParseAndAnalyze(text, GlobalState.Default);
  return {
    problems: all(code.GetDiagnostics()).map(
      ({ Message, Start }) => `${Message} ${text.slice(Start, Start + 60)}`,
    ),
    columns: code.ResultType
      ? all(code.ResultType.Columns).map(({ Name, Type }) => `${Name}:${Type.Name}`)
      : [],
  };
}

const tuned = JSON.parse(readFileSync(join(root, "tests/queries/tuned.json"), "utf8"));
const evil = `x" or 1 == 1 // */ \\" ' \` | take 1`;
const list = (name, entries) => ({ name, entries });
const RULES = {
  default: {},
  lab: defaultRule("lab"),
  tuned,
  "no condition": { window: "all", excluded_destinations: [], c2_ports: [], high_volume: 0 },
  "names to be quoted": {
    name: evil,
    reference_sets: [list(evil, ["10.0.0.1", "*.example.com"])],
    threat_lists: [list(evil, ["::/0", "0.0.0.0/0", "a.example.com"])],
  },
};

for (const target of ["sentinel", "defender"]) {
  test(`KQL for ${target}`, () => {
    for (const [name, rule] of Object.entries(RULES)) {
      const query = renderQuery(target, rule);
      const { problems, columns } = read(query);
      assert.deepEqual(problems, [], `${name}:\n${query}`);
      const listed = rule.threat_lists?.length ? ["threat_list:string"] : [];
      assert.deepEqual(columns, [...COLUMNS, ...listed], name);
    }
  });
}

test("the language service tells what is wrong", () => {
  const { problems } = read(renderQuery("defender").replace("count_distinct", "count_different"));
  assert.match(problems[0], /count_different/);
});
