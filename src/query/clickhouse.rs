//! ClickHouse's SQL.

use ipnet::IpNet;

use super::language::{EndFields, Language};
use super::text::{Alternatives, QueryText, Quote};
use super::window::WindowPatterns;

const TEMPLATE: &str = r"-- The rule #name# of beaconlens, for ClickHouse.#comments#
-- Over flows(starttime, sourceip, destinationip, destinationport, bytessent, bytesreceived); starttime in UTC.
WITH connections AS (
  SELECT starttime#shift# AS start,
    toIPv6OrNull(replaceRegexpAll(toString(sourceip), '^\\[|\\]$|%.*$', '')) AS sourcekey,
    toIPv6OrNull(replaceRegexpAll(toString(destinationip), '^\\[|\\]$|%.*$', '')) AS destinationkey,
    ifNull(destinationport, 0) AS port, bytessent, bytesreceived
  FROM flows
  WHERE starttime <= #until##from#
),
pairs AS (
  SELECT assumeNotNull(sourcekey) AS sourcekey, assumeNotNull(destinationkey) AS destinationkey, port AS destinationport,
    count() AS connection_count, uniqExact(formatDateTime(start, '%Y-%m-%d %H', 'UTC')) AS hourly_buckets,
    ifNull(sum(bytessent), 0) AS bytes_sent, ifNull(sum(bytesreceived), 0) AS bytes_received,
    formatDateTime(min(start), '%Y-%m-%d %H:%i:%S', 'UTC') AS first_seen,
    formatDateTime(max(start), '%Y-%m-%d %H:%i:%S', 'UTC') AS last_seen
  FROM connections
  WHERE isNotNull(sourcekey) AND isNotNull(destinationkey)
  GROUP BY connections.sourcekey, connections.destinationkey, port
),
-- IPv4 addresses without ::ffff: before them, and IPv6 addresses without a dotted end.
written AS (
  SELECT *, arrayMap(key -> if(match(toString(key), '^::[0-9]+[.]'),
      lower(concat('::', trimLeft(substring(hex(key), 25, 4), '0'), ':', replaceRegexpOne(substring(hex(key), 29, 4), '^0{1,3}', ''))),
      replaceRegexpOne(toString(key), '^::ffff:([0-9.]+)$', '\\1')), [sourcekey, destinationkey]) AS texts,
    texts[1] AS sourceip, texts[2] AS destinationip
  FROM pairs
),
scored AS (
  SELECT *, CASE #scores#ELSE 1 END AS beaconing_score#listed#
  FROM written
)
SELECT sourceip, destinationip, destinationport, connection_count, hourly_buckets, bytes_sent, bytes_received,
  first_seen, last_seen, beaconing_score#listed_2#
FROM scored
WHERE #gates##conditions#
ORDER BY beaconing_score DESC, connection_count DESC, isIPv6String(sourceip), sourcekey, isIPv6String(destinationip),
  destinationkey, destinationport
";

pub(super) const LANGUAGE: Language = Language {
    template: [TEMPLATE, ""],
    and: " AND ",
    or: " OR ",
    not: "NOT ",
    conditions: ["\n  AND "; 2],
    one_of: "#field# IN (#values#)",
    choose: "if(#if#, #then#, #else#)",
    branch: "WHEN #if# THEN #then# ",
    listed: [", CASE #branches#ELSE '' END AS threat_list", ", threat_list", ""],
    is_listed: "threat_list != ''",
    comment: "\n-- #text#",
    stored_list: None,
    shift: " + toIntervalMinute(#minutes#)",
    source: EndFields { address: "sourceip", host: None },
    destination: EndFields { address: "destinationip", host: None },
    port: "destinationport",
    connections: "connection_count",
    hours: "hourly_buckets",
    quote: Quote::SingleEscaped,
    within,
    ends_with: |_, _, _| {},
    window: WindowPatterns {
        from: [
            " AND starttime > (SELECT max(starttime) FROM flows) - toIntervalHour(#hours#)",
            "",
            " AND starttime > toDateTime64('#end_text#', 6, 'UTC') - toIntervalHour(#hours#)",
            "",
        ],
        until: [
            LATEST,
            LATEST,
            "toDateTime64('#end_text#', 6, 'UTC')",
            "toDateTime64('#end_text#', 6, 'UTC')",
        ],
        condition: [""; 4],
    },
};

const LATEST: &str = "(SELECT max(starttime) FROM flows)";

/// Many networks become one hash set per prefix length, since a function over an array would copy the array for
/// each row.
fn within(out: &mut QueryText, field: &str, networks: &[IpNet]) {
    if let [one] = networks {
        out.show(&format_args!("isIPAddressInRange({field}, '{}')", one));
        return;
    }
    let mut any = Alternatives::begin(out, " OR ");
    for (version, longest) in [(4, 32), (6, 128)] {
        let of_version = |net: &&IpNet| matches!(net, IpNet::V4(_)) == (version == 4);
        if !networks.iter().any(|net| of_version(&net)) {
            continue;
        }
        any.next(out);
        let begin = out.0.len();
        out.show(&format_args!("isIPv{version}String({field}) AND "));
        let mut lengths = Alternatives::begin(out, " OR ");
        for length in 0..=longest {
            let of_length = |net: &&IpNet| of_version(net) && net.prefix_len() == length;
            let firsts: Vec<&IpNet> = networks.iter().filter(of_length).collect();
            if firsts.is_empty() {
                continue;
            }
            lengths.next(out);
            out.show(&format_args!(
                "IPv{version}CIDRToRange(toIPv{version}OrDefault({field}), {length}).1 IN ("
            ));
            out.each(&firsts, &mut |out, net| out.show(&format_args!("'{}'", net.network())));
            out.push(")");
        }
        lengths.end(out);
        out.bracket(begin);
    }
    any.end(out);
}
