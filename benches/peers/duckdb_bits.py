"""DuckDB with its fastest query: calendar hours counted as bits instead of COUNT(DISTINCT …)."""

from duckdb_sql import hours_as_bits, main

main(hours_as_bits)
