export const HELP = `beaconlens finds botnet beacons in network flow records.

  beaconlens evaluate [options] FILE…
  beaconlens explain [options] SOURCE DESTINATION PORT FILE…

evaluate prints the pairs (source, destination, port) that pass every gate of
the rule. explain prints every gate of one pair, also when it is no finding.
FILE is a delimited file with flows, also as .gz; a directory, which is walked
(names with a leading dot are left out); or - for standard input.

Rule
  --rule FILE          the rule as a JSON document; missing fields take the default
  --window SPAN        what to evaluate, back from the end: 24h, 7d, all (default 24h)
  --end TIME           the end of the window, RFC 3339 (default: the latest flow)

Reading
  --map ROLE=COLUMN,…  read a column as time, source, destination, port, protocol,
                       bytes_sent, bytes_received, bytes_total, duration, local,
                       remote or direction; COLUMN is a name or #3 for the third
  --delimiter CHAR     "," ";" "|" or "tab" (default: found by itself)
  --time-unit UNIT     s, ms, us or ns, of times that are numbers
  --utc-offset-minutes N  zone of times that name none (default 0)
  --workers N          threads that share the pairs out (default: by the size of
                       the input, at most 4; with --all always 1)

Output, only data on standard output
  --format FORMAT      evaluate: table, csv, json or ndjson (default: table on a
                       terminal, csv in a pipe); explain: text or json
  --order ORDER        priority or rule. This version has no priority yet:
                       both are the order of the rule's query
  --all                also pairs that failed a gate, with the names of those gates

  --help, --version

Exit code: 0 done, 2 wrong use, or an input that could not be read or is not flows.
`;
