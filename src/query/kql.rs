//! KQL, for Microsoft Sentinel and for Microsoft Defender.

use ipnet::IpNet;

use super::text::{double_quoted, instant};
use super::{Bounds, End, Language};
use crate::rule::{Rule, Window};

/// Over the sessions of every source that Sentinel knows, by their common schema (ASIM).
const ASIM: &str = "\
// The rule #name# of beaconlens, for Microsoft Sentinel (ASIM network sessions).#remarks#
let window_end = #until#;
let window_start = #from#;
_Im_NetworkSession(starttime=window_start, endtime=window_end)
| where TimeGenerated > window_start and TimeGenerated <= window_end
| project starttime = TimeGenerated, sourceip = SrcIpAddr, destinationip = DstIpAddr,
    destinationport = coalesce(toint(DstPortNumber), 0), bytessent = tolong(SrcBytes), bytesreceived = tolong(DstBytes),
    sourcehost = tolower(coalesce(SrcFQDN, SrcHostname)), destinationhost = tolower(coalesce(DstFQDN, DstHostname))
";

/// Defender's table counts no bytes.
const DEVICE_NETWORK_EVENTS: &str = "\
// The rule #name# of beaconlens, for Microsoft Defender. Its table has no byte counts.#remarks#
let window_end = #until#;
let window_start = #from#;
DeviceNetworkEvents
| where Timestamp > window_start and Timestamp <= window_end
| where ActionType in (\"ConnectionSuccess\", \"ConnectionFailed\", \"ConnectionAttempt\")
| project starttime = Timestamp, sourceip = LocalIP, destinationip = RemoteIP,
    destinationport = coalesce(toint(RemotePort), 0), bytessent = long(null), bytesreceived = long(null),
    sourcehost = tolower(DeviceName), destinationhost = extract(@\"^(?:[a-z]+://)?([^/:]+)\", 1, tolower(RemoteUrl))
";

const REST: &str = r#"| extend sourceip = replace_regex(sourceip, @"^::ffff:([0-9.]+)$", @"\1"),
    destinationip = replace_regex(destinationip, @"^::ffff:([0-9.]+)$", @"\1")
| where isnotempty(sourceip) and isnotempty(destinationip)#conditions##listed#
| summarize connection_count = count(), hourly_buckets = count_distinct(bin(starttime#shift#, 1h)),
    bytes_sent = sum(bytessent), bytes_received = sum(bytesreceived),
    first_seen = format_datetime(min(starttime)#shift#, "yyyy-MM-dd HH:mm:ss"),
    last_seen = format_datetime(max(starttime)#shift#, "yyyy-MM-dd HH:mm:ss")#listed_2#
  by sourceip, destinationip, destinationport
| where #gates#
| extend beaconing_score = case(#scores#1)
| order by beaconing_score desc, connection_count desc, isnotnull(parse_ipv4(sourceip)) desc, parse_ipv6(sourceip) asc,
    isnotnull(parse_ipv4(destinationip)) desc, parse_ipv6(destinationip) asc, destinationport asc
| project sourceip, destinationip, destinationport, connection_count, hourly_buckets, bytes_sent, bytes_received,
    first_seen, last_seen, beaconing_score#listed_3#
"#;

pub(super) const SENTINEL: Language = Language {
    template: [ASIM, REST],
    and: " and ",
    or: " or ",
    not: "not",
    conditions: ["\n| where "; 2],
    one_of: "#field# in (#values#)",
    choose: "iff(#if#, #then#, #else#)",
    branch: "#if#, #then#, ",
    listed: [
        "\n| extend threat_list = case(#branches#\"\")",
        ",\n    threat_list = max(threat_list)",
        ", threat_list",
    ],
    is_listed: "isnotempty(threat_list)",
    remark: "\n// #text#",
    kept_list: None,
    shift: " + (#minutes#m)",
    source: End { address: "sourceip", host: Some("sourcehost") },
    destination: End { address: "destinationip", host: Some("destinationhost") },
    port: "destinationport",
    connections: "connection_count",
    hours: "hourly_buckets",
    quote: double_quoted,
    within,
    ends_with: |field, end| format!("{field} endswith {}", double_quoted(end)),
    window,
};

pub(super) const DEFENDER: Language = Language { template: [DEVICE_NETWORK_EVENTS, REST], ..SENTINEL };

/// What is no address of the kind gives null, and `not(null)` would drop the row.
fn within(field: &str, networks: &[IpNet]) -> String {
    let quoted = |wanted: fn(&&IpNet) -> bool| -> Vec<String> {
        networks.iter().filter(wanted).map(|network| format!("\"{network}\"")).collect()
    };
    let (v4, v6) = (quoted(|net| matches!(net, IpNet::V4(_))), quoted(|net| matches!(net, IpNet::V6(_))));
    let mut parts = Vec::new();
    if !v4.is_empty() {
        let list = v4.join(", ");
        parts.push(format!("coalesce(ipv4_is_in_any_range({field}, dynamic([{list}])), false)"));
    }
    if !v6.is_empty() {
        // An IPv4 address would be looked up as an IPv4-mapped one.
        let list = v6.join(", ");
        parts.push(format!(
            "({field} contains \":\" and coalesce(ipv6_is_in_any_range({field}, dynamic([{list}])), false))"
        ));
    }
    match parts.as_slice() {
        [one] => one.clone(),
        _ => format!("({})", parts.join(" or ")),
    }
}

fn window(rule: &Rule) -> Bounds {
    let until = rule.end.map_or("now()".to_owned(), |end| format!("datetime({})", instant(end)));
    let from = match rule.window {
        Window::Hours(hours) => format!("window_end - {hours}h"),
        Window::All => "datetime(1970-01-01)".to_owned(),
    };
    Bounds { from, until, condition: None }
}
