//! QRadar's AQL: the query that the detection is published as.

use ipnet::IpNet;

use super::language::{EndFields, Language};
use super::text::{Alternatives, QueryText, Quote};
use super::window::WindowPatterns;

/// AQL allows comments only inside a query, not before or after it.
const TEMPLATE: &str = "\
SELECT sourceip, destinationip, destinationport,
  COUNT(*) AS connection_count,
  COUNT(DISTINCT DATEFORMAT(starttime#shift#, 'yyyy-MM-dd HH')) AS hourly_buckets,
  SUM(bytessent) AS bytes_sent, SUM(bytesreceived) AS bytes_received,
  MIN(DATEFORMAT(starttime#shift#, 'yyyy-MM-dd HH:mm:ss')) AS first_seen,
  MAX(DATEFORMAT(starttime#shift#, 'yyyy-MM-dd HH:mm:ss')) AS last_seen,
  CASE #scores#ELSE 1 END AS beaconing_score#listed#
FROM flows#comments##conditions#
GROUP BY sourceip, destinationip, destinationport
HAVING #gates#
ORDER BY beaconing_score DESC, connection_count DESC
#from##until#
";

pub(super) const LITERAL: Language = Language {
    template: [TEMPLATE, ""],
    and: " AND ",
    or: " OR ",
    not: "NOT ",
    conditions: ["\nWHERE ", "\n  AND "],
    one_of: "#field# IN (#values#)",
    choose: "CASE WHEN #if# THEN #then# ELSE #else# END",
    branch: "WHEN #if# THEN #then# ",
    listed: [",\n  CASE #branches#ELSE '' END AS threat_list", "", ""],
    is_listed: "threat_list != ''",
    comment: "\n/* #text# */",
    stored_list: None,
    shift: " + (#milliseconds#)",
    source: EndFields { address: "sourceip", host: None },
    destination: EndFields { address: "destinationip", host: None },
    port: "destinationport",
    connections: "COUNT(*)",
    hours: "COUNT(DISTINCT DATEFORMAT(starttime#shift#, 'yyyy-MM-dd HH'))",
    quote: Quote::Doubled,
    within,
    ends_with: |_, _, _| {},
    // START and STOP are whole minutes, so a condition on the start times is added. Without a start, QRadar
    // searches the last five minutes.
    window: WindowPatterns {
        from: ["LAST #hours# HOURS", EVER, "START '#after_minute#Z'", EVER],
        until: ["", "", " STOP '#stop_minute#Z'", " STOP '#stop_minute#Z'"],
        condition: ["", "", "starttime > #after_ms# AND starttime <= #end_ms#", "starttime <= #end_ms#"],
    },
};

const EVER: &str = "START '1970-01-01 00:00Z'";

pub(super) const QRADAR: Language =
    Language { stored_list: Some("REFERENCESETCONTAINS(#name#, #field#)"), ..LITERAL };

fn within(out: &mut QueryText, field: &str, networks: &[IpNet]) {
    let mut any = Alternatives::begin(out, " OR ");
    for network in networks {
        any.next(out);
        out.show(&format_args!("INCIDR('{}', {field})", network));
    }
    any.end(out);
}
