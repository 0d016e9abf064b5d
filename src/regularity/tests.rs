//! What the whole of regularity makes of kinds of traffic; `benches/` measures it on many more.

use proptest::prelude::*;

use super::{Analyzer, Regularity, RegularityParts, rita_score};
use crate::model::flow::Connection;
use crate::model::time::Timestamp;

/// Numbers in `[0, 1)`: SplitMix64.
struct Random(u64);

impl Random {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn exponential(&mut self, mean: f64) -> f64 {
        -mean * libm::log(1.0 - self.unit())
    }
}

/// 2026-03-16 00:00:00 UTC.
const MIDNIGHT: f64 = 1_773_619_200.0;

fn connections(mut seconds: Vec<f64>) -> Vec<Connection> {
    seconds.sort_by(f64::total_cmp);
    let each = seconds.into_iter();
    each.map(|at| Connection::new(Timestamp::clamped(((MIDNIGHT + at) * 1e6) as i64), 310, 1200)).collect()
}

/// Sleep, call, sleep: from `from` to `to`, each sleep `period` give or take the share `jitter`.
fn sleeps(random: &mut Random, period: f64, jitter: f64, from: f64, to: f64) -> Vec<f64> {
    let mut at = from;
    let mut calls = Vec::new();
    while at < to {
        calls.push(at);
        at += period * (1.0 - jitter + 2.0 * jitter * random.unit());
    }
    calls
}

fn memoryless(random: &mut Random, mean: f64, to: f64) -> Vec<f64> {
    let mut at = random.exponential(mean);
    let mut calls = Vec::new();
    while at < to {
        calls.push(at);
        at += random.exponential(mean);
    }
    calls
}

fn regularity_of(connections: &[Connection]) -> Regularity {
    Analyzer::default().analyze(connections).unwrap_or_else(|| panic!("too few calls"))
}

const HOUR: f64 = 3600.0;
const DAY: f64 = 24.0 * HOUR;

#[test]
fn a_textbook_beacon_is_near_one() {
    let random = &mut Random(1);
    let found = regularity_of(&connections(sleeps(random, 60.0, 0.03, 0.0, 24_600.0)));
    assert!(found.regularity.value() > 0.97, "{found:?}");
    assert_eq!(
        found.verdict(),
        "411 calls about every 60 s (±3 %), for 6 h 49 min; chance below 1 in 10^9 for random traffic of this rate"
    );
}

#[test]
fn random_traffic_of_constant_size_is_near_zero() {
    for seed in 0..40 {
        let found = regularity_of(&connections(memoryless(&mut Random(seed), 300.0, DAY)));
        assert!(found.regularity.value() < 0.05, "{found:?}");
    }
    let found = regularity_of(&connections(memoryless(&mut Random(7), 300.0, DAY)));
    assert_eq!(found.verdict(), "285 calls, no steady interval: random traffic looks like this");
    assert_eq!((found.period_seconds, found.jitter_percent, found.missed_percent), (None, None, None));
}

#[test]
fn missed_calls_are_counted() {
    let random = &mut Random(2);
    let mut calls = sleeps(random, 600.0, 0.02, 0.0, DAY);
    calls.retain(|_| random.unit() >= 0.2);
    let found = regularity_of(&connections(calls));
    assert!(found.regularity.value() > 0.85, "{found:?}");
    assert!(found.missed_percent.is_some_and(|missed| (12.0..28.0).contains(&missed)), "{found:?}");
}

#[test]
fn several_connections_are_one_call() {
    let random = &mut Random(3);
    let calls = sleeps(random, 300.0, 0.1, 0.0, DAY);
    let all = calls.iter().flat_map(|at| [*at, at + 0.2, at + 3.0 * random.unit()]).collect();
    let found = regularity_of(&connections(all));
    assert_eq!(found.calls, calls.len() as u64);
    assert!(found.regularity.value() > 0.95, "{found:?}");
    assert!(found.verdict().contains(&format!("({} connections)", 3 * calls.len())), "{found:?}");
}

#[test]
fn only_the_active_part_counts() {
    let random = &mut Random(4);
    let two_hours = regularity_of(&connections(sleeps(random, 60.0, 0.1, 50_000.0, 57_200.0)));
    assert!(two_hours.regularity.value() > 0.9, "{two_hours:?}");
    assert!((two_hours.active_span_seconds - 7200.0).abs() < 100.0, "{two_hours:?}");
    let office = |day: f64| day * DAY + 8.0 * HOUR..day * DAY + 17.0 * HOUR;
    let week = (0..5).map(f64::from).map(office);
    let week = week.flat_map(|day| sleeps(random, 300.0, 0.1, day.start, day.end)).collect();
    let week = regularity_of(&connections(week));
    assert!(week.regularity.value() > 0.85, "{week:?}");
    assert_eq!(week.active_parts, 5);
    assert!(week.verdict().contains("in 5 parts"), "{week:?}");
}

#[test]
fn the_more_frequent_of_two_sleeps_is_the_period() {
    let random = &mut Random(5);
    let mut calls = sleeps(random, 60.0, 0.1, 0.0, 9.0 * HOUR);
    calls.extend(sleeps(random, 600.0, 0.1, 9.0 * HOUR, DAY));
    let found = regularity_of(&connections(calls));
    assert!(found.period_seconds.is_some_and(|period| (period - 60.0).abs() < 2.0), "{found:?}");
    assert!((found.active_span_seconds - 9.0 * HOUR).abs() < 1000.0, "{found:?}");
}

#[test]
fn a_period_is_found_beneath_random_traffic() {
    let random = &mut Random(6);
    let mut calls = sleeps(random, 300.0, 0.05, 0.0, DAY);
    calls.extend(memoryless(random, 300.0, DAY));
    let found = regularity_of(&connections(calls));
    assert!(found.regularity.value() > 0.6, "{found:?}");
    assert!(found.period_seconds.is_some_and(|period| (period - 300.0).abs() < 10.0), "{found:?}");
    assert!(found.calls_on_period < found.calls);
}

#[test]
fn of_two_beacons_at_once_one_is_found() {
    let random = &mut Random(8);
    let mut calls = sleeps(random, 300.0, 0.05, 0.0, DAY);
    calls.extend(sleeps(random, 410.0, 0.05, 0.0, DAY));
    let found = regularity_of(&connections(calls));
    assert!(found.regularity.value() > 0.7, "{found:?}");
    let near = |period: f64| [300.0, 410.0].iter().any(|own| (period - own).abs() < 10.0);
    assert!(found.period_seconds.is_some_and(near), "{found:?}");
}

#[test]
fn a_tab_that_polls_during_visits_is_no_beacon() {
    let random = &mut Random(9);
    let visits = [9.1, 10.4, 11.0, 13.7, 15.2, 16.9];
    let visits = visits.map(|hour| hour * HOUR..hour * HOUR + 600.0);
    let calls = visits.into_iter().flat_map(|visit| sleeps(random, 30.0, 0.02, visit.start, visit.end));
    let found = regularity_of(&connections(calls.collect()));
    assert!(found.regularity.value() < 0.6, "{found:?}");
    assert!(found.verdict().contains("in 6 parts"), "{found:?}");
}

#[test]
fn a_job_every_minute_differs_from_times_in_whole_minutes() {
    let every_minute = (0..600).map(|minute| f64::from(minute) * 60.0);
    let found = regularity_of(&connections(every_minute.clone().flat_map(|at| [at, at]).collect()));
    assert!(found.regularity.value() > 0.95, "{found:?}");
    let random = memoryless(&mut Random(11), 25.0, DAY);
    let found = regularity_of(&connections(random.iter().map(|at| at - at % 60.0).collect()));
    assert!(found.regularity.value() < 0.05, "{found:?}");
}

#[test]
fn four_distinct_starts_are_needed() {
    assert_eq!(Analyzer::default().analyze(&connections(vec![0.0, 60.0, 120.0])), None);
    assert_eq!(Analyzer::default().analyze(&connections(vec![0.0, 60.0, 60.0, 120.0, 120.0])), None);
    assert!(Analyzer::default().analyze(&connections(vec![0.0, 60.0, 120.0, 180.0])).is_some());
    assert_eq!(Analyzer::default().analyze(&[]), None);
}

#[test]
fn of_a_million_calls_a_part_is_examined() {
    let random = &mut Random(10);
    let found = regularity_of(&connections(sleeps(random, 0.6, 0.2, 0.0, 600_000.0)));
    assert!(found.regularity.value() > 0.9, "{found:?}");
    assert!((900_000..1_100_000).contains(&found.calls), "{found:?}");
    assert!((found.active_span_seconds - 600_000.0).abs() < 1.0, "{found:?}");
}

#[test]
fn serializes_under_the_names_of_the_documentation() -> Result<(), serde_json::Error> {
    let found = regularity_of(&connections(vec![7.0, 3607.0, 7207.0, 10_807.0, 14_407.0]));
    let json = serde_json::to_string(&found)?;
    assert_eq!(
        json,
        r#"{"regularity":0.764,"regularity_parts":{"timing":0.273,"persistence":0.374,"size":0.117},"period_seconds":3600.0,"jitter_percent":0.0,"missed_percent":0.0,"active_span_seconds":14400.0,"active_parts":1,"calls":5,"calls_on_period":5,"significance":4.9,"verdict":"5 calls about every 3600 s (±0 %), for 4 h; chance below 1 in 10^4 for random traffic of this rate"}"#
    );
    Ok(())
}

/// Starts of all kinds: regular, random, clumped, extreme.
fn starts() -> impl Strategy<Value = Vec<i64>> {
    let step = prop_oneof![
        Just(60_000_000_i64),
        Just(0),
        0..2_000_000_i64,
        0..4_000_000_000_i64,
        (0..1_000_i64).prop_map(|s| s * 1_000_000),
        Just(i64::MAX / 3),
    ];
    (any::<i64>(), proptest::collection::vec(step, 0..120)).prop_map(|(first, steps)| {
        let mut at = first;
        let rest = steps.into_iter().map(move |step| {
            at = at.saturating_add(step);
            at
        });
        std::iter::once(first).chain(rest).collect()
    })
}

fn sized(starts: &[i64], size: u64) -> Vec<Connection> {
    let each = starts.iter();
    each.map(|&start| Connection::new(Timestamp::unchecked(start), size, size / 3)).collect()
}

proptest! {
    #[test]
    fn anything_is_analyzed_and_parts_add_up(starts in starts(), size in any::<u64>()) {
        let connections = sized(&starts, size);
        let mut distinct = starts.clone();
        distinct.dedup();
        let found = Analyzer::default().analyze(&connections);
        prop_assert_eq!(found.is_some(), distinct.len() >= 4);
        if let Some(found) = found {
            let RegularityParts { timing, persistence, size } = found.regularity_parts;
            prop_assert_eq!(found.regularity.0, timing.0 + persistence.0 + size.0);
            prop_assert!(found.regularity.0 <= 1000);
            prop_assert!((0.0..=100.0).contains(&found.significance));
            prop_assert!(found.calls_on_period <= found.calls && found.calls <= connections.len() as u64);
            prop_assert!(found.missed_percent.is_none_or(|missed| (0.0..=100.0).contains(&missed)));
            prop_assert!(found.jitter_percent.is_none_or(f64::is_finite));
            prop_assert!(serde_json::to_string(&found).is_ok());
        }
        rita_score(&connections, (i64::MIN / 2, i64::MAX / 2));
    }

    #[test]
    fn a_reused_analyzer_gives_the_same(one in starts(), other in starts()) {
        let (one, other) = (sized(&one, 100), sized(&other, 7));
        let mut analyzer = Analyzer::default();
        analyzer.analyze(&one);
        prop_assert_eq!(analyzer.analyze(&other), Analyzer::default().analyze(&other));
    }

    #[test]
    fn another_day_changes_nothing(steps in proptest::collection::vec(0..900_000_000_i64, 4..80), days in 0..5000_i64) {
        let mut at = 1_700_000_000_000_000;
        let starts: Vec<i64> = steps.iter().map(|step| { at += step; at }).collect();
        let later: Vec<i64> = starts.iter().map(|start| start + days * 86_400_000_000).collect();
        prop_assert_eq!(Analyzer::default().analyze(&sized(&starts, 9)), Analyzer::default().analyze(&sized(&later, 9)));
    }
}
