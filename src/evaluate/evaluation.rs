//! The result of a rule over the pairs of a shard, or of all shards when they are merged.

use super::dropped::DroppedData;
use super::gate_facts::GateReport;
use super::gate_failures::GateFailures;
use super::host_beacons;
use super::near_misses::keep_nearest;
use super::order::rule_order;
use super::pair_facts::{Finding, HostBeacon, NearMiss, SetReport, Suppressed};
use crate::hunts::{self, HuntHit};
use crate::pairs::EvictionStats;
use crate::rule::Rule;
use crate::text::sort::sort_by;

/// Everything that an evaluation finds out; the report adds what ingest knows.
#[derive(Debug, Clone, Default)]
pub(crate) struct Evaluation {
    pub pairs: u64,
    pub pairs_in_window: u64,
    pub flows_in_window: u64,
    pub evicted: EvictionStats,
    pub(super) gate_failures: GateFailures,
    pub findings: Vec<Finding>,
    pub suppressed: Vec<Suppressed>,
    pub reference_sets: Vec<SetReport>,
    pub near_misses: Vec<NearMiss>,
    pub hunts: Vec<HuntHit>,
    pub host_beacons: Vec<HostBeacon>,
    /// Names, lookups, durations and processes that were dropped.
    pub side_records_dropped: u64,
}

impl Evaluation {
    /// Adds the result of another shard under the same rule.
    pub fn merge(&mut self, other: Evaluation, rule: &Rule) {
        self.pairs += other.pairs;
        self.pairs_in_window += other.pairs_in_window;
        self.flows_in_window += other.flows_in_window;
        self.evicted.join(other.evicted);
        self.gate_failures.merge(other.gate_failures);
        self.findings.extend(other.findings);
        sort_by(&mut self.findings, rule_order);
        self.suppressed.extend(other.suppressed);
        sort_by(&mut self.suppressed, |a, b| rule_order(&a.pair, &b.pair));
        for (set, other) in self.reference_sets.iter_mut().zip(other.reference_sets) {
            set.pairs += other.pairs;
            set.flows += other.flows;
        }
        self.near_misses.extend(other.near_misses);
        keep_nearest(&mut self.near_misses, rule);
        self.hunts.extend(other.hunts);
        sort_by(&mut self.hunts, hunts::order);
        self.host_beacons.extend(other.host_beacons);
        sort_by(&mut self.host_beacons, host_beacons::order);
        self.side_records_dropped += other.side_records_dropped;
    }

    /// All pairs that are listed.
    pub(super) fn listed(&self) -> impl Iterator<Item = &Finding> {
        let suppressed = self.suppressed.iter().map(|suppressed| &suppressed.pair);
        let near_misses = self.near_misses.iter().map(|near_miss| &near_miss.pair);
        self.findings.iter().chain(suppressed).chain(near_misses)
    }

    pub(super) fn listed_mut(&mut self) -> impl Iterator<Item = &mut Finding> {
        let suppressed = self.suppressed.iter_mut().map(|suppressed| &mut suppressed.pair);
        let near_misses = self.near_misses.iter_mut().map(|near_miss| &mut near_miss.pair);
        self.findings.iter_mut().chain(suppressed).chain(near_misses)
    }

    /// Pairs that failed exactly one gate.
    pub fn near_miss_count(&self) -> u64 {
        self.gate_failures.near_misses()
    }

    pub fn gate_reports(&self, rule: &Rule) -> Vec<GateReport> {
        self.gate_failures.reports(rule)
    }

    /// None if nothing was dropped.
    pub fn dropped(&self) -> Option<DroppedData> {
        DroppedData::of(self.evicted, self.side_records_dropped)
    }
}
