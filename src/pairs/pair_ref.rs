//! Read access to stored pairs.

use super::history::History;
use super::segment::{Segment, StoredPair};
use crate::model::pair_key::PairKey;

/// Numbers with this bit are those of pairs of a single flow.
pub(super) const SINGLE: u32 = 1 << 31;

/// Some of the pairs: those of a segment with several flows, or those with one.
#[derive(Debug)]
pub(crate) struct Chunk<'a> {
    pub(super) segment: &'a Segment,
    /// Number of the first pair.
    pub(super) number: u32,
}

/// A pair in the table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PairRef<'a> {
    /// Its number; it may change when flows are added.
    pub number: u32,
    pub(super) source: u32,
    pub(super) stored: StoredPair<'a>,
}

impl<'a> Chunk<'a> {
    /// Whether each of its pairs has one flow.
    pub fn is_of_singles(&self) -> bool {
        self.number & SINGLE != 0
    }

    #[inline(always)]
    pub fn for_each(self, mut each: impl FnMut(PairRef<'a>)) {
        let first = self.number;
        match self.is_of_singles() {
            true => self.segment.for_each_single_flow(|place, source, pair| {
                each(PairRef { number: first + place as u32, source, stored: StoredPair::SingleFlow(pair) });
            }),
            false => self.segment.for_each_multi_flow(|place, source, stored| {
                each(PairRef { number: first + place as u32, source, stored });
            }),
        }
    }
}

impl PairRef<'_> {
    #[inline(always)]
    pub fn key(self) -> PairKey {
        self.stored.key_of(self.source)
    }

    /// Number of flows.
    #[inline(always)]
    pub fn count(self) -> u64 {
        self.stored.count().into()
    }

    /// Number of different UTC hours modulo 32 with a flow.
    #[inline(always)]
    pub fn hours(self) -> u64 {
        match self.stored {
            StoredPair::MultiFlow(pair, ..) => pair.hours.count_ones().into(),
            StoredPair::SingleFlow(_) => 1,
        }
    }

    /// Reads the flows into `history`, in place of what it held.
    pub fn read(self, history: &mut History) {
        self.stored.read(history);
    }
}
