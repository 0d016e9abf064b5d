"""Answers one query in DuckDB, as lines of tab-separated texts; null is an empty one.

    python groups.py QUERY
"""

import sys

import duckdb

for row in duckdb.execute(sys.argv[1]).fetchall():
    print("\t".join("" if value is None else str(value) for value in row))
