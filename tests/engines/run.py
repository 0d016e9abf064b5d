"""Runs queries in DuckDB and in ClickHouse (chdb), for tests/engines.rs.

    python run.py CASES

CASES is a file of one JSON object per line: `flows` (rows of a table `flows`; null for missing values) and the
same queries as `duckdb` and as `clickhouse`. Prints one JSON line per case, with all rows of all queries of each
engine, every value as text, null as empty text.
"""

import json
import sys

import duckdb
from chdb import session

COLUMNS = "starttime, sourceip, destinationip, destinationport, bytessent, bytesreceived"


def literal(value):
    return "NULL" if value is None else str(value) if isinstance(value, int) else f"'{value}'"


def values(flows):
    return ", ".join(f"({', '.join(map(literal, flow))})" for flow in flows)


def text(value):
    return "" if value is None else str(value)


def in_duckdb(flows, queries):
    db = duckdb.connect()
    db.execute("SET threads = 1")
    db.execute("""CREATE TABLE flows (starttime TIMESTAMP, sourceip VARCHAR, destinationip VARCHAR,
        destinationport INTEGER, bytessent BIGINT, bytesreceived BIGINT)""")
    db.execute(f"INSERT INTO flows ({COLUMNS}) VALUES {values(flows)}")
    return [[[text(value) for value in row] for row in db.execute(query).fetchall()] for query in queries]


def in_clickhouse(clickhouse, flows, queries):
    clickhouse.query("""CREATE OR REPLACE TABLE flows (starttime DateTime64(6, 'UTC'), sourceip String,
        destinationip String, destinationport Nullable(UInt16), bytessent Nullable(UInt64),
        bytesreceived Nullable(UInt64)) ENGINE = Memory""")
    clickhouse.query(f"INSERT INTO flows ({COLUMNS}) VALUES {values(flows)}")
    answers = (str(clickhouse.query(query, "JSONCompactStringsEachRow")) for query in queries)
    return [[json.loads(line) for line in answer.splitlines()] for answer in answers]


def main():
    clickhouse = session.Session()
    clickhouse.query("CREATE DATABASE IF NOT EXISTS beaconlens")
    clickhouse.query("USE beaconlens")
    with open(sys.argv[1], encoding="utf-8") as cases:
        for case in map(json.loads, cases):
            answer = {
                "duckdb": in_duckdb(case["flows"], case["duckdb"]),
                "clickhouse": in_clickhouse(clickhouse, case["flows"], case["clickhouse"]),
            }
            print(json.dumps(answer))


main()
