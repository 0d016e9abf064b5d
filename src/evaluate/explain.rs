//! One pair under a rule: every gate, the score, and what its connections look like.

use super::explanation::{Explanation, IntervalBin, Intervals, PairStatus, ScoreReason, Timeline};
use super::gates::Gates;
use super::kept::Kept;
use super::measures::Measures;
use super::span::Span;
use super::tally::Tally;
use super::{PrevalenceCounts, PrevalenceQuery, hosts, hunted};
use crate::model::error::joined;
use crate::model::flow::{Connection, Pair};
use crate::model::pair_key::PairKey;
use crate::model::time::{SECOND, Timestamp};
use crate::pairs::DatasetView;
use crate::priority::{Judged, prioritise};
use crate::regularity::Analyzer;
use crate::rule::{Rule, Window};
use crate::text::sort::sort;

/// The most buckets a timeline has.
const BUCKETS: i64 = 300;

/// Lengths of a timeline's buckets in seconds; longer ones are whole weeks.
const BUCKET_SECONDS: [i64; 16] =
    [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 86_400];
const WEEK: i64 = 604_800;

/// Explains a pair, whose connections in time order are `connections` (empty if it was never seen), with what
/// all shards answered of its destination.
pub(crate) fn explain(
    data: DatasetView<'_>,
    kept: &mut Kept,
    answers: &[PrevalenceCounts],
    pair: &Pair,
    connections: &[Connection],
    rule: &Rule,
) -> Explanation {
    let span = Span::of(rule, data.time_extent);
    let inside: Vec<Connection> = connections
        .iter()
        .copied()
        .filter(|c| span.is_some_and(|span| span.contains(c.start.as_micros())))
        .collect();
    let tally = span.and_then(|span| Tally::of(&inside, span, rule.utc_offset_minutes(), &mut Vec::new()));
    let mut out = Explanation {
        sourceip: pair.source,
        destinationip: pair.destination,
        destinationport: pair.port,
        status: if connections.is_empty() { PairStatus::NotSeen } else { PairStatus::OutsideWindow },
        sentence: String::new(),
        reference_sets: Vec::new(),
        nearest_change: None,
        hunts: Vec::new(),
        hunt_exclusions: hunted::left_out(pair, rule),
        gates: Vec::new(),
        score: None,
        measures: None,
        flows_outside_window: (connections.len() - inside.len()) as u64,
        timeline: None,
        intervals: intervals(&inside),
    };
    let lists = kept.lists.of(rule);
    kept.turn_to(span, rule.utc_offset_minutes());
    out.hunts = hunted::hits(data, kept, rule, &lists);
    out.hunts.retain(|hit| hunted::has_part(hit, pair, &inside, rule));
    let ends = data.addresses.find(pair.source).zip(data.addresses.find(pair.destination));
    if let (Some(span), Some(tally), Some((source, destination))) = (span, tally, ends) {
        let gates = Gates::new(rule);
        let key = PairKey::new(source, destination, pair.port);
        let failed = gates.failed(key, data.addresses, tally.counts);
        let threat = lists.threat(pair, failed).filter(|_| !failed.is_excluded());
        out.reference_sets = lists.sets_with(pair).map(|(_, set)| set).collect();
        let suppressed = !out.reference_sets.is_empty();
        out.status = match failed.gates().count() {
            found if (found == 0 || threat.is_some()) && suppressed => PairStatus::Suppressed,
            found if found == 0 || threat.is_some() => PairStatus::Finding,
            1 if !suppressed => PairStatus::NearMiss,
            _ => PairStatus::BelowGates,
        };
        out.nearest_change = nearest_change(&out, &gates.changes(pair, tally.counts, failed));
        let value = gates.score(pair.port, tally.counts.connections);
        out.gates = gates.explain(pair, tally.counts, failed);
        out.score = Some(score(value, tally.counts.connections, pair, rule));
        let measures = Measures::of(
            tally,
            &inside,
            span,
            data.time_extent.unwrap_or_default(),
            &mut Analyzer::default(),
        );
        let mut columns = measures.columns(pair, value, rule);
        columns.threat = threat;
        columns.processes = data.side.processes(key);
        let hosts = hosts(&PrevalenceQuery::of_pair(pair), answers);
        prioritise(&mut [Judged::from(&mut columns)], &hosts.0, rule.priority());
        out.measures = Some(columns);
        let from = match rule.window() {
            Window::Hours(_) => span.after + 1,
            Window::All => tally.first,
        };
        out.timeline = Some(timeline(&inside, from, span.until.max(from)));
    }
    out.sentence = sentence(pair, &out);
    out
}

/// What has to be changed of the rule, in a sentence; none if it is a finding.
fn nearest_change(explanation: &Explanation, gates: &[String]) -> Option<String> {
    let sets = explanation.reference_sets.iter();
    let sets = sets.map(|set| format!("take {} out of the reference set {}", set.entry, set.reference_set));
    let changes: Vec<String> = match explanation.status {
        PairStatus::Finding => Vec::new(),
        PairStatus::Suppressed => sets.collect(),
        _ => gates.iter().cloned().chain(sets).collect(),
    };
    (!changes.is_empty()).then(|| format!("it would be a finding with: {}", joined(&changes, ", ")))
}

fn score(value: u8, count: u64, pair: &Pair, rule: &Rule) -> ScoreReason {
    let high = rule.high_volume();
    let reason = match value {
        3 => format!("port {} is a listed C2 port", pair.port),
        2 => format!("{count} connections are more than {high}"),
        _ => format!(
            "port {} is no listed C2 port, and {count} connections are not more than {high}",
            pair.port
        ),
    };
    ScoreReason { value, reason }
}

fn sentence(pair: &Pair, explanation: &Explanation) -> String {
    let failed: Vec<&str> =
        explanation.gates.iter().filter(|gate| !gate.passed).map(|gate| gate.reason.as_str()).collect();
    let counts = explanation.measures.as_ref().map_or_else(String::new, |m| {
        format!(
            "{} in {}",
            counted(m.connection_count, "connection"),
            counted(m.hourly_buckets, "calendar hour")
        )
    });
    match explanation.status {
        PairStatus::Finding => {
            match explanation.measures.as_ref().and_then(|measures| measures.threat.as_ref()) {
                Some(threat) => {
                    format!(
                        "{pair} is a finding: {} is on the threat list {}; {counts}.",
                        threat.entry, threat.list
                    )
                }
                None => format!("{pair} is a finding: {counts} pass every gate."),
            }
        }
        PairStatus::Suppressed => {
            let set = explanation.reference_sets.first();
            let (name, entry) = set.map_or(("", ""), |set| (&set.reference_set, &set.entry));
            format!("{pair} is suppressed: {counts}, but the reference set {name} holds it ({entry}).")
        }
        PairStatus::NearMiss => format!("{pair} is a near miss: {}.", joined(&failed, "; ")),
        PairStatus::BelowGates => format!("{pair} is no finding: {}.", joined(&failed, "; ")),
        PairStatus::OutsideWindow => {
            let flows = counted(explanation.flows_outside_window, "flow");
            format!("{pair} is no finding: it has {flows} in the input, but none in the window.")
        }
        PairStatus::NotSeen => format!("{pair} is not in the input."),
    }
}

fn counted(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// Connections in equal buckets from the one that holds `from` to the one that holds `until`.
fn timeline(connections: &[Connection], from: i64, until: i64) -> Timeline {
    let (from, until) = (from.div_euclid(SECOND), until.div_euclid(SECOND));
    let buckets = |seconds: i64| until.div_euclid(seconds) - from.div_euclid(seconds) + 1;
    let fitting = BUCKET_SECONDS.into_iter().find(|seconds| buckets(*seconds) <= BUCKETS);
    // Whole weeks, enough of them.
    let seconds = fitting.unwrap_or_else(|| ((until - from) / (BUCKETS - 1) / WEEK + 1) * WEEK);
    let first = from.div_euclid(seconds);
    let len = buckets(seconds) as usize;
    let mut out = Timeline {
        start: Timestamp::clamped(first * seconds * SECOND),
        bucket_seconds: seconds as u64,
        connections: vec![0; len],
        bytes_sent: vec![0; len],
        bytes_received: vec![0; len],
    };
    for connection in connections {
        let bucket = (connection.start.as_micros().div_euclid(seconds * SECOND) - first) as usize;
        let add = |counts: &mut Vec<u64>, more: u64| {
            if let Some(count) = counts.get_mut(bucket) {
                *count = count.saturating_add(more);
            }
        };
        add(&mut out.connections, 1);
        add(&mut out.bytes_sent, connection.bytes_sent);
        add(&mut out.bytes_received, connection.bytes_received);
    }
    out
}

/// The gaps between connections in time order.
fn intervals(connections: &[Connection]) -> Option<Intervals> {
    let mut gaps: Vec<i64> =
        connections.windows(2).map(|two| two[1].start.as_micros() - two[0].start.as_micros()).collect();
    sort(&mut gaps);
    let (low, high) = (gaps.get(gaps.len().checked_sub(1)? / 2)?, gaps.get(gaps.len() / 2)?);
    let median = low + (high - low) / 2;
    Some(Intervals { median_seconds: seconds(median), histogram: histogram(&gaps) })
}

/// Sorted gaps in ranges whose edges are preferred numbers (ISO 3, R10): ten to a decade, from 1 ms.
fn histogram(gaps: &[i64]) -> Vec<IntervalBin> {
    const R10: [i64; 10] = [1000, 1250, 1600, 2000, 2500, 3150, 4000, 5000, 6300, 8000];
    let decades = (0..14).map(|decade| 10_i64.pow(decade));
    let edges = decades.flat_map(|scale| R10.into_iter().map(move |edge| edge * scale));
    let (mut bins, mut from, mut before) = (Vec::new(), 0, 0);
    for to in edges {
        let below = gaps.partition_point(|gap| *gap < to);
        let bin = IntervalBin {
            from_seconds: seconds(from),
            to_seconds: seconds(to),
            count: (below - before) as u64,
        };
        if bin.count > 0 || !bins.is_empty() {
            bins.push(bin);
        }
        (from, before) = (to, below);
        if below == gaps.len() {
            break;
        }
    }
    bins
}

fn seconds(micros: i64) -> f64 {
    micros as f64 / SECOND as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Connection {
        Connection { start: Timestamp::clamped(seconds * SECOND), bytes_sent: 1, bytes_received: 2 }
    }

    #[test]
    fn a_timeline_holds_every_connection_once() {
        for span in [1, 299, 300, 301, 86_400, 40_000_000, 252_000_000_000] {
            let connections = [at(1), at(span / 2 + 1), at(span + 1)];
            let timeline = timeline(&connections, SECOND, (span + 1) * SECOND);
            assert_eq!(timeline.connections.iter().sum::<u64>(), 3, "{span}");
            assert_eq!(timeline.bytes_received.iter().sum::<u64>(), 6, "{span}");
            assert!(timeline.connections.len() as i64 <= BUCKETS, "{span}");
        }
    }

    #[test]
    fn gaps_are_counted_once_in_ranges_that_follow_one_another() {
        let connections: Vec<Connection> = [0, 60, 120, 180, 181, 100_000_000].map(at).into();
        let Some(intervals) = intervals(&connections) else { panic!("five gaps") };
        assert_eq!(intervals.median_seconds, 60.0);
        assert_eq!(intervals.histogram.iter().map(|bin| bin.count).sum::<u64>(), 5);
        assert!(intervals.histogram.windows(2).all(|two| two[0].to_seconds == two[1].from_seconds));
        assert!(super::intervals(&connections[..1]).is_none());
    }
}
