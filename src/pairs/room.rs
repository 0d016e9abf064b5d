//! Keeping the pairs within a budget of memory.
//!
//! When the next flows might not fit, pairs with few connections are dropped, as in lossy counting (Manku
//! and Motwani, 2002): each time those with at most as many connections as it takes to drop a quarter of all
//! pairs. What a pair can lack is then at most the sum of those numbers, however often it was dropped and
//! came again; pairs with many connections, the findings, lack least. If nothing small is left, flows are
//! not taken in any more.

use super::table::PairTable;

/// A pair with this many connections is never dropped: the default rule's gate.
const NEVER_DROPPED: u32 = 20;

/// What was left out to stay within the budget.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct LeftOut {
    /// Flows that were dropped with their pairs, or not taken in.
    pub flows: u64,
    /// Pairs that were dropped; one that came again and was dropped again counts twice.
    pub pairs: u64,
    /// The most flows that a kept pair can lack because it was dropped before.
    pub most_of_a_pair: u64,
    /// Flows that were not taken in as nothing small was left to drop.
    pub not_taken: u64,
}

impl LeftOut {
    /// Takes in what was left out of other pairs.
    pub fn join(&mut self, other: LeftOut) {
        self.flows += other.flows;
        self.pairs += other.pairs;
        self.most_of_a_pair = self.most_of_a_pair.max(other.most_of_a_pair);
        self.not_taken += other.not_taken;
    }
}

impl PairTable {
    /// Whether that many more flows fit, after dropping small pairs if need be; else they are counted as
    /// left out.
    #[inline(never)]
    pub(super) fn make_room(&mut self, flows: usize) -> bool {
        while !self.fits(flows) {
            let Some(most) = self.dropped_next() else {
                self.left_out.flows += flows as u64;
                self.left_out.not_taken += flows as u64;
                return false;
            };
            let dropped = self.drop_pairs(most);
            self.left_out.pairs += dropped.pairs;
            self.left_out.flows += dropped.flows;
            self.left_out.most_of_a_pair += u64::from(most);
        }
        true
    }

    /// Up to how many connections the pairs have that are to be dropped; none if none may be dropped.
    fn dropped_next(&self) -> Option<u32> {
        let mut with_count = [0_usize; NEVER_DROPPED as usize];
        for chunk in self.chunks() {
            chunk.for_each(|pair| {
                if let Some(with_count) = with_count.get_mut(pair.count() as usize) {
                    *with_count += 1;
                }
            });
        }
        let (mut dropped, mut most) = (0, None);
        for (count, pairs) in (0..).zip(with_count) {
            if pairs > 0 && dropped < self.len().div_ceil(4) {
                (dropped, most) = (dropped + pairs, Some(count));
            }
        }
        most
    }
}
