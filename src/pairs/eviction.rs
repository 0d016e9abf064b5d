//! Which pairs are evicted at the memory limit: lossy counting (Manku and Motwani, 2002).
//!
//! When the next flows might not fit, the smallest pairs are evicted: all up to the number of flows that removes at
//! least a quarter of the pairs. The count of a pair is then too low by the sum of those numbers at most, however
//! often it was evicted and came back. Findings have many connections and so lose least. When no pair can be
//! evicted, new flows are rejected.

/// Pairs of at least this many flows are never evicted: the gate of the default rule.
const MIN_FLOWS_KEPT: usize = 20;

/// What was lost to stay within the memory limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct EvictionStats {
    /// Flows that were evicted with their pairs, or rejected.
    pub flows: u64,
    /// Pairs that were evicted. A pair that came back and was evicted again counts twice.
    pub pairs: u64,
    /// Upper bound on the flows that a stored pair lost by earlier evictions.
    pub max_undercount: u64,
    /// Flows that were rejected, as no pair could be evicted.
    pub flows_rejected: u64,
}

impl EvictionStats {
    pub(super) fn reject(&mut self, flows: u64) {
        self.flows += flows;
        self.flows_rejected += flows;
    }

    /// Counts an eviction of all pairs of at most `max_flows` flows.
    pub(super) fn evict(&mut self, pairs: u64, flows: u64, max_flows: u64) {
        self.pairs += pairs;
        self.flows += flows;
        self.max_undercount += max_flows;
    }

    /// Adds the losses of another shard.
    pub fn join(&mut self, other: EvictionStats) {
        self.flows += other.flows;
        self.pairs += other.pairs;
        self.max_undercount = self.max_undercount.max(other.max_undercount);
        self.flows_rejected += other.flows_rejected;
    }
}

/// How many pairs have each number of flows, of those that may be evicted.
#[derive(Debug, Default)]
pub(super) struct SmallPairs {
    with_flows: [usize; MIN_FLOWS_KEPT],
}

impl SmallPairs {
    #[inline(always)]
    pub fn add(&mut self, flows: u64) {
        if let Some(pairs) = self.with_flows.get_mut(flows as usize) {
            *pairs += 1;
        }
    }

    /// Up to which number of flows pairs are to be evicted. None if there are no small pairs.
    pub fn eviction_limit(&self, all_pairs: usize) -> Option<u32> {
        let (mut evicted, mut limit) = (0, None);
        for (flows, pairs) in (0..).zip(self.with_flows) {
            if pairs > 0 && evicted < all_pairs.div_ceil(4) {
                (evicted, limit) = (evicted + pairs, Some(flows));
            }
        }
        limit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_quarter_is_evicted_and_large_pairs_never() {
        let small = |all: &[u64]| {
            let mut small = SmallPairs::default();
            all.iter().for_each(|flows| small.add(*flows));
            small.eviction_limit(all.len())
        };
        assert_eq!(small(&[1, 2, 3, 30]), Some(1));
        assert_eq!(small(&[1, 2, 2, 2, 30, 30, 30, 30]), Some(2));
        assert_eq!(small(&[19, 20, 30, 40, 50, 60, 70, 80]), Some(19));
        assert_eq!(small(&[20, 30]), None);
    }
}
