//! The significance is calibrated: random traffic exceeds it no more often than stated.

use beaconlens::regularity::Analyzer;
use beaconlens::{Connection, Timestamp};
use beaconlens_bench::Random;

const SECOND: f64 = 1e6;

/// Returns the interval to the next connection in seconds.
type Gap<'a> = &'a dyn Fn(&mut Random) -> f64;

/// Connections at intervals from `interval`, in seconds.
fn pair(random: &mut Random, calls: usize, interval: Gap) -> Vec<Connection> {
    let mut at = 1.7e9;
    let start = |at: f64| {
        let start = Timestamp::from_micros((at * SECOND) as i64).unwrap_or_else(|| panic!("{at}"));
        Connection::new(start, 100, 100)
    };
    (0..calls)
        .map(|_| {
            at += interval(random);
            start(at)
        })
        .collect()
}

/// The share of pairs that are significant at 1 in 10, 100 and 1000.
fn exceeding(calls: std::ops::Range<u64>, pairs: usize, interval: Gap) -> [f64; 3] {
    let mut random = Random::named(9, "significance");
    let mut analyzer = Analyzer::default();
    let mut counts = [0.0; 3];
    for _ in 0..pairs {
        let calls = calls.start + random.below(calls.end - calls.start);
        let pair = pair(&mut random, calls as usize, interval);
        let significance = analyzer.analyze(&pair).map_or(0.0, |found| found.significance);
        for (count, decades) in counts.iter_mut().zip([1.0, 2.0, 3.0]) {
            *count += f64::from(u8::from(significance >= decades));
        }
    }
    counts.map(|count| count / pairs as f64)
}

#[test]
fn random_traffic_exceeds_it_no_more_often_than_it_says() {
    let memoryless = |random: &mut Random| random.exponential(60.0);
    let any_rate = |random: &mut Random| {
        let mean = random.log_normal(60.0, 1.5);
        random.exponential(mean)
    };
    let seconds = |random: &mut Random| random.exponential(40.0).floor();
    let gaps: [(&str, Gap); 3] =
        [("memoryless", &memoryless), ("bursty", &any_rate), ("whole seconds", &seconds)];
    for (name, interval) in gaps {
        for (calls, pairs) in [(4..8, 40_000), (8..20, 20_000), (20..100, 8_000), (100..1000, 2_000)] {
            let found = exceeding(calls.clone(), pairs, interval);
            println!("{name}, {calls:?} calls: {found:?}");
            for (share, limit) in found.into_iter().zip([0.1, 0.01, 0.001]) {
                // Three standard deviations.
                let chance = 3.0 * (limit / pairs as f64).sqrt();
                assert!(share <= limit + chance, "{name}, {calls:?} calls: {share} at {limit}");
            }
        }
    }
}
