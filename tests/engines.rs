//! The SQL forms of the rule, run in DuckDB and ClickHouse on random flows and rules, give exactly our rows.
//!
//! `cargo xtask test engines` installs the engines and runs this. `BEACONLENS_PYTHON` names a Python with duckdb
//! and chdb; without it the test does nothing.

// A failed set-up is a failed test.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[allow(dead_code, reason = "not every test file needs all of it")]
mod flows;

use std::net::Ipv4Addr;
use std::path::Path;
use std::process::Command;

use beaconlens::query::{Target, render};
use beaconlens::report::Finding;
use beaconlens::rule::ListEntry;
use beaconlens::{Detector, DetectorOptions, Rule};
use flows::{Flow, HOUR, Random, SECOND, TEN_O_CLOCK, calendar, csv};
use serde_json::{Value, json};

const CASES: u64 = 60;
const RULES_EACH: usize = 4;

/// Addresses at the edges of networks of all prefix lengths, in several spellings.
const ADDRESSES: [&str; 28] = [
    "203.0.113.9",
    "::ffff:203.0.113.9",
    "::FFFF:CB00:7109",
    "203.0.113.10",
    "198.51.100.0",
    "198.51.100.127",
    "198.51.100.128",
    "10.0.0.1",
    "9.255.255.255",
    "11.0.0.0",
    "172.31.255.255",
    "0.0.0.0",
    "255.255.255.255",
    "2001:db8::9",
    "2001:DB8:0:0:0:0:0:9",
    "2001:0db8::0009",
    "2001:db8:0:1:1:1:1:1",
    "2001:db8:1:0:0:1:0:0",
    "2001:db8:8000::",
    "::",
    "::1",
    "::2",
    "::1:5",
    "::ffff:0:9",
    "64:ff9b::203.0.113.9",
    "fe80::1",
    "1:0:0:2:0:0:0:3",
    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
];

const NETWORKS: [&str; 16] = [
    "10.0.0.0/8",
    "203.0.113.9",
    "203.0.113.8/31",
    "198.51.100.0/25",
    "198.51.100.0/24",
    "0.0.0.0/0",
    "128.0.0.0/1",
    "::/0",
    "::/96",
    "::1/128",
    "2001:db8::/32",
    "2001:db8::/33",
    "2001:db8::9",
    "::ffff:198.51.100.0/121",
    "2001:db8::8/127",
    "64:ff9b::/96",
];

fn random_flows(random: &mut Random) -> Vec<Flow> {
    let some = |random: &mut Random, count: usize| -> Vec<&str> {
        (0..count).map(|_| random.pick(&ADDRESSES)).collect()
    };
    let (sources, destinations) = (some(random, 3), some(random, 5));
    let around = |random: &mut Random| match random.below(3) {
        // Within days, and at the edges of hours and seconds.
        0 => -random.between(0, 30 * HOUR),
        1 => -random.between(0, 30) * HOUR + random.between(-1, 1),
        _ => -random.between(0, 200) * SECOND + random.between(-1, 1),
    };
    let count = random.pick(&[1, 100, 300, 600]);
    (0..count)
        .map(|_| Flow {
            start: TEN_O_CLOCK + around(random),
            source: random.pick(&sources).to_owned(),
            destination: random.pick(&destinations).to_owned(),
            port: random.pick(&[443, 6667, 0]),
            bytes_sent: random.next() % 1000,
            bytes_received: if random.one_in(50) { (1 << 53) - 1 } else { random.next() % 100_000 },
        })
        .collect()
}

fn random_rule(random: &mut Random, flows: &[Flow]) -> Rule {
    let end = match random.below(4) {
        0 => Some(random.pick(flows).start + random.between(-1, 1)),
        1 => Some(TEN_O_CLOCK - random.between(-20, 20) * HOUR),
        _ => None,
    };
    let networks = |random: &mut Random, most: usize| -> Vec<&str> {
        (0..random.below(most + 1)).map(|_| random.pick(&NETWORKS)).collect()
    };
    let names = ["scanners", "it's", "back\\slash", "a -- b /* c */", "two\"quotes", "ünï 'x' `y` #z# $w"];
    let set = |random: &mut Random, name: &str| {
        let mut entries: Vec<String> =
            (0..random.below(4)).map(|_| random.pick(&ADDRESSES[..14]).to_owned()).collect();
        entries.extend(networks(random, 3).iter().map(ToString::to_string));
        entries.extend(random.one_in(4).then(|| "*.example.com".to_owned()));
        json!({
            "name": name,
            "applies_to": random.pick(&["source", "destination", "either"]),
            "ports": random.pick(&[vec![], vec![], vec![443], vec![443, 6667]]),
            "entries": entries,
        })
    };
    let list = |random: &mut Random, name: &str| {
        let mut entries: Vec<String> = networks(random, 1).iter().map(ToString::to_string).collect();
        for _ in 0..random.below(4) {
            let address = random.pick(&ADDRESSES);
            let port = random.pick(&[443, 6667]);
            entries.push(if address.contains(':') {
                format!("[{address}]:{port}")
            } else {
                format!("{address}:{port}")
            });
        }
        entries.extend(random.one_in(4).then(|| "bad.example.com:443".to_owned()));
        json!({ "name": name, "entries": entries })
    };
    let (first, second) = (random.pick(&names[..3]), random.pick(&names[3..]));
    let sets: Vec<Value> = match random.below(3) {
        0 => vec![],
        1 => vec![set(random, first)],
        _ => vec![set(random, first), set(random, second)],
    };
    let lists: Vec<Value> = match random.below(3) {
        0 => vec![list(random, first), list(random, second)],
        1 => vec![list(random, second)],
        _ => vec![],
    };
    let document = json!({
        "name": random.pick(&names),
        "window": random.pick(&["24h", "24h", "3h", "7d", "all"]),
        "end": end.map(|end| calendar(end).replace(' ', "T") + "Z"),
        "utc_offset_minutes": random.pick(&[0, 0, 60, -300, 330, 345, -570, 1439, -1439]),
        "gates": {
            "min_connections": random.pick(&[20, 5, 2, 1, 1, 0]),
            "min_connections_c2_port": random.pick(&[None, None, Some(1), Some(50)]),
            "min_hours": random.pick(&[3, 1, 1, 0, 5]),
        },
        "excluded_destinations": networks(random, 2),
        "c2_ports": random.pick(&[vec![6667, 4444], vec![], vec![443, 0]]),
        "high_volume": random.pick(&[200, 10, 50, 0]),
        "reference_sets": sets,
        "threat_lists": lists,
    });
    Rule::from_json(&document.to_string()).unwrap_or_else(|error| panic!("{error}: {document}"))
}

/// Flows to addresses all over a wide network.
fn flows_to_everywhere(random: &mut Random) -> Vec<Flow> {
    (0..2000)
        .map(|number| Flow {
            start: TEN_O_CLOCK - number * SECOND,
            source: "10.0.0.5".to_owned(),
            destination: Ipv4Addr::from_bits(0xCB00_0000 | random.next() as u32 & 0xFFFF).to_string(),
            port: 443,
            bytes_sent: 1,
            bytes_received: 1,
        })
        .collect()
}

/// A set of thousands of networks of all prefix lengths.
fn large_rule(random: &mut Random) -> Rule {
    let network = |random: &mut Random| {
        let bits = random.between(22, 32);
        format!("{}/{bits}", Ipv4Addr::from_bits(0xCB00_0000 | random.next() as u32 & 0xFFFF))
    };
    let entries: Vec<String> = (0..3000).map(|_| network(random)).collect();
    let listed: Vec<String> = (0..1000).map(|_| network(random)).collect();
    let document = json!({
        "gates": { "min_connections": 1, "min_hours": 1 },
        "reference_sets": [{ "name": "large", "ports": [443], "entries": entries[..random.pick(&[30, 300, 3000])] }],
        "threat_lists": [{ "name": "listed", "entries": listed }],
    });
    Rule::from_json(&document.to_string()).unwrap()
}

/// Our findings in the columns of the query; with threat lists, also the list that matches a pair.
fn our_rows(detector: &Detector, rule: &Rule) -> Vec<Vec<String>> {
    let names_a_pair = |entry: &ListEntry| !entry.to_string().contains("example.com");
    let listed = rule.threat_lists().iter().any(|list| list.entries().iter().any(names_a_pair));
    let row =
        |finding: &Finding| {
            let mut row = vec![
                finding.sourceip.to_string(),
                finding.destinationip.to_string(),
                finding.destinationport.to_string(),
                finding.facts.connection_count.to_string(),
                finding.facts.hourly_buckets.to_string(),
                finding.facts.bytes_sent.to_string(),
                finding.facts.bytes_received.to_string(),
                finding.facts.first_seen.to_string(),
                finding.facts.last_seen.to_string(),
                finding.facts.beaconing_score.to_string(),
            ];
            row.extend(listed.then(|| {
                finding.facts.threat.as_ref().map_or_else(String::new, |threat| threat.list.clone())
            }));
            row
        };
    detector.evaluate_query(rule).findings.iter().map(row).collect()
}

#[test]
fn duckdb_and_clickhouse_give_our_rows() {
    let Some(python) = std::env::var_os("BEACONLENS_PYTHON") else {
        println!("skipped: run `cargo xtask test engines`, which installs the engines");
        return;
    };
    let (mut input, mut expected) = (String::new(), Vec::new());
    for seed in 0..=CASES {
        let mut random = Random::new(seed);
        let flows = if seed == CASES { flows_to_everywhere(&mut random) } else { random_flows(&mut random) };
        let mut detector = Detector::new(DetectorOptions::new());
        detector.ingest(csv(&flows).as_bytes()).unwrap();
        detector.finish().unwrap();
        assert_eq!(detector.progress().rows_used, flows.len() as u64, "seed {seed}");
        let mut rules = vec![Rule::default()];
        rules.extend((1..RULES_EACH).map(|_| match seed {
            CASES => large_rule(&mut random),
            _ => random_rule(&mut random, &flows),
        }));
        // Port 0 and missing bytes may be null in the table.
        let or_null = |random: &mut Random, number: u64| (number != 0 || random.one_in(2)).then_some(number);
        let rows: Vec<Value> = flows
            .iter()
            .map(|flow| {
                let port = or_null(&mut random, flow.port.into());
                let (sent, received) =
                    (or_null(&mut random, flow.bytes_sent), or_null(&mut random, flow.bytes_received));
                json!([calendar(flow.start), flow.source, flow.destination, port, sent, received])
            })
            .collect();
        let queries = |target| rules.iter().map(|rule| render(rule, target)).collect::<Vec<_>>();
        let case = json!({
            "flows": rows, "duckdb": queries(Target::DuckDb), "clickhouse": queries(Target::ClickHouse),
        });
        input += &format!("{case}\n");
        expected.push(rules.into_iter().map(|rule| (our_rows(&detector, &rule), rule)).collect::<Vec<_>>());
    }
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("engines.ndjson");
    std::fs::write(&file, input).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/engines/run.py");
    // The time zone of the machine must not matter.
    let output = Command::new(python).arg(script).arg(&file).env("TZ", "America/St_Johns").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let answers: Vec<Value> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(answers.len(), expected.len());
    let (mut compared, mut filled, mut listed) = (0, 0, 0);
    for (seed, (answer, rules)) in answers.iter().zip(&expected).enumerate() {
        for (engine, target) in [("duckdb", Target::DuckDb), ("clickhouse", Target::ClickHouse)] {
            for (number, (ours, rule)) in rules.iter().enumerate() {
                let theirs: Vec<Vec<String>> =
                    serde_json::from_value(answer[engine][number].clone()).unwrap();
                if theirs != *ours {
                    let at = theirs.iter().zip(ours).take_while(|(a, b)| a == b).count();
                    panic!(
                        "{engine}, seed {seed}, {}\n{}\nfrom row {at}\nSQL: {:?}\nus:  {:?}\n({} and {} rows)",
                        rule.to_json(),
                        render(rule, target),
                        theirs.get(at),
                        ours.get(at),
                        theirs.len(),
                        ours.len()
                    );
                }
                compared += 1;
                filled += usize::from(!ours.is_empty());
                listed += ours
                    .iter()
                    .filter(|row| {
                        row.last().is_some_and(|last| last.parse::<u64>().is_err() && !last.is_empty())
                    })
                    .count();
            }
        }
    }
    println!("{compared} answers compared, {filled} of them with rows, {listed} rows on threat lists");
    assert!(
        filled * 9 > compared * 4 && listed > 100,
        "too little to compare: {filled} of {compared}, {listed}"
    );
}
