//! DuckDB's SQL. Without an extension it has no addresses, so the query converts each distinct address to a text of
//! hexadecimal digits that sorts and compares as the address does.

use std::net::IpAddr;

use ipnet::IpNet;

use super::language::{EndFields, Language};
use super::text::{QueryText, Quote};
use super::window::WindowPatterns;

const TEMPLATE: &str = r"-- The rule #name# of beaconlens, for DuckDB.#comments#
-- Over flows(starttime, sourceip, destinationip, destinationport, bytessent, bytesreceived); starttime in UTC.
WITH connections AS (
  SELECT starttime#shift# AS start, CAST(sourceip AS VARCHAR) AS source, CAST(destinationip AS VARCHAR) AS destination,
    coalesce(destinationport, 0) AS port, bytessent, bytesreceived
  FROM flows
  WHERE starttime <= #until##from#
),
-- Every address once: as 32 hexadecimal digits, and as it is commonly written.
spelled AS (
  SELECT DISTINCT unnest([source, destination]) AS spelling FROM connections
),
cleaned AS (
  SELECT spelling, regexp_replace(lower(spelling), '^\[|\]$|%.*$', '', 'g') AS text FROM spelled
),
-- A dotted end is two groups of digits; an IPv4 address is ::ffff: and those.
dotted AS (
  SELECT *, string_split(regexp_extract(text, '^(?:|.*:)((?:(?:\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])\.){3}(?:\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5]))$', 1), '.') AS octets
  FROM cleaned
),
colons AS (
  SELECT spelling, CASE WHEN len(octets) = 4
    THEN coalesce(nullif(regexp_replace(text, '[^:]*$', ''), ''), '::ffff:')
      || format('{:x}:{:x}', octets[1]::INT * 256 + octets[2]::INT, octets[3]::INT * 256 + octets[4]::INT)
    ELSE text END AS text
  FROM dotted
),
halves AS (
  SELECT spelling, [[g FOR g IN string_split(half, ':') IF g <> ''] FOR half IN string_split(text, '::')] AS half
  FROM colons
  WHERE regexp_full_match(text, '(?:[0-9a-f]{1,4})?(?:::?[0-9a-f]{1,4})*(?:::)?')
),
grouped AS (
  SELECT spelling, half[1] || [0::VARCHAR FOR i IN range(8 - len(half[1]) - len(half[2]))] || half[2] AS groups
  FROM halves
  WHERE len(half) = 2 AND len(half[1]) + len(half[2]) < 8
  UNION ALL
  SELECT spelling, half[1] FROM halves WHERE len(half) = 1 AND len(half[1]) = 8
),
digits AS (
  SELECT spelling, array_to_string([lpad(g, 4, '0') FOR g IN groups], '') AS hex,
    ':' || array_to_string([coalesce(nullif(ltrim(g, '0'), ''), '0') FOR g IN groups], ':') || ':' AS text
  FROM grouped
),
-- The longest run of zero groups, the first of them, is written as ::.
runs AS (
  SELECT *, [z FOR z IN [repeat(':0', n) || ':' FOR n IN range(8, 1, -1)] IF contains(text, z)][1] AS run FROM digits
),
addresses AS (
  SELECT spelling,
    CASE WHEN hex[:24] = '00000000000000000000ffff' THEN '4' || hex[25:] ELSE '6' || hex END AS key,
    CASE WHEN hex[:24] = '00000000000000000000ffff'
      THEN array_to_string([('0x' || hex[i:i + 1])::INT FOR i IN range(25, 32, 2)], '.')
      WHEN run IS NULL THEN trim(text, ':')
      ELSE ltrim(text[:instr(text, run) - 1], ':') || '::' || rtrim(text[instr(text, run) + len(run):], ':')
    END AS address
  FROM runs
),
pairs AS (
  SELECT s.address AS sourceip, d.address AS destinationip, port AS destinationport,
    count(*) AS connection_count, count(DISTINCT date_trunc('hour', start)) AS hourly_buckets,
    coalesce(sum(bytessent), 0) AS bytes_sent, coalesce(sum(bytesreceived), 0) AS bytes_received,
    strftime(min(start), '%Y-%m-%d %H:%M:%S') AS first_seen, strftime(max(start), '%Y-%m-%d %H:%M:%S') AS last_seen,
    s.key AS sourcekey, d.key AS destinationkey
  FROM connections
  JOIN addresses s ON s.spelling = source
  JOIN addresses d ON d.spelling = destination
  GROUP BY ALL
),
scored AS (
  SELECT *, CASE #scores#ELSE 1 END AS beaconing_score#listed#
  FROM pairs
)
SELECT sourceip, destinationip, destinationport, connection_count, hourly_buckets, bytes_sent, bytes_received,
  first_seen, last_seen, beaconing_score#listed_2#
FROM scored
WHERE #gates##conditions#
ORDER BY beaconing_score DESC, connection_count DESC, sourcekey, destinationkey, destinationport;
";

pub(super) const LANGUAGE: Language = Language {
    template: [TEMPLATE, ""],
    and: " AND ",
    or: " OR ",
    not: "NOT ",
    conditions: ["\n  AND "; 2],
    one_of: "#field# IN (#values#)",
    choose: "CASE WHEN #if# THEN #then# ELSE #else# END",
    branch: "WHEN #if# THEN #then# ",
    listed: [", CASE #branches#END AS threat_list", ", threat_list", ""],
    is_listed: "threat_list IS NOT NULL",
    comment: "\n-- #text#",
    stored_list: None,
    shift: " + INTERVAL (#minutes#) MINUTE",
    source: EndFields { address: "sourceip", host: None },
    destination: EndFields { address: "destinationip", host: None },
    port: "destinationport",
    connections: "connection_count",
    hours: "hourly_buckets",
    quote: Quote::Doubled,
    within,
    ends_with: |_, _, _| {},
    window: WindowPatterns {
        from: [
            " AND starttime > (SELECT max(starttime) FROM flows) - INTERVAL #hours# HOUR",
            "",
            " AND starttime > TIMESTAMP '#end_text#' - INTERVAL #hours# HOUR",
            "",
        ],
        until: [LATEST, LATEST, "TIMESTAMP '#end_text#'", "TIMESTAMP '#end_text#'"],
        condition: [""; 4],
    },
};

const LATEST: &str = "(SELECT max(starttime) FROM flows)";

fn within(out: &mut QueryText, field: &str, networks: &[IpNet]) {
    let key = if field == "sourceip" { "sourcekey" } else { "destinationkey" };
    if let [one] = networks {
        out.show(&format_args!("{key} BETWEEN '"));
        digits(out, one.network());
        out.push("' AND '");
        digits(out, one.broadcast());
        out.show(&format_args!("' /* {} */", one));
        return;
    }
    out.push("EXISTS (FROM (VALUES ");
    out.each(networks, &mut |out, network| {
        out.show(&format_args!("('{}', '", network));
        digits(out, network.network());
        out.push("', '");
        digits(out, network.broadcast());
        out.push("')");
    });
    out.show(&format_args!(") AS network(written, first, last) WHERE {key} BETWEEN first AND last)"));
}

/// Writes the hexadecimal digits of an address.
fn digits(out: &mut QueryText, address: IpAddr) {
    match address {
        IpAddr::V4(v4) => out.show(&format_args!("4{:08x}", v4.to_bits())),
        IpAddr::V6(v6) => out.show(&format_args!("6{:032x}", v6.to_bits())),
    }
}
