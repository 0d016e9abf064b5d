//! QRadar's AQL: the query that the detection is published as.

use ipnet::IpNet;

use super::text::{instant, single_quoted};
use super::{Bounds, End, Language};
use crate::rule::{Rule, Window};
use crate::time::{HOUR, MINUTE};

/// Remarks may stand only inside a query, not before or after it.
const TEMPLATE: &str = "\
SELECT sourceip, destinationip, destinationport,
  COUNT(*) AS connection_count,
  COUNT(DISTINCT DATEFORMAT(starttime#shift#, 'yyyy-MM-dd HH')) AS hourly_buckets,
  SUM(bytessent) AS bytes_sent, SUM(bytesreceived) AS bytes_received,
  MIN(DATEFORMAT(starttime#shift#, 'yyyy-MM-dd HH:mm:ss')) AS first_seen,
  MAX(DATEFORMAT(starttime#shift#, 'yyyy-MM-dd HH:mm:ss')) AS last_seen,
  CASE #scores#ELSE 1 END AS beaconing_score#listed#
FROM flows#remarks##conditions#
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
    remark: "\n/* #text# */",
    kept_list: None,
    shift: " + (#milliseconds#)",
    source: End { address: "sourceip", host: None },
    destination: End { address: "destinationip", host: None },
    port: "destinationport",
    connections: "COUNT(*)",
    hours: "COUNT(DISTINCT DATEFORMAT(starttime#shift#, 'yyyy-MM-dd HH'))",
    quote: single_quoted,
    within,
    ends_with: |_, _| String::new(),
    window,
};

pub(super) const QRADAR: Language =
    Language { kept_list: Some("REFERENCESETCONTAINS(#name#, #field#)"), ..LITERAL };

fn within(field: &str, networks: &[IpNet]) -> String {
    let each: Vec<String> = networks.iter().map(|network| format!("INCIDR('{network}', {field})")).collect();
    match each.as_slice() {
        [one] => one.clone(),
        _ => format!("({})", each.join(" OR ")),
    }
}

/// START and STOP are whole minutes, so the start times are asked for as well: milliseconds since 1970.
fn window(rule: &Rule) -> Bounds {
    let Some(end) = rule.end else {
        let from = match rule.window {
            Window::Hours(hours) => format!("LAST {hours} HOURS"),
            Window::All => EVER.to_owned(),
        };
        return Bounds { from, ..Bounds::default() };
    };
    let mut bounds = Bounds { from: EVER.to_owned(), ..Bounds::default() };
    let mut condition = format!("starttime <= {}", end.div_euclid(MILLISECOND));
    if let Window::Hours(hours) = rule.window {
        let after = end - i64::from(hours) * HOUR;
        bounds.from = format!("START '{}Z'", minute(after));
        condition = format!("starttime > {} AND {condition}", after.div_euclid(MILLISECOND));
    }
    bounds.until = format!(" STOP '{}Z'", minute(end + MINUTE));
    bounds.condition = Some(condition);
    bounds
}

const MILLISECOND: i64 = 1000;

/// Without a start, QRadar looks at the last five minutes.
const EVER: &str = "START '1970-01-01 00:00Z'";

fn minute(micros: i64) -> String {
    let mut text = instant(micros);
    text.truncate("2026-03-02 18:00".len());
    text
}
