//! The nearest near misses of each gate.

use std::cmp::Ordering;

use super::counted_pair::CountedPair;
use super::gate_facts::Gate;
use super::gates::GateCounts;
use super::lists::RuleLists;
use super::order::{counted_order, rule_order};
use super::pair_facts::{NEAR_MISSES, NearMiss};
use crate::pairs::DatasetView;
use crate::rule::Rule;
use crate::text::sort::sort_by;

/// Collects near misses, and keeps the nearest of each gate.
pub(super) struct NearestMisses<'a> {
    data: DatasetView<'a>,
    rule: &'a Rule,
    lists: &'a RuleLists<'a>,
    by_gate: [Vec<CountedPair<'a>>; Gate::ALL.len()],
    /// The farthest one that can still be listed, once there are enough.
    farthest: [Option<CountedPair<'a>>; Gate::ALL.len()],
}

impl<'a> NearestMisses<'a> {
    pub fn new(data: DatasetView<'a>, rule: &'a Rule, lists: &'a RuleLists<'a>) -> Self {
        NearestMisses { data, rule, lists, by_gate: Default::default(), farthest: Default::default() }
    }

    pub fn add(&mut self, gate: Gate, pair: CountedPair<'a>) {
        let at = gate as usize;
        // There may be millions; most are farther than those collected.
        if self.farthest[at].as_ref().is_some_and(|farthest| self.compare(gate, farthest, &pair).is_lt()) {
            return;
        }
        // A suppressed pair is no near miss.
        if self.lists.has_reference_sets()
            && self.lists.suppressed_pair(&self.data.pair(pair.pair.key())).is_some()
        {
            return;
        }
        self.by_gate[at].push(pair);
        if self.by_gate[at].len() >= 4 * NEAR_MISSES {
            self.keep_nearest(gate);
            self.farthest[at] = self.by_gate[at].last().copied();
        }
    }

    /// The near misses to list, gate by gate.
    pub fn nearest(mut self) -> Vec<(Gate, CountedPair<'a>)> {
        Gate::ALL.into_iter().for_each(|gate| self.keep_nearest(gate));
        let by_gate = |gate| self.by_gate[gate as usize].iter().map(move |pair| (gate, *pair));
        Gate::ALL.into_iter().flat_map(by_gate).collect()
    }

    #[inline(never)]
    fn keep_nearest(&mut self, gate: Gate) {
        let mut pairs = std::mem::take(&mut self.by_gate[gate as usize]);
        sort_by(&mut pairs, |a, b| self.compare(gate, a, b));
        pairs.truncate(NEAR_MISSES);
        self.by_gate[gate as usize] = pairs;
    }

    /// The nearest first, then in the query's order.
    fn compare(&self, gate: Gate, a: &CountedPair<'_>, b: &CountedPair<'_>) -> Ordering {
        let shortfall = |pair: &CountedPair<'_>| {
            shortfall(self.rule, gate, pair.pair.key().destination_port(), pair.counts)
        };
        shortfall(a).cmp(&shortfall(b)).then_with(|| counted_order(self.data, a, b))
    }
}

/// Sorts the near misses of several shards, and keeps the nearest of each gate.
pub(super) fn keep_nearest(near_misses: &mut Vec<NearMiss>, rule: &Rule) {
    let shortfall = |near_miss: &NearMiss| {
        let NearMiss { pair, failed_gate } = near_miss;
        let counts =
            GateCounts { connections: pair.facts.connection_count, hours: pair.facts.hourly_buckets };
        shortfall(rule, *failed_gate, pair.destinationport, counts)
    };
    sort_by(near_misses, |a, b| {
        let by_gate = (a.failed_gate, shortfall(a)).cmp(&(b.failed_gate, shortfall(b)));
        by_gate.then_with(|| rule_order(&a.pair, &b.pair))
    });
    let mut listed = [0; Gate::ALL.len()];
    near_misses.retain(|near_miss| {
        let listed = &mut listed[near_miss.failed_gate as usize];
        *listed += 1;
        *listed <= NEAR_MISSES
    });
}

/// By how much a pair misses the threshold of a gate.
fn shortfall(rule: &Rule, gate: Gate, port: u16, counts: GateCounts) -> u64 {
    match gate {
        Gate::ExcludedDestination => 0,
        Gate::MinConnections => rule.min_connections_on(port).saturating_sub(counts.connections),
        Gate::MinHours => rule.gates().min_hours.saturating_sub(counts.hours),
    }
}
