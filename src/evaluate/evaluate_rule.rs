//! A rule over the pairs of a shard: compiled rule → counts → findings, near misses, hunts.

use super::cache::EvaluationCache;
use super::counted_pair::CountedPair;
use super::depth::Depth;
use super::evaluation::Evaluation;
use super::gate_failures::GateFailures;
use super::gates::CompiledGates;
use super::lists::RuleLists;
use super::near_misses::NearestMisses;
use super::order::counted_order;
use super::pair_facts::{NearMiss, Suppressed};
use super::scan::{PairScan, WindowTotals};
use super::{host_beacons, hunt_hits};
use crate::pairs::DatasetView;
use crate::rule::Rule;
use crate::text::sort::sort_by;

/// Evaluates a rule. Priorities are still missing, as they depend on the source counts of all shards.
#[inline(never)]
pub(crate) fn evaluate(
    data: DatasetView<'_>,
    cache: &mut EvaluationCache,
    rule: &Rule,
    depth: Depth,
) -> Evaluation {
    let (gates, lists) = (CompiledGates::new(rule), cache.lists.of(rule));
    let mut scan = PairScan::new(data, rule, &gates, depth);
    let mut out = Evaluation {
        reference_sets: lists.set_reports(),
        pairs: data.pairs.len() as u64,
        evicted: data.pairs.evicted(),
        ..Evaluation::default()
    };
    let (mut findings, near_misses) = count(&mut scan, cache, data, rule, &gates, &lists, &mut out);
    cache.select_window(scan.range, rule.utc_offset_minutes());
    let near_misses = near_misses.nearest().into_iter().filter_map(|(failed_gate, pair)| {
        Some(NearMiss { pair: scan.cached_finding(pair, cache)?, failed_gate })
    });
    out.near_misses = near_misses.collect();
    sort_by(&mut findings, |a, b| counted_order(data, a, b));
    // There may be many: the list should not grow by doubling.
    out.findings.reserve_exact(findings.len());
    if depth == Depth::Full {
        cache.reserve(findings.len() + out.near_misses.len());
    }
    for pair in findings {
        add_finding(&mut out, pair, &mut scan, cache, data, &lists);
    }
    cache.finish();
    if depth == Depth::Full {
        out.hunts = hunt_hits::hits(data, cache, rule, &lists);
        out.host_beacons = host_beacons::find(data, rule, &lists);
        out.side_records_dropped = data.side.dropped_records();
    }
    out
}

/// Counts all pairs. Gives those that are findings or threats, and the near misses.
fn count<'a>(
    scan: &mut PairScan<'a>,
    cache: &mut EvaluationCache,
    data: DatasetView<'a>,
    rule: &'a Rule,
    gates: &CompiledGates<'_>,
    lists: &'a RuleLists<'a>,
    out: &mut Evaluation,
) -> (Vec<CountedPair<'a>>, NearestMisses<'a>) {
    let (mut findings, mut near_misses) = (Vec::new(), NearestMisses::new(data, rule, lists));
    // Most pairs have a single flow. If one flow is too few for the gates, only those to excluded networks need to be
    // counted.
    let skips_singles = scan.stored_counts_valid && gates.fail_singles() && !lists.has_threat_lists();
    if skips_singles {
        let singles = data.pairs.singles_len() as u64;
        let excluded = cache.excluded_singles(rule, || scan.excluded_singles());
        scan.totals = WindowTotals { pairs: singles, flows: singles };
        out.gate_failures = GateFailures::of_singles(singles, excluded);
    }
    let mut each = |pair: CountedPair<'a>| {
        out.gate_failures.add(pair.failed);
        if pair.failed.is_empty() || is_threat(data, lists, &pair) {
            findings.push(pair);
        } else if let Some(gate) = pair.failed.only() {
            near_misses.add(gate, pair);
        }
    };
    match skips_singles {
        true => scan.count_multi_flow_pairs(&mut each),
        false => scan.count_all(&mut each),
    }
    (out.pairs_in_window, out.flows_in_window) = (scan.totals.pairs, scan.totals.flows);
    (findings, near_misses)
}

/// Whether a threat list names the pair, which is then listed even if it fails the counting gates.
#[inline(always)]
fn is_threat(data: DatasetView<'_>, lists: &RuleLists<'_>, pair: &CountedPair<'_>) -> bool {
    lists.has_threat_lists()
        && !pair.failed.is_excluded()
        && lists.pair_threat(&data.pair(pair.pair.key()), pair.failed).is_some()
}

/// Adds a pair to the findings, or to what a reference set suppresses.
fn add_finding<'a>(
    out: &mut Evaluation,
    pair: CountedPair<'a>,
    scan: &mut PairScan<'a>,
    cache: &mut EvaluationCache,
    data: DatasetView<'_>,
    lists: &RuleLists<'_>,
) {
    let Some(mut finding) = scan.cached_finding(pair, cache) else { return };
    let key = data.pair(pair.pair.key());
    finding.facts.threat = lists.pair_threat(&key, pair.failed);
    let Some((set, suppressed_by)) = lists.suppressed_pair(&key) else { return out.findings.push(finding) };
    if let Some(report) = out.reference_sets.get_mut(set) {
        report.pairs += 1;
        report.flows += finding.facts.connection_count;
    }
    out.suppressed.push(Suppressed { pair: finding, suppressed_by });
}
