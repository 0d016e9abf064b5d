"""polars: a lazy scan on the streaming engine, with every type given.

The harness sets POLARS_MAX_THREADS, which polars reads when it is imported.
"""

import sys

import polars as pl

from job import (
    C2_PORTS, DAY_MS, EXCLUDED_ADDRESS, EXCLUDED_PATTERN, EXCLUDED_PREFIXES, HIGH_VOLUME, HOUR_MS,
    MIN_CONNECTIONS, MIN_HOURS, run,
)

SCHEMA = {
    "starttime": pl.Int64, "sourceip": pl.String, "sourceport": pl.UInt16, "destinationip": pl.String,
    "destinationport": pl.UInt16, "protocol": pl.String, "bytessent": pl.Int64, "bytesreceived": pl.Int64,
}
PAIR = ["sourceip", "destinationip", "destinationport"]


def query(path, end_ms, _threads):
    time, destination = pl.col("starttime"), pl.col("destinationip")
    after = end_ms - DAY_MS
    excluded = (destination == EXCLUDED_ADDRESS) | destination.str.contains(EXCLUDED_PATTERN)
    for prefix in EXCLUDED_PREFIXES:
        excluded = excluded | destination.str.starts_with(prefix)
    # One bit per calendar hour: faster here than n_unique().
    hour = time // HOUR_MS - after // HOUR_MS
    hour_bit = pl.lit(1, pl.Int64) * pl.lit(2, pl.Int64).pow(hour)

    def as_text(instant):
        return pl.from_epoch(instant, time_unit="ms").dt.strftime("%Y-%m-%d %H:%M:%S")

    score = (
        pl.when(pl.col("destinationport").is_in(C2_PORTS)).then(3)
        .when(pl.col("connection_count") > HIGH_VOLUME).then(2)
        .otherwise(1)
    )
    (
        pl.scan_csv(path, schema=SCHEMA)
        .filter((time > after) & (time <= end_ms) & ~excluded)
        .with_columns(hour_bit.alias("hour_bit"))
        .group_by(PAIR)
        .agg(
            pl.len().alias("connection_count"),
            pl.col("hour_bit").bitwise_or().bitwise_count_ones().alias("hourly_buckets"),
            pl.col("bytessent").sum().alias("bytes_sent"),
            pl.col("bytesreceived").sum().alias("bytes_received"),
            time.min().alias("first_seen"),
            time.max().alias("last_seen"),
        )
        .filter((pl.col("connection_count") >= MIN_CONNECTIONS) & (pl.col("hourly_buckets") >= MIN_HOURS))
        .with_columns(as_text(pl.col("first_seen")), as_text(pl.col("last_seen")), score.alias("beaconing_score"))
        .sort(["beaconing_score", "connection_count", *PAIR], descending=[True, True, False, False, False])
        .collect(engine="streaming")
        .write_csv(sys.stdout.buffer)
    )


run(pl.__version__, query)
