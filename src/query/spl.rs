//! Splunk's SPL, over what the Common Information Model tags as network traffic.

use ipnet::IpNet;

use super::text::double_quoted;
use super::{Bounds, End, Language};
use crate::rule::{Rule, Window};
use crate::time::{HOUR, SECOND};

const TEMPLATE: &str = r#"search index=* tag=network tag=communicate #from##until# ```The rule #name# of beaconlens, for Splunk (CIM network traffic). first_seen and last_seen are in the time zone of who searches.```#remarks#
| eval sourceip=coalesce(src_ip, src), destinationip=coalesce(dest_ip, dest), destinationport=coalesce(dest_port, 0),
    sourcehost=lower(coalesce(src_host, src_name, src)), destinationhost=lower(coalesce(dest_host, dest_name, dest))
| eval sourceip=replace(sourceip, "^::ffff:([0-9.]+)$", "\1"), destinationip=replace(destinationip, "^::ffff:([0-9.]+)$", "\1"), hour=floor((_time#shift#) / 3600)#conditions##listed#
| stats count AS connection_count dc(hour) AS hourly_buckets sum(bytes_out) AS bytes_sent sum(bytes_in) AS bytes_received min(_time) AS first_time max(_time) AS last_time#listed_2# BY sourceip destinationip destinationport
| where #gates#
| fillnull value=0 bytes_sent bytes_received
| eval first_seen=strftime(first_time#shift#, "%Y-%m-%d %H:%M:%S"), last_seen=strftime(last_time#shift#, "%Y-%m-%d %H:%M:%S"), beaconing_score=case(#scores#true(), 1)
| sort 0 -num(beaconing_score), -num(connection_count), +ip(sourceip), +ip(destinationip), +num(destinationport)
| table sourceip destinationip destinationport connection_count hourly_buckets bytes_sent bytes_received first_seen last_seen beaconing_score#listed_3#
"#;

pub(super) const LANGUAGE: Language = Language {
    template: [TEMPLATE, ""],
    and: " AND ",
    or: " OR ",
    not: "NOT ",
    conditions: ["\n| where "; 2],
    one_of: "in(#field#, #values#)",
    choose: "if(#if#, #then#, #else#)",
    branch: "#if#, #then#, ",
    listed: [
        "\n| eval threat_list=case(#branches#true(), null())",
        " max(threat_list) AS threat_list",
        " threat_list",
    ],
    is_listed: "isnotnull(threat_list)",
    remark: " ```#text#```",
    kept_list: None,
    shift: " + (#seconds#)",
    source: End { address: "sourceip", host: Some("sourcehost") },
    destination: End { address: "destinationip", host: Some("destinationhost") },
    port: "destinationport",
    connections: "connection_count",
    hours: "hourly_buckets",
    quote,
    within,
    ends_with,
    window,
};

/// A backtick would begin a macro.
fn quote(text: &str) -> String {
    double_quoted(&text.replace('`', "'"))
}

fn within(field: &str, networks: &[IpNet]) -> String {
    let each: Vec<String> =
        networks.iter().map(|network| format!("cidrmatch(\"{network}\", {field})")).collect();
    match each.as_slice() {
        [one] => one.clone(),
        _ => format!("({})", each.join(" OR ")),
    }
}

/// A host name has no character that is special in a pattern, but the dot.
fn ends_with(field: &str, end: &str) -> String {
    format!("match({field}, {})", double_quoted(&format!("{}$", end.replace('.', "\\."))))
}

/// `latest` is outside, and both are whole seconds: so the times are asked for as well.
fn window(rule: &Rule) -> Bounds {
    let Some(end) = rule.end else {
        let from = match rule.window {
            Window::Hours(hours) => format!("earliest=-{hours}h latest=now"),
            Window::All => "earliest=0 latest=now".to_owned(),
        };
        return Bounds { from, ..Bounds::default() };
    };
    let mut bounds = Bounds { from: "earliest=0".to_owned(), ..Bounds::default() };
    let mut condition = format!("_time <= {}", epoch(end));
    if let Window::Hours(hours) = rule.window {
        let after = end - i64::from(hours) * HOUR;
        bounds.from = format!("earliest={}", after.div_euclid(SECOND));
        condition = format!("_time > {} AND {condition}", epoch(after));
    }
    bounds.until = format!(" latest={}", end.div_euclid(SECOND) + 1);
    bounds.condition = Some(condition);
    bounds
}

/// Seconds since 1970 with six digits.
fn epoch(micros: i64) -> String {
    let sign = if micros < 0 { "-" } else { "" };
    let micros = micros.unsigned_abs();
    format!("{sign}{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}
