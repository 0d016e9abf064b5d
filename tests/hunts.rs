//! The four published tests of the detection, and the hunts, with telemetry in two forms: a flow export, and
//! Sysmon events 3 and 22.

#![allow(clippy::unwrap_used)]

#[allow(dead_code, reason = "only its random numbers are needed here")]
mod flows;

use std::fmt::Write;
use std::net::IpAddr;

use beaconlens::hunts::{Hunt, HuntHit};
use beaconlens::priority::PriorityPart;
use beaconlens::report::HostBeacon;
use beaconlens::{Detector, DetectorOptions, Explanation, Pair, PartialResult, Report, Rule};
use flows::Random;

/// 2026-03-02T10:00:00Z in milliseconds.
const START: u64 = 1_772_445_600_000;

/// A connection: milliseconds after the start, source, destination, port.
type Call = (u64, &'static str, &'static str, u16);

fn flows(calls: &[Call]) -> String {
    let mut out = "starttime,sourceip,destinationip,destinationport,bytessent,bytesreceived\n".to_owned();
    for (at, source, destination, port) in calls {
        writeln!(out, "{},{source},{destination},{port},120,0", START + at).unwrap();
    }
    out
}

fn utc(at: u64) -> String {
    let seconds = at / 1000;
    format!(
        "2026-03-02 {:02}:{:02}:{:02}.{:03}",
        10 + seconds / 3600,
        seconds / 60 % 60,
        seconds % 60,
        at % 1000
    )
}

fn sysmon(calls: &[Call]) -> String {
    let mut out = String::new();
    for (at, source, destination, port) in calls {
        let data = format!(
            r#""UtcTime":"{}","Image":"C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe","Protocol":"tcp","Initiated":true,"SourceIp":"{source}","SourcePort":50000,"DestinationIp":"{destination}","DestinationPort":{port}"#,
            utc(*at)
        );
        writeln!(out, r#"{{"Event":{{"System":{{"EventID":3,"Channel":"Microsoft-Windows-Sysmon/Operational"}},"EventData":{{{data}}}}}}}"#).unwrap();
    }
    out
}

fn sysmon_lookups(names: &[String]) -> String {
    let mut out = String::new();
    for (at, name) in names.iter().enumerate() {
        let data = format!(
            r#""UtcTime":"{}","QueryName":"{name}","QueryStatus":"9003","Image":"C:\\a.exe""#,
            utc(at as u64 * 1000)
        );
        writeln!(out, r#"{{"Event":{{"System":{{"EventID":22,"Channel":"Microsoft-Windows-Sysmon/Operational"}},"EventData":{{{data}}}}}}}"#).unwrap();
    }
    out
}

/// Zeek's dns.log, as JSON.
fn zeek_lookups(source: &str, resolver: &str, names: &[String], answer: &str) -> String {
    let mut out = String::new();
    for (at, name) in names.iter().enumerate() {
        let ts = (START / 1000) as f64 + at as f64;
        writeln!(
            out,
            r#"{{"_path":"dns","ts":{ts},"uid":"C{at}","id.orig_h":"{source}","id.orig_p":5353,"id.resp_h":"{resolver}","id.resp_p":53,"proto":"udp","query":"{name}","rcode_name":"{answer}"}}"#
        )
        .unwrap();
    }
    out
}

/// Random names: letters from a small generator.
fn random_names(count: usize) -> Vec<String> {
    let mut random = Random::new(20_260_302);
    let mut letter = || char::from(b'a' + random.below(26) as u8);
    (0..count).map(|_| (0..12).map(|_| letter()).collect::<String>() + ".com").collect()
}

fn report_of(sources: &[String], rule: &Rule) -> Report {
    detector(sources, DetectorOptions::new()).evaluate(rule)
}

fn detector(sources: &[String], options: DetectorOptions) -> Detector {
    let mut detector = Detector::new(options);
    for (number, source) in sources.iter().enumerate() {
        detector.start_source(&format!("source {number}"));
        detector.ingest(source.as_bytes()).unwrap();
        detector.finish().unwrap();
    }
    detector
}

fn lab() -> Rule {
    Rule::profile("lab").unwrap()
}

/// Asserts that the default rule finds nothing, in either form.
fn is_quiet(report: &Report) {
    assert_eq!((&report.findings, &report.hunts, &report.host_beacons), (&vec![], &vec![], &vec![]));
}

fn explained(source: &str, port: u16, rule: &Rule) -> Explanation {
    let pair = Pair::parse("127.0.0.1", "127.0.0.1", port).unwrap();
    detector(&[source.to_owned()], DetectorOptions::new()).explain(&pair, rule)
}

/// Why the default rule and its hunts do not report the pair.
fn why_not(source: &str, port: u16) -> String {
    let explanation = explained(source, port, &Rule::default());
    assert_eq!(explanation.hunts, []);
    let text = explanation.to_text();
    for what in ["bursts and scans to", "lookups by"] {
        let reason = format!("  {what} 127.0.0.1 are ignored by hunts: 127.0.0.0/8 is excluded\n");
        assert!(text.contains(&reason), "{text}");
    }
    text
}

/// The hunts that the explanation under `lab` names; that profile excludes nothing.
fn hunted(source: &str, port: u16) -> Vec<Hunt> {
    let explanation = explained(source, port, &lab());
    assert!(!explanation.to_text().contains("ignored by hunts"));
    for hit in &explanation.hunts {
        assert!(explanation.to_text().contains(&format!(
            "  hunt  {:<22}{}\n",
            hit.hunt.name(),
            hit.sentence
        )));
    }
    explanation.hunts.iter().map(|hit| hit.hunt).collect()
}

#[test]
fn published_test_1_a_loop_of_connections_to_one_endpoint() {
    let calls: Vec<Call> = (0..30).map(|n| (n * 5000, "127.0.0.1", "127.0.0.1", 8080)).collect();
    for text in [flows(&calls), sysmon(&calls)] {
        is_quiet(&report_of(std::slice::from_ref(&text), &Rule::default()));
        let why = why_not(&text, 8080);
        assert!(
            why.contains("excluded network 127.0.0.0/8") && why.contains("1 calendar hour, 3 needed"),
            "{why}"
        );
        assert_eq!(hunted(&text, 8080), [], "it is a finding, and no burst");
        let [finding] = report_of(&[text], &lab()).findings.try_into().unwrap();
        assert_eq!(
            (finding.facts.connection_count, finding.facts.hourly_buckets, finding.facts.beaconing_score),
            (30, 1, 1)
        );
        let timing = finding.facts.regularity.unwrap();
        assert_eq!((timing.period_seconds, timing.jitter_percent), (Some(5.0), Some(0.0)));
    }
}

#[test]
fn published_test_2_one_attempt_on_the_port_of_irc() {
    let calls: [Call; 1] = [(0, "127.0.0.1", "127.0.0.1", 6667)];
    for text in [flows(&calls), sysmon(&calls)] {
        is_quiet(&report_of(std::slice::from_ref(&text), &Rule::default()));
        let why = why_not(&text, 6667);
        assert!(why.contains("excluded network 127.0.0.0/8") && why.contains("19 too few"), "{why}");
        assert_eq!(hunted(&text, 6667), [], "it is a finding, and no burst");
        let [finding] = report_of(&[text], &lab()).findings.try_into().unwrap();
        assert_eq!((finding.facts.connection_count, finding.facts.beaconing_score), (1, 3));
    }
}

#[test]
fn published_test_3_rapid_connections_to_many_ports() {
    let calls: Vec<Call> = (0..150).map(|n| (n * 100, "127.0.0.1", "127.0.0.1", 1000 + n as u16)).collect();
    for text in [flows(&calls), sysmon(&calls)] {
        is_quiet(&report_of(std::slice::from_ref(&text), &Rule::default()));
        assert!(why_not(&text, 1000).contains("excluded network 127.0.0.0/8"));
        assert_eq!(hunted(&text, 1000), [Hunt::VerticalScan, Hunt::Burst]);
        assert_eq!(hunted(&text, 999), [], "a port that was not tried");
        let hunts = report_of(&[text], &lab()).hunts;
        let found: Vec<(Hunt, u64)> = hunts.iter().map(|hit| (hit.hunt, hit.count)).collect();
        assert_eq!(found, [(Hunt::VerticalScan, 150), (Hunt::Burst, 150)]);
        assert_eq!(hunts.first().unwrap().sentence, "tried 150 ports to 127.0.0.1 in 14 s");
    }
}

#[test]
fn published_test_4_lookups_of_random_names_that_do_not_exist() {
    let names = random_names(60);
    let local = zeek_lookups("127.0.0.1", "127.0.0.1", &names, "NXDOMAIN");
    // Zeek names the host that sent the lookup; Sysmon does not.
    let why = why_not(&local, 53);
    assert!(why.starts_with("127.0.0.1 -> 127.0.0.1:53 is not in the input."), "{why}");
    assert_eq!(hunted(&local, 53), [Hunt::Dga]);
    for text in [local, sysmon_lookups(&names)] {
        is_quiet(&report_of(std::slice::from_ref(&text), &Rule::default()));
        let [hit] = report_of(&[text], &lab()).hunts.try_into().unwrap();
        assert_eq!((hit.hunt, hit.count, hit.connection_count), (Hunt::Dga, 60, 60));
        assert_eq!(hit.examples.len(), 10);
    }
    // In flows there are only connections to the resolver, which are excluded because it is on loopback.
    let calls: Vec<Call> = (0..60).map(|n| (n * 1000, "127.0.0.1", "127.0.0.1", 53)).collect();
    is_quiet(&report_of(&[flows(&calls)], &Rule::default()));
    assert!(why_not(&flows(&calls), 53).contains("excluded network 127.0.0.0/8"));
    assert_eq!(report_of(&[flows(&calls)], &lab()).findings.len(), 1);
}

#[test]
fn an_explanation_lists_the_hits_that_involve_the_pair() {
    // A burst to two endpoints, and later to a third; a scan with one answer.
    let mut calls: Vec<Call> = (0..120)
        .map(|n| (n * 1000, "10.0.0.5", ["203.0.113.1", "203.0.113.2"][n as usize % 2], 443))
        .collect();
    calls.push((7_200_000, "10.0.0.5", "203.0.113.3", 443));
    let mut text = flows(&calls);
    for n in 0..40 {
        let received = if n < 30 { 0 } else { 900 };
        writeln!(text, "{},10.0.0.9,198.51.100.{n},445,60,{received}", START + n * 1000).unwrap();
    }
    let detector = detector(&[text], DetectorOptions::new());
    let hunts = |source: &str, destination: &str, port| {
        let pair = Pair::parse(source, destination, port).unwrap();
        let explanation = detector.explain(&pair, &Rule::default());
        assert_eq!(explanation.hunt_exclusions, [""; 0]);
        explanation.hunts.iter().map(|hit| hit.hunt).collect::<Vec<_>>()
    };
    assert_eq!(hunts("10.0.0.5", "203.0.113.1", 443), [Hunt::Burst]);
    assert_eq!(hunts("10.0.0.5", "203.0.113.3", 443), [], "later");
    assert_eq!(hunts("10.0.0.9", "198.51.100.29", 445), [Hunt::HorizontalScan]);
    assert_eq!(hunts("10.0.0.9", "198.51.100.30", 445), [], "answered");
    assert_eq!(hunts("10.0.0.9", "198.51.100.29", 446), [], "another port");
    assert_eq!(hunts("10.0.0.6", "203.0.113.1", 443), [], "another source");
}

fn ordinary_names(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("service-{n}.example.com")).collect()
}

#[test]
fn generated_names_are_distinguished_from_other_nonexistent_names() {
    let hits = |names: &[String], answer| {
        report_of(&[zeek_lookups("10.0.0.5", "10.0.0.1", names, answer)], &Rule::default()).hunts
    };
    let [hit] = hits(&random_names(120), "NXDOMAIN").try_into().unwrap();
    assert_eq!((hit.hunt, hit.count, hit.sourceip), (Hunt::Dga, 120, "10.0.0.5".parse::<IpAddr>().unwrap()));
    assert_eq!(hits(&random_names(99), "NXDOMAIN"), [], "one too few");
    assert_eq!(hits(&random_names(120), "NOERROR"), [], "they exist");
    assert_eq!(hits(&ordinary_names(500), "NXDOMAIN"), [], "of one domain");
    let domains = random_names(120);
    let with_www: Vec<String> = domains.iter().map(|domain| format!("www.{domain}")).collect();
    let both = |answer| zeek_lookups("10.0.0.5", "10.0.0.1", &domains, answer);
    let failed = zeek_lookups("10.0.0.5", "10.0.0.1", &with_www, "NXDOMAIN");
    let hunts = |other| report_of(&[failed.clone(), other], &Rule::default()).hunts;
    let [hit] = hunts(both("NXDOMAIN")).try_into().unwrap();
    assert_eq!((hit.count, hit.connection_count), (120, 240));
    assert_eq!(hunts(both("NOERROR")), [], "another name of each domain exists");
    let elsewhere = zeek_lookups("10.0.0.6", "10.0.0.1", &domains, "NOERROR");
    assert_eq!(hunts(elsewhere).len(), 1, "for another source");
    let words: Vec<String> = (0..26_u8)
        .flat_map(|a| {
            (0..5_u8).map(move |b| format!("{}homeshop{}.com", char::from(b'a' + a), char::from(b'a' + b)))
        })
        .collect();
    assert_eq!(hits(&words, "NXDOMAIN"), [], "of ordinary letters");
}

#[test]
fn windows_slide_over_hours_and_pairs() {
    // 101 connections within 15 minutes over a full hour, to two destinations.
    let spread = |gap: u64| -> Vec<Call> {
        let to = |n: u64| if n.is_multiple_of(2) { "203.0.113.1" } else { "203.0.113.2" };
        (0..101).map(|n| (3_500_000 + n * gap, "10.0.0.5", to(n), 443)).collect()
    };
    let rule = Rule::default();
    let hits = |calls: &[Call]| report_of(&[flows(calls)], &rule).hunts;
    let [hit] = hits(&spread(8999)).try_into().unwrap();
    assert_eq!((hit.hunt, hit.count, hit.destinationip), (Hunt::Burst, 101, None));
    assert_eq!(hit.destinationport, Some(443), "all are on one port");
    assert_eq!(hits(&spread(9000)), [], "the first is 15 minutes before the last, and outside");
    let one: Vec<Call> = spread(10).iter().map(|call| (call.0, call.1, "203.0.113.1", call.3)).collect();
    let [hit] = hits(&one).try_into().unwrap();
    assert_eq!(hit.destinationip, Some("203.0.113.1".parse().unwrap()));
    assert_eq!(hit.destinationport, Some(443));
    let ports: Vec<Call> = (0..).zip(&one).map(|(n, call)| (call.0, call.1, call.2, 443 + n % 2)).collect();
    let [hit] = hits(&ports).try_into().unwrap();
    assert_eq!((hit.destinationip, hit.destinationport), (Some("203.0.113.1".parse().unwrap()), None));
}

#[test]
fn answered_connections_count_as_a_scan_only_on_request() {
    const HOSTS: [&str; 3] = ["192.0.2.1", "192.0.2.2", "192.0.2.3"];
    let text = |received: u64| {
        let mut out = "starttime,sourceip,destinationip,destinationport,bytessent,bytesreceived\n".to_owned();
        for n in 0..30 {
            writeln!(out, "{},10.0.0.5,198.51.100.{n},445,60,{received}", START + n * 1000).unwrap();
            writeln!(out, "{},10.0.0.5,{},{},60,{received}", START + n * 1000, HOSTS[n as usize % 3], 20 + n)
                .unwrap();
        }
        out
    };
    let count = |hits: Vec<HuntHit>| hits.iter().map(|hit| (hit.hunt, hit.count)).collect::<Vec<_>>();
    let rule = Rule::from_json(r#"{"hunts": {"scan": {"ports": 10}}}"#).unwrap();
    let vertical = (Hunt::VerticalScan, 10);
    let all = [vertical, vertical, vertical, (Hunt::HorizontalScan, 30)];
    assert_eq!(count(report_of(&[text(74)], &rule).hunts), all);
    assert_eq!(count(report_of(&[text(75)], &rule).hunts), []);
    let rule = Rule::from_json(r#"{"hunts": {"scan": {"ports": 10, "unanswered_only": false}}}"#).unwrap();
    assert_eq!(count(report_of(&[text(75)], &rule).hunts), all);
}

#[test]
fn reference_sets_mark_hunt_hits() {
    let calls: Vec<Call> = (0..150).map(|n| (n * 100, "10.0.0.5", "192.0.2.1", 1000 + n as u16)).collect();
    let rule =
        r#"{"reference_sets": [{"name": "scanners", "applies_to": "source", "entries": ["10.0.0.5"]}]}"#;
    let hunts = report_of(&[flows(&calls)], &Rule::from_json(rule).unwrap()).hunts;
    assert_eq!(hunts.len(), 2);
    for hit in hunts {
        assert_eq!(hit.suppressed_by.unwrap().reference_set, "scanners");
    }
}

/// A day of lookups and of connections by name, every ten minutes.
fn named_traffic() -> String {
    let mut out = String::new();
    for n in 0..144_u64 {
        let ts = (START / 1000) as f64 + (n * 600) as f64;
        writeln!(
            out,
            r#"{{"_path":"ssl","ts":{ts},"uid":"S{n}","id.orig_h":"10.0.0.7","id.orig_p":{},"id.resp_h":"203.0.113.{}","id.resp_p":443,"server_name":"Beacon.Example.NET"}}"#,
            40_000 + n, n % 200
        )
        .unwrap();
        writeln!(
            out,
            r#"{{"_path":"dns","ts":{ts},"uid":"D{n}","id.orig_h":"10.0.0.7","id.orig_p":{},"id.resp_h":"10.0.0.1","id.resp_p":53,"query":"beacon.example.net","rcode_name":"NOERROR"}}"#,
            40_000 + n
        )
        .unwrap();
    }
    out
}

#[test]
fn a_beacon_is_found_by_host_name() {
    let rule = Rule::from_json(r#"{"window": "all"}"#).unwrap();
    let report = report_of(&[named_traffic()], &rule);
    let found: Vec<_> = report
        .host_beacons
        .iter()
        .map(|host| {
            (
                host.host.as_str(),
                host.looked_up,
                host.facts.connection_count,
                host.facts.regularity.and_then(|of| of.period_seconds),
            )
        })
        .collect();
    let host = "beacon.example.net";
    assert_eq!(found, [(host, false, 144, Some(600.0)), (host, true, 144, Some(600.0))]);
    assert!(report.host_beacons.iter().all(|host| host.facts.priority > 60));
    assert!(report.host_beacons.iter().all(|host| host.facts.bytes_received == 0));
    let json = report.to_json();
    assert!(json.contains(r#"{"sourceip":"10.0.0.7","host":"beacon.example.net","looked_up":false,"#));

    let set = r#"{"window": "all", "reference_sets": [{"name": "ours", "entries": ["*.example.net"]}]}"#;
    let report = report_of(&[named_traffic()], &Rule::from_json(set).unwrap());
    assert!(report.host_beacons.iter().all(|host| host.suppressed_by.is_some()));
    let list = r#"{"window": "all", "gates": {"min_connections": 500},
        "threat_lists": [{"name": "bad", "entries": ["beacon.example.net # Pikabot"]}]}"#;
    let report = report_of(&[named_traffic()], &Rule::from_json(list).unwrap());
    assert_eq!(report.host_beacons.len(), 2);
    assert!(report.host_beacons.iter().all(|host| host.facts.threat.is_some()));
    let off = Rule::from_json(r#"{"window": "all", "hunts": {"host_beacon": false}}"#).unwrap();
    assert_eq!(report_of(&[named_traffic()], &off).host_beacons, []);
}

/// Before, a name had a placeholder address in `::/0` and port 0.
#[test]
fn a_name_is_in_no_network_and_on_no_port() {
    let beacons = |lists: &str| {
        let rule = Rule::from_json(&format!(r#"{{"window": "all", {lists}}}"#)).unwrap();
        report_of(&[named_traffic()], &rule).host_beacons
    };
    let set = |fields: &str| beacons(&format!(r#""reference_sets": [{{"name": "ours", {fields}}}]"#));
    let all_ipv6 = set(r#""applies_to": "destination", "entries": ["::/0"]"#);
    assert!(all_ipv6.len() == 2 && all_ipv6.iter().all(|host| host.suppressed_by.is_none()));
    let c2 = beacons(r#""threat_lists": [{"name": "bad", "entries": ["::/0"]}]"#);
    assert!(c2.len() == 2 && c2.iter().all(|host| host.facts.threat.is_none()));
    // The ports on which a name is used are not known.
    let with_ports = set(r#""applies_to": "destination", "ports": [80], "entries": ["beacon.example.net"]"#);
    assert!(with_ports.iter().all(|host| host.suppressed_by.is_some()));
    let source = set(r#""applies_to": "source", "ports": [80], "entries": ["10.0.0.7"]"#);
    assert!(source.iter().all(|host| host.suppressed_by.is_none()));
}

/// Before, a scan of several destinations went to a placeholder address in `::/0`.
#[test]
fn a_hit_on_several_destinations_is_in_no_destination_set() {
    let mut text = flows(&[]);
    for n in 0..40 {
        writeln!(text, "{},10.0.0.5,198.51.100.{n},445,60,0", START + n * 1000).unwrap();
    }
    let hits = |set: &str| {
        let rule = format!(r#"{{"window": "all", "reference_sets": [{{"name": "ours", {set}}}]}}"#);
        report_of(&[text.clone()], &Rule::from_json(&rule).unwrap()).hunts
    };
    let [scan] = hits(r#""applies_to": "destination", "entries": ["::/0"]"#).try_into().unwrap();
    assert_eq!((scan.hunt, scan.suppressed_by), (Hunt::HorizontalScan, None));
    let [scan] =
        hits(r#""applies_to": "source", "ports": [445], "entries": ["10.0.0.5"]"#).try_into().unwrap();
    assert!(scan.suppressed_by.is_some());
}

/// Twelve hosts that connect by name every ten minutes: all to one name, and one host also to another.
fn office() -> String {
    let mut out = String::new();
    for (n, host) in (0..72_u64).flat_map(|n| (1..13_u64).map(move |host| (n, host))) {
        let of = |name: &str, resolved: u32| {
            let ts = START / 1000 + n * 600 + host;
            format!(
                r#"{{"_path":"ssl","ts":{ts},"uid":"S{n}{host}{name}","id.orig_h":"10.0.0.{host}","id.orig_p":40000,"id.resp_h":"203.0.113.{resolved}","id.resp_p":443,"server_name":"{name}"}}"#
            ) + "\n"
        };
        out += &of("www.msftconnecttest.com", 1);
        match host {
            1 => out += &of("beacon.example.net", 2),
            2 => out += &of("fe2.update.microsoft.com", 3),
            _ => {}
        }
    }
    out
}

#[test]
fn a_well_known_host_name_is_context_and_removes_no_hit() {
    let beacons = |rule: &str| report_of(&[office()], &Rule::from_json(rule).unwrap()).host_beacons;
    let parts = |host: &HostBeacon| -> Vec<(&str, i64)> {
        let of = &host.facts;
        assert_eq!(of.priority_parts.iter().map(|part| part.points).sum::<i64>(), i64::from(of.priority));
        of.priority_parts.iter().map(|part| (part.name, part.points)).collect()
    };
    let found = beacons(r#"{"window": "all"}"#);
    assert_eq!(found.len(), 14, "none is taken out");
    let of = |name: &str| found.iter().find(|beacon| beacon.host == name).unwrap();
    let base = ("regularity", 83);
    assert_eq!(parts(of("beacon.example.net")), [base, ("rare_destination", 8)]);
    assert_eq!(parts(of("fe2.update.microsoft.com")), [base, ("rare_destination", 8), ("known_host", -15)]);
    let check = of("www.msftconnecttest.com");
    assert_eq!(
        parts(check),
        [base, ("common_destination", -15), ("shared_by_periodic_callers", -10), ("known_host", -20)]
    );
    let reasons: Vec<String> = check.facts.priority_parts.iter().map(PriorityPart::reason).collect();
    assert_eq!(
        reasons[1..],
        [
            "12 of 12 hosts call or look up the name",
            "12 hosts call the endpoint periodically: a service",
            "www.msftconnecttest.com: by which systems and browsers check that they are online"
        ]
    );
    assert_eq!(found[0].host, "beacon.example.net", "first to read");
    let unknown = beacons(r#"{"window": "all", "priority": {"known_services": false}}"#);
    assert!(unknown.iter().all(|beacon| !parts(beacon).contains(&("known_host", -20))));
}

#[test]
fn a_long_connection_is_found_by_its_total() {
    let text = |seconds: u64| {
        let mut out =
            "starttime,sourceip,destinationip,destinationport,duration,bytessent,bytesreceived\n".to_owned();
        for n in 0..4_u64 {
            writeln!(out, "{},10.0.0.5,203.0.113.9,443,{seconds},100,200", START + n * 1_000_000).unwrap();
            writeln!(out, "{},10.0.0.5,10.0.0.9,22,{seconds},100,200", START + n * 1_000_000).unwrap();
        }
        out
    };
    let [hit] = report_of(&[text(901)], &Rule::default()).hunts.try_into().unwrap();
    assert_eq!(
        (hit.hunt, hit.count, hit.threshold, hit.connection_count),
        (Hunt::LongConnection, 3604, 3600, 4)
    );
    assert_eq!(hit.sentence, "open for 1 h in 4 connections, the longest for 15 min 1 s");
    assert_eq!(report_of(&[text(900)], &Rule::default()).hunts, []);
}

#[test]
fn shards_find_what_one_detector_finds() {
    let calls: Vec<Call> = (0..300)
        .map(|n| {
            let source = ["10.0.0.5", "10.0.0.6", "10.0.0.7", "2001:db8::5"][n as usize % 4];
            (n * 700, source, "192.0.2.1", 1000 + n as u16)
        })
        .collect();
    let lookups = ["10.0.0.5", "10.0.0.8"]
        .map(|source| zeek_lookups(source, "10.0.0.1", &random_names(130), "NXDOMAIN"));
    let sources = [vec![flows(&calls), named_traffic()], lookups.to_vec()].concat();
    for rule in [Rule::default(), Rule::from_json(r#"{"window": "all"}"#).unwrap(), lab()] {
        let expected = report_of(&sources, &rule);
        for of in 2..5 {
            let shards: Vec<Detector> = (0..of)
                .map(|index| detector(&sources, DetectorOptions::new().with_shard(index, of).unwrap()))
                .collect();
            let parts: Vec<PartialResult> = shards
                .iter()
                .map(|shard| PartialResult::from_bytes(&shard.partial_result(&rule).to_bytes()).unwrap())
                .collect();
            let question =
                beaconlens::PrevalenceQuery::from_bytes(&PartialResult::prevalence_query(&parts).to_bytes())
                    .unwrap();
            let answers = shards
                .iter()
                .map(|shard| {
                    beaconlens::PrevalenceCounts::from_bytes(&shard.prevalence_counts(&question).to_bytes())
                        .unwrap()
                })
                .collect();
            let joined = shards.first().unwrap().evaluate_merged(parts, answers, &rule);
            assert_eq!(joined.to_json(), expected.to_json());
        }
        assert!(expected.hunts.len() > 3, "{:?}", expected.hunts);
    }
}

/// Bursts and scans computed in SQL, for comparison.
mod oracle {
    use super::*;
    use rusqlite::Connection;

    /// The maximum of flows, ports or destinations over all windows that end with a flow.
    const BURST: &str = "SELECT source, MAX(held) FROM (
            SELECT a.source, COUNT(*) AS held FROM flows a JOIN flows b
              ON b.source = a.source AND b.start <= a.start AND b.start > a.start - 900000000
            GROUP BY a.id)
        GROUP BY source HAVING MAX(held) > 100";
    const VERTICAL: &str = "SELECT source || ' ' || destination, MAX(held) FROM (
            SELECT a.source, a.destination, COUNT(DISTINCT b.port) AS held FROM flows a JOIN flows b
              ON b.source = a.source AND b.destination = a.destination
                AND b.start <= a.start AND b.start > a.start - 900000000
            WHERE a.received <= 74 AND b.received <= 74 GROUP BY a.id)
        GROUP BY source, destination HAVING MAX(held) >= 15";
    const HORIZONTAL: &str = "SELECT source || ' ' || port, MAX(held) FROM (
            SELECT a.source, a.port, COUNT(DISTINCT b.destination) AS held FROM flows a JOIN flows b
              ON b.source = a.source AND b.port = a.port
                AND b.start <= a.start AND b.start > a.start - 900000000
            WHERE a.received <= 74 AND b.received <= 74 GROUP BY a.id)
        GROUP BY source, port HAVING MAX(held) >= 25";

    fn database(detector: &Detector, rule: &Rule) -> Connection {
        let database = Connection::open_in_memory().unwrap();
        database
            .execute_batch(
                "CREATE TABLE flows (id INTEGER PRIMARY KEY, source, destination, port, start, received);
                 CREATE INDEX by_time ON flows (source, start); BEGIN",
            )
            .unwrap();
        let mut insert = database
            .prepare("INSERT INTO flows (source, destination, port, start, received) VALUES (?, ?, ?, ?, ?)")
            .unwrap();
        for listed in detector.pairs(rule) {
            let of = &listed.pair;
            if of.destinationip.is_loopback() {
                continue;
            }
            let (source, destination) = (of.sourceip.to_string(), of.destinationip.to_string());
            for flow in detector.history(&Pair::new(of.sourceip, of.destinationip, of.destinationport)) {
                let received = flow.bytes_received as i64;
                insert
                    .execute((&source, &destination, of.destinationport, flow.start.as_micros(), received))
                    .unwrap();
            }
        }
        drop(insert);
        database.execute_batch("COMMIT").unwrap();
        database
    }

    fn answer(database: &Connection, sql: &str) -> Vec<(String, u64)> {
        let mut query = database.prepare(sql).unwrap();
        let rows = query.query_map((), |row| Ok((row.get(0)?, row.get::<_, i64>(1)? as u64))).unwrap();
        let mut rows: Vec<_> = rows.map(Result::unwrap).collect();
        rows.sort();
        rows
    }

    fn found(report: &Report, hunt: Hunt, key: impl Fn(&HuntHit) -> String) -> Vec<(String, u64)> {
        let mut hits: Vec<_> =
            report.hunts.iter().filter(|hit| hit.hunt == hunt).map(|hit| (key(hit), hit.count)).collect();
        hits.sort();
        hits
    }

    /// Compares the hits and counts them.
    fn compare(detector: &Detector) -> [usize; 3] {
        let rule = Rule::from_json(r#"{"window": "all"}"#).unwrap();
        let (report, database) = (detector.evaluate(&rule), database(detector, &rule));
        let mut bursts: Vec<(String, u64)> = Vec::new();
        for (source, count) in found(&report, Hunt::Burst, |hit| hit.sourceip.to_string()) {
            // There may be a hit for one destination and one for all; the highest counts.
            match bursts.last_mut() {
                Some(last) if last.0 == source => last.1 = last.1.max(count),
                _ => bursts.push((source, count)),
            }
        }
        assert_eq!(bursts, answer(&database, BURST));
        let to = |hit: &HuntHit| format!("{} {}", hit.sourceip, hit.destinationip.unwrap());
        let vertical = found(&report, Hunt::VerticalScan, to);
        assert_eq!(vertical, answer(&database, VERTICAL));
        let on = |hit: &HuntHit| format!("{} {}", hit.sourceip, hit.destinationport.unwrap());
        let horizontal = found(&report, Hunt::HorizontalScan, on);
        assert_eq!(horizontal, answer(&database, HORIZONTAL));
        [bursts.len(), vertical.len(), horizontal.len()]
    }

    #[test]
    fn hits_in_random_flows_equal_those_of_sql() {
        let mut random = Random::new(11);
        let mut next = |below: u64| random.next() % below;
        let mut seen = [0; 3];
        for round in 0..30_usize {
            let mut text =
                "starttime,sourceip,destinationip,destinationport,bytessent,bytesreceived\n".to_owned();
            let hours = 1 + next(3);
            let (hosts, ports) =
                [(1 + next(3), 60), (60, 1 + next(3)), (1 + next(60), 1 + next(60))][round % 3];
            for _ in 0..1500 {
                let (at, source, received) =
                    (next(hours * 3_600_000), next(1 + round as u64 % 5), [0, 74, 75, 900][next(4) as usize]);
                let (host, port) = (next(hosts), 400 + next(ports));
                writeln!(text, "{},10.0.0.{source},192.0.2.{host},{port},60,{received}", START + at).unwrap();
            }
            let counted = compare(&detector(&[text], DetectorOptions::new()));
            seen.iter_mut().zip(counted).for_each(|(seen, counted)| *seen += counted);
            assert!(round < 29 || seen.iter().all(|seen| *seen > 5), "{seen:?}");
        }
    }

    #[test]
    fn hits_in_captures_equal_those_of_sql() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
        if !folder.exists() {
            eprintln!("skipped: no ../shared/data");
            return;
        }
        // Expected hits: bursts, vertical scans, horizontal scans.
        for (file, expected) in [
            ("nfdump-ctu-scan/test1-malicious.csv", [1, 0, 0]),
            ("suricata-eve-ctu/test6-malicious.suricata.json", [0, 0, 0]),
            ("zeek-ctu50-normal40/data/conn.log.labeled", [0, 2, 0]),
            ("zeek-ctu50-normal42/data/conn.log.labeled", [1, 1, 0]),
            ("zeek-ctu355-simda-dga/conn.log", [2, 0, 0]),
        ] {
            let text = std::fs::read_to_string(folder.join(file)).unwrap();
            assert_eq!(compare(&detector(&[text], DetectorOptions::new())), expected, "{file}");
        }
    }
}

#[test]
fn cached_hunt_hits_follow_the_excluded_destinations() {
    let mut input = String::from("starttime,sourceip,destinationip,destinationport,duration\n");
    input.push_str("2026-03-02T10:00:00Z,10.0.0.5,203.0.113.9,443,7200\n");
    for second in 0..50 {
        for port in [80, 81, 82] {
            input.push_str(&format!("2026-03-02T11:00:{second:02}Z,10.0.0.6,198.51.100.1,{port},1\n"));
        }
    }
    let detector = || {
        let mut detector = Detector::new(DetectorOptions::new());
        detector.ingest(input.as_bytes()).unwrap();
        detector.finish().unwrap();
        detector
    };
    let reused = detector();
    let mut counts = Vec::new();
    for excluded in ["10.0.0.0/8", "203.0.113.0/24", "198.51.100.0/24", "10.0.0.0/8"] {
        let rule = Rule::from_json(&format!("{{\"excluded_destinations\": [\"{excluded}\"]}}")).unwrap();
        let report = reused.evaluate(&rule);
        assert_eq!(report.to_json(), detector().evaluate(&rule).to_json(), "{excluded}");
        counts.push(report.hunts.len());
    }
    assert_eq!(counts, [2, 1, 2, 2]);
}
