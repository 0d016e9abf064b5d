//! Splunk's SPL, over events that the Common Information Model tags as network traffic.

use ipnet::IpNet;

use super::language::{EndFields, Language};
use super::text::{Alternatives, QueryText, Quote};
use super::window::WindowPatterns;

const TEMPLATE: &str = r#"search index=* tag=network tag=communicate #from##until# ```The rule #name# of beaconlens, for Splunk (CIM network traffic). first_seen and last_seen are in the time zone of who searches.```#comments#
| eval sourceip=coalesce(src_ip, src), destinationip=coalesce(dest_ip, dest), destinationport=coalesce(dest_port, 0),
    sourcehost=lower(coalesce(src_host, src_name, src, "")), destinationhost=lower(coalesce(dest_host, dest_name, dest, ""))
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
    comment: " ```#text#```",
    stored_list: None,
    shift: " + (#seconds#)",
    source: EndFields { address: "sourceip", host: Some("sourcehost") },
    destination: EndFields { address: "destinationip", host: Some("destinationhost") },
    port: "destinationport",
    connections: "connection_count",
    hours: "hourly_buckets",
    quote: Quote::Splunk,
    within,
    ends_with,
    // `latest` is exclusive and both are whole seconds, so a condition on the times is added.
    window: WindowPatterns {
        from: ["earliest=-#hours#h latest=now", "earliest=0 latest=now", "earliest=#after_s#", "earliest=0"],
        until: ["", "", " latest=#stop_s#", " latest=#stop_s#"],
        condition: ["", "", "_time > #after_epoch# AND _time <= #end_epoch#", "_time <= #end_epoch#"],
    },
};

fn within(out: &mut QueryText, field: &str, networks: &[IpNet]) {
    let mut any = Alternatives::begin(out, " OR ");
    for network in networks {
        any.next(out);
        out.show(&format_args!("cidrmatch(\"{}\", {field})", network));
    }
    any.end(out);
}

/// The dot is the only character of a host name that is special in a regular expression.
fn ends_with(out: &mut QueryText, field: &str, end: &str) {
    out.show(&format_args!("match({field}, \""));
    for label in end.split('.').skip(1) {
        out.show(&format_args!("\\\\.{label}"));
    }
    out.push("$\")");
}
