"""Runs one query in DuckDB; prints rows as tab-separated text, null as empty text.

    python groups.py QUERY
"""

import sys

import duckdb

for row in duckdb.execute(sys.argv[1]).fetchall():
    print("\t".join("" if value is None else str(value) for value in row))
