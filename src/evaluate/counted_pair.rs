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
