//! One pair under a rule: every gate, the score, and when it connected.

use super::aggregates::Aggregates;
use super::cache::EvaluationCache;
use super::explanation::{Explanation, PairStatus, ScoreReason};
use super::gates::{CompiledGates, FailedGates};
use super::hunt_hits;
use super::lists::RuleLists;
use super::pair_facts::Finding;
use super::pair_metrics::PairMetrics;
use super::prevalence::{PrevalenceCounts, PrevalenceQuery, merge_counts};
use super::prioritize::prioritize_pairs;
use super::timeline::{intervals, timeline};
use crate::model::flow::{Connection, Pair};
use crate::model::pair_key::PairKey;
use crate::pairs::DatasetView;
use crate::regularity::Analyzer;
use crate::rule::{Rule, Window, WindowRange};

/// Explains a pair. `connections` are in order of time, and empty if the pair was never seen; `counts` are those of
/// all shards for its destination.
pub(crate) fn explain(
    data: DatasetView<'_>,
    cache: &mut EvaluationCache,
    counts: &[PrevalenceCounts],
    pair: &Pair,
    connections: &[Connection],
    rule: &Rule,
) -> Explanation {
    let range = WindowRange::of(rule, data.time_extent);
    let is_inside =
        |connection: &Connection| range.is_some_and(|range| range.contains(connection.start.as_micros()));
    let inside: Vec<Connection> = connections.iter().copied().filter(is_inside).collect();
    let mut out = Explanation {
        sourceip: pair.source,
        destinationip: pair.destination,
        destinationport: pair.port,
        status: if connections.is_empty() { PairStatus::NotSeen } else { PairStatus::OutsideWindow },
        sentence: String::new(),
        reference_sets: Vec::new(),
        nearest_change: None,
        hunts: Vec::new(),
        hunt_exclusions: hunt_hits::exclusion_reasons(pair, rule),
        gates: Vec::new(),
        score: None,
        measures: None,
        flows_outside_window: (connections.len() - inside.len()) as u64,
        timeline: None,
        intervals: intervals(&inside),
    };
    let lists = cache.lists.of(rule);
    cache.select_window(range, rule.utc_offset_minutes());
    out.hunts = hunt_hits::hits(data, cache, rule, &lists);
    out.hunts.retain(|hit| hunt_hits::involves_pair(hit, pair, &inside, rule));
    if let Some(range) = range {
        PairInWindow { data, rule, lists: &lists, pair, range, connections: &inside }
            .explain(&mut out, counts);
    }
    out.sentence = sentence(pair, &out);
    out
}

/// A pair and its connections in the window.
struct PairInWindow<'a> {
    data: DatasetView<'a>,
    rule: &'a Rule,
    lists: &'a RuleLists<'a>,
    pair: &'a Pair,
    range: WindowRange,
    connections: &'a [Connection],
}

impl PairInWindow<'_> {
    /// Adds what the connections show; nothing without connections.
    fn explain(&self, out: &mut Explanation, prevalence: &[PrevalenceCounts]) -> Option<()> {
        let aggregates =
            Aggregates::of(self.connections, self.range, self.rule.utc_offset_minutes(), &mut Vec::new())?;
        let (counts, gates) = (aggregates.counts, CompiledGates::new(self.rule));
        let key = PairKey::new(
            self.data.addresses.find(self.pair.source)?,
            self.data.addresses.find(self.pair.destination)?,
            self.pair.port,
        );
        let failed = gates.failed(key, self.data.addresses, counts);
        let threat = self.lists.pair_threat(self.pair, failed).filter(|_| !failed.is_excluded());
        out.reference_sets = self.lists.sets_with_pair(self.pair).map(|(_, set)| set).collect();
        out.status = status(failed, threat.is_some(), !out.reference_sets.is_empty());
        out.nearest_change = nearest_change(out, &gates.changes(self.pair, counts, failed));
        out.gates = gates.explain(self.pair, counts, failed);
        let beaconing_score = gates.score(self.pair.port, counts.connections);
        out.score = Some(score(beaconing_score, counts.connections, self.pair, self.rule));
        let mut analyzer = Analyzer::default();
        let metrics =
            PairMetrics::of(aggregates, self.connections, self.range, self.data.time_extent?, &mut analyzer);
        let mut facts = metrics.facts(beaconing_score, self.rule);
        facts.threat = threat;
        let mut finding = Finding::new(self.pair, facts, self.data.side.processes(key));
        let prevalence = merge_counts(&PrevalenceQuery::of_pair(self.pair), prevalence);
        prioritize_pairs(&mut [&mut finding], &prevalence, self.rule);
        out.measures = Some(finding);
        let from = match self.rule.window() {
            Window::Hours(_) => self.range.after + 1,
            Window::All => aggregates.first,
        };
        out.timeline = Some(timeline(self.connections, from, self.range.until.max(from)));
        Some(())
    }
}

/// The status of a pair with connections in the window.
fn status(failed: FailedGates, is_threat: bool, is_in_set: bool) -> PairStatus {
    match failed.gates().count() {
        0 if is_in_set => PairStatus::Suppressed,
        0 => PairStatus::Finding,
        _ if is_threat && is_in_set => PairStatus::Suppressed,
        _ if is_threat => PairStatus::Finding,
        1 if !is_in_set => PairStatus::NearMiss,
        _ => PairStatus::BelowGates,
    }
}

/// The changes of the rule that make the pair a finding, in one sentence; none if it is a finding.
fn nearest_change(explanation: &Explanation, gates: &[String]) -> Option<String> {
    let sets = explanation.reference_sets.iter();
    let sets = sets.map(|set| format!("take {} out of the reference set {}", set.entry, set.reference_set));
    let changes: Vec<String> = match explanation.status {
        PairStatus::Finding => Vec::new(),
        PairStatus::Suppressed => sets.collect(),
        _ => gates.iter().cloned().chain(sets).collect(),
    };
    (!changes.is_empty()).then(|| format!("it would be a finding with: {}", changes.join(", ")))
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
    let counts = explanation.measures.as_ref().map_or_else(String::new, |measures| {
        format!(
            "{} in {}",
            counted(measures.facts.connection_count, "connection"),
            counted(measures.facts.hourly_buckets, "calendar hour")
        )
    });
    match explanation.status {
        PairStatus::Finding => {
            match explanation.measures.as_ref().and_then(|measures| measures.facts.threat.as_ref()) {
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
        PairStatus::NearMiss => format!("{pair} is a near miss: {}.", failed.join("; ")),
        PairStatus::BelowGates => format!("{pair} is no finding: {}.", failed.join("; ")),
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
