//! The data of the benchmark has its documented distribution at every size.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use beaconlens_bench::Flow;
use beaconlens_bench::company_day::{BEACONS, CompanyDay, INTERNAL_SHARE, IPV6_SHARE, SINGLE_SHARE};

type Pair = (IpAddr, IpAddr, u16);

fn pair(flow: &Flow) -> Pair {
    (flow.source, flow.destination, flow.destination_port)
}

fn count<K: std::hash::Hash + Eq>(flows: &[Flow], key: impl Fn(&Flow) -> K) -> HashMap<K, u64> {
    let mut counts = HashMap::new();
    for flow in flows {
        *counts.entry(key(flow)).or_default() += 1;
    }
    counts
}

fn is_internal(address: IpAddr) -> bool {
    matches!(address, IpAddr::V4(v4) if v4.octets()[0] == 10)
}

fn assert_share(rows: usize, of: usize, share: f64, tolerance: f64, what: &str) {
    let found = rows as f64 / of as f64;
    assert!((found - share).abs() <= tolerance, "{what}: {found:.4} of {of} rows, wanted {share}");
}

#[test]
fn shares_are_kept_at_every_size() {
    for rows in [100_000, 700_000] {
        let flows: Vec<Flow> = CompanyDay::new(rows, 1).collect();
        assert_eq!(flows.len() as u64, rows);
        let pairs = count(&flows, pair);
        let alone = pairs.values().filter(|&&n| n == 1).count();
        let internal = flows.iter().filter(|flow| is_internal(flow.destination)).count();
        let v6 = flows.iter().filter(|flow| flow.source.is_ipv6()).count();
        let wobble = if rows < 500_000 { 0.03 } else { 0.01 }; // beacons are 7 % of 100,000 rows
        assert_share(alone, flows.len(), SINGLE_SHARE, wobble, "alone");
        assert_share(internal, flows.len(), INTERNAL_SHARE, wobble, "internal");
        assert_share(v6, flows.len(), IPV6_SHARE, 0.002, "IPv6");
        assert!(flows.iter().all(|flow| flow.source.is_ipv6() == flow.destination.is_ipv6()));
    }
}

#[test]
fn destinations_follow_a_power_law() {
    let flows: Vec<Flow> = CompanyDay::new(300_000, 2).collect();
    let mut counts: Vec<u64> = count(&flows, |flow| flow.destination).into_values().collect();
    counts.sort_unstable_by(|a, b| b.cmp(a));
    let top_percent: u64 = counts[..counts.len() / 100].iter().sum();
    assert!(top_percent > 100_000, "the first hundredth of the destinations has {top_percent} rows");
    assert!(counts[0] < 30_000, "no destination has it all: {}", counts[0]);
}

#[test]
fn rows_are_in_time_order_within_one_day() {
    let flows: Vec<Flow> = CompanyDay::new(50_000, 3).collect();
    assert!(flows.is_sorted_by_key(|flow| flow.start_ms));
    assert!(flows[flows.len() - 1].start_ms - flows[0].start_ms < 24 * 3_600_000);
    let hours: HashSet<u64> = flows.iter().map(|flow| flow.start_ms / 3_600_000).collect();
    assert_eq!(hours.len(), 24);
}

#[test]
fn every_planted_beacon_passes_the_gates() {
    let flows: Vec<Flow> = CompanyDay::new(100_000, 4).collect();
    for number in 1..=BEACONS {
        let address = IpAddr::from([198, 51, 100, number]);
        let calls: Vec<&Flow> = flows.iter().filter(|flow| flow.destination == address).collect();
        let hours: HashSet<u64> = calls.iter().map(|flow| flow.start_ms / 3_600_000).collect();
        assert!(calls.len() >= 20 && hours.len() >= 3, "{address} has {} calls", calls.len());
        assert!(calls.iter().all(|call| pair(call) == pair(calls[0])), "{address} is one pair");
    }
}

/// Measurements can only be compared over time if the rows stay the same.
#[test]
fn the_stream_of_a_seed_never_changes() {
    let mut text = Vec::new();
    for flow in CompanyDay::new(20_000, 1) {
        flow.write_csv(&mut text);
    }
    let hash = text.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    assert_eq!(hash, 0xf9c4_ffdf_27ac_180a, "{hash:#x}");
}
