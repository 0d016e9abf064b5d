"""chdb (ClickHouse in a Python package): the query of the rule over file(), with every type given."""

import sys

import chdb

from job import (
    C2_PORTS, DAY_MS, EXCLUDED_ADDRESS, EXCLUDED_PATTERN, EXCLUDED_PREFIXES, HIGH_VOLUME, HOUR_MS,
    MIN_CONNECTIONS, MIN_HOURS, run,
)

STRUCTURE = (
    "starttime Int64, sourceip String, sourceport UInt16, destinationip String, "
    "destinationport UInt16, protocol String, bytessent Int64, bytesreceived Int64"
)


def query(path, end_ms, threads):
    after = end_ms - DAY_MS
    prefixes = " OR ".join(f"startsWith(destinationip, '{prefix}')" for prefix in EXCLUDED_PREFIXES)
    pattern = EXCLUDED_PATTERN.replace("\\", "\\\\")
    text = "formatDateTime(fromUnixTimestamp64Milli({}, 'UTC'), '%Y-%m-%d %H:%i:%S')".format
    # One bit per calendar hour: faster here than uniqExact().
    hour_bit = f"bitShiftLeft(toUInt32(1), intDiv(starttime, {HOUR_MS}) - {after // HOUR_MS})"
    result = chdb.query(f"""
        SELECT sourceip, destinationip, destinationport,
          count() AS connection_count, bitCount(groupBitOr({hour_bit})) AS hourly_buckets,
          sum(bytessent) AS bytes_sent, sum(bytesreceived) AS bytes_received,
          {text("min(starttime)")} AS first_seen, {text("max(starttime)")} AS last_seen,
          multiIf(destinationport IN {tuple(C2_PORTS)}, 3, connection_count > {HIGH_VOLUME}, 2, 1) AS beaconing_score
        FROM file('{path}', 'CSVWithNames', '{STRUCTURE}')
        WHERE starttime > {after} AND starttime <= {end_ms}
          AND NOT ({prefixes} OR destinationip = '{EXCLUDED_ADDRESS}'
            OR (startsWith(destinationip, '172.') AND match(destinationip, '{pattern}')))
        GROUP BY sourceip, destinationip, destinationport
        HAVING connection_count >= {MIN_CONNECTIONS} AND hourly_buckets >= {MIN_HOURS}
        ORDER BY beaconing_score DESC, connection_count DESC, sourceip, destinationip, destinationport
        SETTINGS max_threads = {threads}, max_parsing_threads = {threads}""", "CSVWithNames")
    sys.stdout.buffer.write(result.bytes())


run(chdb.__version__, query)
