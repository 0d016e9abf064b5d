//! Every pair in the window with the gates it failed.

use super::cache::EvaluationCache;
use super::depth::Depth;
use super::gates::CompiledGates;
use super::order::counted_order;
use super::pair_facts::EvaluatedPair;
use super::prevalence::{PrevalenceQuery, merge_counts, prevalence_counts};
use super::prioritize::prioritize_pairs;
use super::scan::PairScan;
use crate::pairs::DatasetView;
use crate::rule::Rule;
use crate::text::sort::sort_by;

/// Every pair in the window with the gates it failed, in the order of the query.
#[inline(never)]
pub(crate) fn all_pairs(
    data: DatasetView<'_>,
    cache: &mut EvaluationCache,
    rule: &Rule,
) -> Vec<EvaluatedPair> {
    let (gates, lists) = (CompiledGates::new(rule), cache.lists.of(rule));
    let mut counted = Vec::new();
    let mut scan = PairScan::new(data, rule, &gates, Depth::Full);
    scan.count_all(&mut |pair| counted.push(pair));
    sort_by(&mut counted, |a, b| counted_order(data, a, b));
    let evaluated = counted.into_iter().filter_map(|counted| {
        let mut pair = scan.finding(counted)?;
        let (key, failed) = (data.pair(counted.pair.key()), counted.failed);
        pair.facts.threat = lists.pair_threat(&key, failed).filter(|_| !failed.is_excluded());
        let suppressed_by = lists.suppressed_pair(&key).map(|(_, set)| set);
        Some(EvaluatedPair { pair, failed_gates: failed.gates().collect(), suppressed_by })
    });
    let mut evaluated: Vec<EvaluatedPair> = evaluated.collect();
    let query = PrevalenceQuery::of(evaluated.iter().map(|evaluated| &evaluated.pair));
    let counts = prevalence_counts(data, cache, &query);
    let mut pairs: Vec<_> = evaluated.iter_mut().map(|evaluated| &mut evaluated.pair).collect();
    prioritize_pairs(&mut pairs, &merge_counts(&query, &[counts]), rule);
    evaluated
}
