// DuckDB-WASM (its fastest build without threads) in Node: the query of duckdb_bits.py.

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  C2_PORTS,
  COLUMNS,
  DAY_MS,
  EXCLUDED_ADDRESS,
  EXCLUDED_PATTERN,
  EXCLUDED_PREFIXES,
  HIGH_VOLUME,
  HOUR_MS,
  library,
  MIN_CONNECTIONS,
  MIN_HOURS,
  run,
} from "./job.mjs";

const duckdb = library("@duckdb/duckdb-wasm/blocking");
const folder = dirname(library.resolve("@duckdb/duckdb-wasm/blocking"));

const TYPES = {
  starttime: "BIGINT",
  sourceip: "VARCHAR",
  sourceport: "USMALLINT",
  destinationip: "VARCHAR",
  destinationport: "USMALLINT",
  protocol: "VARCHAR",
  bytessent: "BIGINT",
  bytesreceived: "BIGINT",
};

async function query(path, endMs) {
  const build = (name) => ({ mainModule: join(folder, `duckdb-${name}.wasm`), mainWorker: "" });
  const bundles = { mvp: build("mvp"), eh: build("eh") };
  const db = await duckdb.createDuckDB(bundles, new duckdb.VoidLogger(), duckdb.NODE_RUNTIME);
  await db.instantiate(() => {});
  const connection = db.connect();
  connection.query("SET preserve_insertion_order = false");
  const table = connection.query(statement(path, endMs));
  return table.toArray().map((row) => COLUMNS.map((name) => row[name]));
}

// Sums are of 128 bits, which Arrow hands to JavaScript as words: they are asked for as text.
function statement(path, endMs) {
  const after = endMs - DAY_MS;
  const types = Object.entries(TYPES).map(([name, type]) => `'${name}': '${type}'`);
  const prefixes = EXCLUDED_PREFIXES.map((prefix) => `starts_with(destinationip, '${prefix}')`).join(" OR ");
  const hour = `(starttime // ${HOUR_MS} - ${Math.floor(after / HOUR_MS)})::INTEGER`;
  const text = (instant) => `strftime(make_timestamp(${instant} * 1000), '%Y-%m-%d %H:%M:%S')`;
  return `
    SELECT sourceip, destinationip, destinationport,
      count(*) AS connection_count, bit_count(bit_or(1::INTEGER << ${hour})) AS hourly_buckets,
      sum(bytessent)::VARCHAR AS bytes_sent, sum(bytesreceived)::VARCHAR AS bytes_received,
      ${text("min(starttime)")} AS first_seen, ${text("max(starttime)")} AS last_seen,
      CASE WHEN destinationport IN (${C2_PORTS}) THEN 3 WHEN count(*) > ${HIGH_VOLUME} THEN 2 ELSE 1 END
        AS beaconing_score
    FROM read_csv('${path}', auto_detect = false, header = true, delim = ',', quote = '"', columns = {${types}})
    WHERE starttime > ${after} AND starttime <= ${endMs}
      AND NOT (${prefixes} OR destinationip = '${EXCLUDED_ADDRESS}'
        OR (starts_with(destinationip, '172.') AND regexp_matches(destinationip, '${EXCLUDED_PATTERN.source}')))
    GROUP BY sourceip, destinationip, destinationport
    HAVING connection_count >= ${MIN_CONNECTIONS} AND hourly_buckets >= ${MIN_HOURS}
    ORDER BY beaconing_score DESC, connection_count DESC, sourceip, destinationip, destinationport`;
}

// The package does not export its manifest.
const { version } = JSON.parse(readFileSync(join(folder, "../package.json"), "utf8"));
await run(version, query);
