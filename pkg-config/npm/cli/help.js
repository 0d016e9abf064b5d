export const HELP = `beaconlens finds botnet beacons in network flow records.

  beaconlens evaluate [options] FILE…
  beaconlens explain [options] SOURCE DESTINATION PORT FILE…
  beaconlens query --for LANGUAGE [options]

evaluate prints the pairs (source, destination, port) that pass every gate of
the rule. explain prints every gate of one pair, finding or not.
query prints the rule as a query for the product that stores the flows.
FILE holds flows in any known format, a packet capture or a Windows event log, also
as .gz; or FILE is a directory, which is searched (names with a leading dot are
ignored), or - for standard input.

Rule
  --profile NAME       the rule to start from: default, or lab, for tests on one
                       machine (loopback counts, 1 hour, 1 connection on a C2 port)
  --rule FILE          the rule as a JSON document; missing fields are the profile's
  --window SPAN        what to evaluate, back from the end: 24h, 7d, all (default 24h)
  --end TIME           the end of the window, RFC 3339 (default: the latest flow)
  --set NAME=FILE      a reference set, whose pairs are no findings: addresses, networks
                       and host names (example.com, *.example.com), one per line, or a
                       table. Options after commas: column=NAME or #2, applies_to=source,
                       destination or either (default), port=N (again for more ports)
  --threat-list FILE   known C2 endpoints, which are shown whatever the gates say: Feodo
                       Tracker's ipblocklist.csv, or a list as above, also with ports
                       (203.0.113.5:443). Option after a comma: column=NAME

Reading
  --map ROLE=COLUMN,…  read a column or field as time, source, destination, port,
                       bytes_sent, bytes_received, bytes_total, duration, end, host,
                       local, remote, direction, …; COLUMN is a name, #3 for the third,
                       or - for no column
  --delimiter CHAR     "," ";" "|" or "tab" of tables (default: detected)
  --time-unit UNIT     s, ms, us or ns: the unit of times that are numbers
  --utc-offset-minutes N  zone of times without one (default 0)
  --duplicates         count duplicate rows and files: both ends of a session, both
                       directions of a one-way record, the same file twice
  --workers N          threads that divide the pairs (default: by the size of
                       the input, at most 4; with --all always 1)

Languages of query
  --for LANGUAGE       qradar (a set with only addresses is QRadar's set of that name),
                       qradar-literal (every entry written out), sentinel, defender,
                       splunk, duckdb, clickhouse

Output; standard output has only data
  --format FORMAT      evaluate: table, csv, json or ndjson (default: table on a
                       terminal, csv in a pipe), or query: CSV of the ten columns
                       that the rule's query answers; explain: text or json
  --order ORDER        priority (the default): most suspicious first; rule: as the
                       rule's query
  --hunts              the hits of the hunts instead of the findings: beacons by host
                       name, bursts, scans, generated names (DGA), long connections
  --all                also pairs that failed a gate, with the names of those gates

  --help, --version

Exit code: 0 success; 2 wrong use, or an input that cannot be read or is not flows.
`;
