//! A pair in the window, counted.

use super::gates::{FailedGates, GateCounts};
use crate::pairs::PairRef;

/// A pair with flows in the window, and what the gates say about it.
#[derive(Debug, Clone, Copy)]
pub(super) struct CountedPair<'a> {
    pub pair: PairRef<'a>,
    pub counts: GateCounts,
    pub failed: FailedGates,
    pub score: u8,
}

impl CountedPair<'_> {
    /// The first keys of the query's order as one number; the highest score with the most connections is lowest.
    pub fn rank(&self) -> u32 {
        const MAX_CONNECTIONS: u64 = (1 << 24) - 1;
        let connections = self.counts.connections.min(MAX_CONNECTIONS) as u32;
        (i32::MAX as u32) - (u32::from(self.score) << 24 | connections)
    }
}
