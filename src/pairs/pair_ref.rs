//! Read access to stored pairs.

use super::arena::Arena;
use super::history::History;
use super::stored_pair::{MultiFlowPair, SingleFlowPair};
use crate::model::pair_key::PairKey;

/// A pair in the table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PairRef<'a> {
    /// Its number; it may change while flows are added.
    pub number: u32,
    pub(super) pair: StoredPair<'a>,
    pub(super) arena: &'a Arena,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum StoredPair<'a> {
    MultiFlow(&'a MultiFlowPair),
    SingleFlow(&'a SingleFlowPair),
}

impl PairRef<'_> {
    pub fn key(self) -> PairKey {
        match self.pair {
            StoredPair::MultiFlow(pair) => pair.key(),
            StoredPair::SingleFlow(pair) => pair.key(),
        }
    }

    /// Number of flows.
    pub fn count(self) -> u64 {
        match self.pair {
            StoredPair::MultiFlow(pair) => pair.count.into(),
            StoredPair::SingleFlow(_) => 1,
        }
    }

    /// Number of different UTC hours modulo 32 with a flow.
    pub fn hours(self) -> u64 {
        match self.pair {
            StoredPair::MultiFlow(pair) => pair.hours.count_ones().into(),
            StoredPair::SingleFlow(_) => 1,
        }
    }

    /// Replaces the content of `history` by the pair's flows.
    pub fn read(self, history: &mut History) {
        match self.pair {
            StoredPair::MultiFlow(pair) => pair.read(self.arena, history),
            StoredPair::SingleFlow(pair) => pair.read(history),
        }
    }
}

/// Some pairs that are neighbours in memory.
#[derive(Debug)]
pub(crate) struct Chunk<'a> {
    /// Number of the first pair.
    pub(super) number: u32,
    pub(super) pairs: StoredPairs<'a>,
    pub(super) arena: &'a Arena,
}

#[derive(Debug)]
pub(super) enum StoredPairs<'a> {
    MultiFlow(&'a [MultiFlowPair]),
    SingleFlow(&'a [SingleFlowPair]),
}

impl<'a> Chunk<'a> {
    /// Whether each of its pairs has one flow.
    pub fn is_of_singles(&self) -> bool {
        matches!(self.pairs, StoredPairs::SingleFlow(_))
    }

    #[inline(always)]
    pub fn for_each(self, mut each: impl FnMut(PairRef<'a>)) {
        let Chunk { number, pairs, arena } = self;
        match pairs {
            StoredPairs::MultiFlow(pairs) => {
                for (pair, number) in pairs.iter().zip(number..) {
                    each(PairRef { number, pair: StoredPair::MultiFlow(pair), arena });
                }
            }
            StoredPairs::SingleFlow(pairs) => {
                for (pair, number) in pairs.iter().zip(number..).filter(|(pair, _)| !pair.is_free()) {
                    each(PairRef { number, pair: StoredPair::SingleFlow(pair), arena });
                }
            }
        }
    }
}
