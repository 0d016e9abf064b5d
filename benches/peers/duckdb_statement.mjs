// The query of duckdb_bits.py for DuckDB-WASM, in Node and in the browser.

import {
  C2_PORTS,
  DAY_MS,
  EXCLUDED_ADDRESS,
  EXCLUDED_PATTERN,
  EXCLUDED_PREFIXES,
  HIGH_VOLUME,
  HOUR_MS,
  MIN_CONNECTIONS,
  MIN_HOURS,
} from "./job.mjs";

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

/** Sums have 128 bits, which Arrow passes to JavaScript as words: they are selected as text. */
export function statement(path, endMs) {
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
