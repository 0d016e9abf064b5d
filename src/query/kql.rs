//! KQL, for Microsoft Sentinel and for Microsoft Defender.

use ipnet::IpNet;

use super::language::{EndFields, Language};
use super::text::{Alternatives, QueryText, Quote};
use super::window::WindowPatterns;

/// Reads the sessions of every source that Sentinel knows, in their common schema (ASIM).
const ASIM: &str = "\
// The rule #name# of beaconlens, for Microsoft Sentinel (ASIM network sessions).#comments#
let window_end = #until#;
let window_start = #from#;
_Im_NetworkSession(starttime=window_start, endtime=window_end)
| where TimeGenerated > window_start and TimeGenerated <= window_end
| project starttime = TimeGenerated, sourceip = SrcIpAddr, destinationip = DstIpAddr,
    destinationport = coalesce(toint(DstPortNumber), 0), bytessent = tolong(SrcBytes), bytesreceived = tolong(DstBytes),
    sourcehost = tolower(coalesce(SrcFQDN, SrcHostname)), destinationhost = tolower(coalesce(DstFQDN, DstHostname))
";

/// Reads Defender's table, which has no byte counts.
const DEVICE_NETWORK_EVENTS: &str = "\
// The rule #name# of beaconlens, for Microsoft Defender. Its table has no byte counts.#comments#
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
    comment: "\n// #text#",
    stored_list: None,
    shift: " + (#minutes#m)",
    source: EndFields { address: "sourceip", host: Some("sourcehost") },
    destination: EndFields { address: "destinationip", host: Some("destinationhost") },
    port: "destinationport",
    connections: "connection_count",
    hours: "hourly_buckets",
    quote: Quote::DoubleEscaped,
    within,
    ends_with: |out, field, end| out.show(&format_args!("{field} endswith \"{end}\"")),
    window: WindowPatterns {
        from: [HOURS, "datetime(1970-01-01)", HOURS, "datetime(1970-01-01)"],
        until: ["now()", "now()", "datetime(#end_text#)", "datetime(#end_text#)"],
        condition: [""; 4],
    },
};

const HOURS: &str = "window_end - #hours#h";

pub(super) const DEFENDER: Language = Language { template: [DEVICE_NETWORK_EVENTS, REST], ..SENTINEL };

/// A text that is not an address of the family gives null, and `not(null)` would drop the row, hence `coalesce`. The
/// function for IPv6 takes an IPv4 address for an IPv4-mapped one, hence the colon.
fn within(out: &mut QueryText, field: &str, networks: &[IpNet]) {
    let mut any = Alternatives::begin(out, " or ");
    for family in ["4", "6"] {
        let of_family: Vec<&IpNet> =
            networks.iter().filter(|net| matches!(net, IpNet::V4(_)) == (family == "4")).collect();
        if of_family.is_empty() {
            continue;
        }
        any.next(out);
        let begin = out.0.len();
        out.show(&format_args!("coalesce(ipv{family}_is_in_any_range({field}, dynamic(["));
        out.each(&of_family, &mut |out, network| out.show(&format_args!("\"{}\"", network)));
        out.push("])), false)");
        if family == "6" {
            out.show(&format_args!(" and {field} contains \":\""));
            out.bracket(begin);
        }
    }
    any.end(out);
}
