//! The bundled sample is that of the generator, and contains what its ground truth says.

use std::collections::HashSet;
use std::path::Path;

use beaconlens_bench::{Flow, office_day};

fn bundled(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../www/sample").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn regenerating_gives_the_identical_files() {
    let (flows, planted) = office_day::generate();
    assert!(office_day::csv(&flows) == bundled("office-day.csv"), "run the `sample` generator");
    let truth = office_day::truth_csv(&flows, &planted);
    assert_eq!(truth.as_bytes(), bundled("office-day.truth.csv"), "run the `sample` generator");
}

#[test]
fn every_planted_pair_meets_the_gates_it_is_said_to_meet() {
    let (flows, planted) = office_day::generate();
    for pair in &planted {
        let of_pair: Vec<&Flow> = flows.iter().filter(|flow| pair.is_pair_of(flow)).collect();
        let hours: HashSet<u64> = of_pair.iter().map(|flow| flow.start_ms / 3_600_000).collect();
        let verdict = match (of_pair.len() >= 20, hours.len() >= 3) {
            (true, true) => "finding",
            (false, true) => "near_miss:min_connections",
            (true, false) => "near_miss:min_hours",
            (false, false) => "below_gates",
        };
        assert_eq!(verdict, pair.expected, "{} from {}", pair.story, pair.source);
    }
}

/// Every finding of the default rule is in the ground truth.
#[test]
fn every_busy_external_pair_is_in_the_truth() {
    let (flows, planted) = office_day::generate();
    let external = |flow: &&Flow| !flow.destination.to_string().starts_with("10.");
    for flow in flows.iter().filter(external) {
        let key = |f: &Flow| (f.source, f.destination, f.destination_port);
        let same = flows.iter().filter(|other| key(other) == key(flow)).count();
        let told = planted.iter().any(|pair| pair.is_pair_of(flow));
        assert!(told || same < 20, "{:?} has {same} connections", key(flow));
    }
}

#[test]
fn all_flows_fit_in_one_day_and_the_file_is_small() {
    let (flows, _) = office_day::generate();
    let (first, last) = (flows[0].start_ms, flows[flows.len() - 1].start_ms);
    assert!(last - first < 24 * 3_600_000);
    assert!((3_000..=6_000).contains(&flows.len()), "{} flows", flows.len());
    assert!(office_day::csv(&flows).len() < 500_000);
}
