"""DuckDB: the query of the rule over read_csv, with every type given."""

import duckdb

from job import (
    C2_PORTS, DAY_MS, EXCLUDED_ADDRESS, EXCLUDED_PATTERN, EXCLUDED_PREFIXES, HIGH_VOLUME, HOUR_MS,
    MIN_CONNECTIONS, MIN_HOURS, run,
)

COLUMNS = {
    "starttime": "BIGINT", "sourceip": "VARCHAR", "sourceport": "USMALLINT", "destinationip": "VARCHAR",
    "destinationport": "USMALLINT", "protocol": "VARCHAR", "bytessent": "BIGINT", "bytesreceived": "BIGINT",
}


def as_written(_first_hour):
    return f"count(DISTINCT starttime // {HOUR_MS})"


def hours_as_bits(first_hour):
    """One bit per calendar hour, at most 25 per day. Unusual SQL, but the fastest for DuckDB."""
    return f"bit_count(bit_or(1::INTEGER << (starttime // {HOUR_MS} - {first_hour})::INTEGER))"


def query(path, end_ms, threads, hours):
    after = end_ms - DAY_MS
    prefixes = " OR ".join(f"starts_with(destinationip, '{prefix}')" for prefix in EXCLUDED_PREFIXES)
    text = "strftime(make_timestamp({} * 1000), '%Y-%m-%d %H:%M:%S')".format
    db = duckdb.connect()
    db.execute(f"SET threads = {threads}")
    db.execute("SET preserve_insertion_order = false")
    db.execute(f"""
        COPY (
          SELECT sourceip, destinationip, destinationport,
            count(*) AS connection_count, {hours(after // HOUR_MS)} AS hourly_buckets,
            sum(bytessent) AS bytes_sent, sum(bytesreceived) AS bytes_received,
            {text("min(starttime)")} AS first_seen, {text("max(starttime)")} AS last_seen,
            CASE WHEN destinationport IN {tuple(C2_PORTS)} THEN 3
                 WHEN count(*) > {HIGH_VOLUME} THEN 2 ELSE 1 END AS beaconing_score
          FROM read_csv('{path}', auto_detect = false, header = true, delim = ',', quote = '"', columns = {COLUMNS})
          WHERE starttime > {after} AND starttime <= {end_ms}
            AND NOT ({prefixes} OR destinationip = '{EXCLUDED_ADDRESS}'
              OR (starts_with(destinationip, '172.') AND regexp_matches(destinationip, '{EXCLUDED_PATTERN}')))
          GROUP BY sourceip, destinationip, destinationport
          HAVING connection_count >= {MIN_CONNECTIONS} AND hourly_buckets >= {MIN_HOURS}
          ORDER BY beaconing_score DESC, connection_count DESC, sourceip, destinationip, destinationport
        ) TO '/dev/stdout' (FORMAT csv, HEADER)""")


def main(hours):
    run(duckdb.__version__, lambda path, end_ms, threads: query(path, end_ms, threads, hours))


if __name__ == "__main__":
    main(as_written)
