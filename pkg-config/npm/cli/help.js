export const HELP = `beaconlens finds botnet beacons in network flow records.

  beaconlens evaluate [options] FILE…
  beaconlens explain [options] SOURCE DESTINATION PORT FILE…
  beaconlens query --for LANGUAGE [options]

evaluate prints the pairs (source, destination, port) that pass every gate of
the rule. explain prints every gate of one pair, also when it is no finding.
query prints the rule as a query to be run where the flows come from.
FILE holds flows in any form that is known, a packet capture or a Windows event log, also
as .gz; a directory, which is walked
(names with a leading dot are left out); or - for standard input.

Rule
  --profile NAME       the rule to start from: default, or lab, for one's own test on
                       one machine (loopback counts, 1 hour, 1 connection on a C2 port)
  --rule FILE          the rule as a JSON document; missing fields are the profile's
  --window SPAN        what to evaluate, back from the end: 24h, 7d, all (default 24h)
  --end TIME           the end of the window, RFC 3339 (default: the latest flow)
  --set NAME=FILE      a reference set, whose pairs are no findings: addresses, networks
                       and host names (example.com, *.example.com), one a line, or a
                       table. More behind commas: column=NAME or #2, applies_to=source,
                       destination or either (default), port=N (again for more ports)
  --threat-list FILE   known C2 endpoints, which are shown whatever the gates count: Feodo
                       Tracker's ipblocklist.csv, or a list as above, also with ports
                       (203.0.113.5:443). Behind a comma: column=NAME

Reading
  --map ROLE=COLUMN,…  read a column or field as time, source, destination, port,
                       bytes_sent, bytes_received, bytes_total, duration, end, host,
                       local, remote, direction, …; COLUMN is a name, #3 for the third,
                       or - that no column is it
  --delimiter CHAR     "," ";" "|" or "tab" of tables (default: found by itself)
  --time-unit UNIT     s, ms, us or ns, of times that are numbers
  --utc-offset-minutes N  zone of times that name none (default 0)
  --duplicates         count again what is told again: both ends of a session, both
                       directions of a one-way record, the same file twice
  --workers N          threads that share the pairs out (default: by the size of
                       the input, at most 4; with --all always 1)

Languages of query
  --for LANGUAGE       qradar (a set of only addresses is QRadar's of that name),
                       qradar-literal (every entry written out), sentinel, defender,
                       splunk, duckdb, clickhouse

Output, only data on standard output
  --format FORMAT      evaluate: table, csv, json or ndjson (default: table on a
                       terminal, csv in a pipe), or query: CSV of the ten columns
                       that the rule's query answers; explain: text or json
  --order ORDER        priority (the default): what to look at first; rule: as the
                       rule's query
  --hunts              instead of the findings what the hunts found: beacons by host
                       name, bursts, scans, generated names (DGA), long connections
  --all                also pairs that failed a gate, with the names of those gates

  --help, --version

Exit code: 0 done, 2 wrong use, or an input that could not be read or is not flows.
`;
