//! The pass over all pairs: counts, gates, and the metrics of listed pairs.

use super::aggregates::Aggregates;
use super::cache::EvaluationCache;
use super::counted_pair::CountedPair;
use super::depth::Depth;
use super::gates::{CompiledGates, GateCounts};
use super::pair_facts::Finding;
use super::pair_metrics::PairMetrics;
use crate::model::time::HOUR;
use crate::pairs::{Chunk, DatasetView, History, PairRef};
use crate::regularity::Analyzer;
use crate::rule::{Rule, WindowRange};

/// How many pairs and flows are in the window.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct WindowTotals {
    pub pairs: u64,
    pub flows: u64,
}

/// Counts the flows of each pair in the window.
pub(super) struct PairScan<'a> {
    data: DatasetView<'a>,
    rule: &'a Rule,
    gates: &'a CompiledGates<'a>,
    /// None without flows.
    pub range: Option<WindowRange>,
    /// Whether the counts that pairs store are valid for the window, so that no history needs to be read.
    pub stored_counts_valid: bool,
    pub totals: WindowTotals,
    history: History,
    hours: Vec<i64>,
    analyzer: Analyzer,
    depth: Depth,
}

impl<'a> PairScan<'a> {
    pub fn new(data: DatasetView<'a>, rule: &'a Rule, gates: &'a CompiledGates<'a>, depth: Depth) -> Self {
        let range = WindowRange::of(rule, data.time_extent);
        let has_whole_hours = i64::from(rule.utc_offset_minutes()) % 60 == 0;
        PairScan {
            data,
            rule,
            gates,
            range,
            stored_counts_valid: range.zip(data.time_extent).is_some_and(|(range, extent)| {
                range.covers(extent) && are_hours_distinct(extent) && has_whole_hours
            }),
            totals: WindowTotals::default(),
            history: History::default(),
            hours: Vec::new(),
            analyzer: Analyzer::default(),
            depth,
        }
    }

    /// Passes on every pair with flows in the window.
    pub fn count_all(&mut self, each: &mut dyn FnMut(CountedPair<'a>)) {
        self.data.pairs.chunks().for_each(|chunk| self.count_chunk(chunk, each));
    }

    /// The same without the pairs of a single flow.
    pub fn count_multi_flow_pairs(&mut self, each: &mut dyn FnMut(CountedPair<'a>)) {
        let chunks = self.data.pairs.chunks().filter(|chunk| !chunk.is_of_singles());
        chunks.for_each(|chunk| self.count_chunk(chunk, each));
    }

    /// How many pairs of a single flow go to excluded networks.
    pub fn excluded_singles(&self) -> u64 {
        let singles = self.data.pairs.chunks().filter(Chunk::is_of_singles);
        singles.map(|chunk| self.excluded_in(chunk)).sum()
    }

    #[inline(never)]
    fn excluded_in(&self, chunk: Chunk<'a>) -> u64 {
        let mut excluded = 0;
        chunk.for_each(|pair| {
            excluded += u64::from(self.gates.excludes(pair.key().destination(), self.data.addresses));
        });
        excluded
    }

    // A function of its own that is called often: engines that compile in stages, as all browsers do, can switch to
    // the optimized code between two calls.
    #[inline(never)]
    fn count_chunk(&mut self, chunk: Chunk<'a>, each: &mut dyn FnMut(CountedPair<'a>)) {
        chunk.for_each(|pair| {
            let counts = match self.stored_counts_valid {
                true => Some(GateCounts { connections: pair.count(), hours: pair.hours() }),
                false => self.aggregates(pair).map(|aggregates| aggregates.counts),
            };
            let Some(counts) = counts else { return };
            self.totals.pairs += 1;
            self.totals.flows += counts.connections;
            let key = pair.key();
            let failed = self.gates.failed(key, self.data.addresses, counts);
            let score = self.gates.score(key.destination_port(), counts.connections);
            each(CountedPair { pair, counts, failed, score });
        });
    }

    /// None if the pair has no flow in the window.
    #[inline(never)]
    fn aggregates(&mut self, pair: PairRef<'a>) -> Option<Aggregates> {
        pair.read(&mut self.history);
        let offset = self.rule.utc_offset_minutes();
        Aggregates::of(&self.history.connections, self.range?, offset, &mut self.hours)
    }

    #[inline(never)]
    fn metrics(&mut self, pair: PairRef<'a>) -> Option<PairMetrics> {
        let (aggregates, range) = (self.aggregates(pair)?, self.range?);
        if self.depth == Depth::Query {
            return Some(PairMetrics::of_query(aggregates));
        }
        let connections = &mut self.history.connections;
        if !self.stored_counts_valid {
            connections.retain(|connection| range.contains(connection.start.as_micros()));
        }
        connections.sort_unstable();
        let time_extent = self.data.time_extent?;
        Some(PairMetrics::of(aggregates, connections, range, time_extent, &mut self.analyzer))
    }

    /// The facts of a pair.
    pub fn finding(&mut self, pair: CountedPair<'a>) -> Option<Finding> {
        let metrics = self.metrics(pair.pair)?;
        Some(self.facts(pair, &metrics))
    }

    /// The facts of a pair whose metrics may be in the cache, and are added to it otherwise.
    pub fn cached_finding(&mut self, pair: CountedPair<'a>, cache: &mut EvaluationCache) -> Option<Finding> {
        let number = pair.pair.number;
        if let Some(metrics) = cache.get(number) {
            return Some(self.facts(pair, metrics));
        }
        let metrics = self.metrics(pair.pair)?;
        let finding = self.facts(pair, &metrics);
        if self.depth == Depth::Full {
            cache.add(number, metrics);
        }
        Some(finding)
    }

    fn facts(&self, pair: CountedPair<'a>, metrics: &PairMetrics) -> Finding {
        let key = pair.pair.key();
        let facts = metrics.facts(pair.score, self.rule);
        Finding::new(&self.data.pair(key), facts, self.data.side.processes(key))
    }
}

/// Whether all hours of the data differ modulo 32, which is how pairs store them.
fn are_hours_distinct((first, last): (i64, i64)) -> bool {
    last.div_euclid(HOUR) - first.div_euclid(HOUR) < 32
}
