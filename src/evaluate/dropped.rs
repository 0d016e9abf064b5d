//! What is missing from a result because of the memory limit.

use serde::Serialize;

use crate::pairs::EvictionStats;

/// What was left out to stay within the memory limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DroppedData {
    /// Flows that are not in the result: those of dropped pairs, and those not taken in.
    pub flows: u64,
    /// Pairs that were dropped for having few connections, each time it happened.
    pub pairs_dropped: u64,
    /// The most connections that any listed pair can lack because it was dropped before.
    pub max_undercount: u64,
    /// Flows that were not taken in, as there was no small pair left to drop. If there are any, any pair
    /// may lack any number of later connections.
    pub flows_rejected: u64,
    /// Records of host names, lookups and durations that the hunts lack, and of programs that findings lack.
    pub side_records_dropped: u64,
    /// What that means for the result, in a sentence.
    pub meaning: String,
}

impl DroppedData {
    pub(crate) fn of(left_out: EvictionStats, side_records_dropped: u64) -> Option<Self> {
        let EvictionStats { flows, pairs, max_undercount, flows_rejected } = left_out;
        let mut meaning = format!(
            "the memory limit was reached: {pairs} times a pair with few connections was dropped, so any \
             count may be up to {max_undercount} too low, and pairs that need no more than that to pass a gate \
             may be missing"
        );
        if flows_rejected > 0 {
            meaning += &format!(
                "; {flows_rejected} flows were rejected: raise the memory limit or read a shorter period"
            );
        }
        if side_records_dropped > 0 {
            meaning +=
                &format!("; {side_records_dropped} host names, lookups, durations or processes are missing");
        }
        (flows + side_records_dropped > 0).then_some(DroppedData {
            flows,
            pairs_dropped: pairs,
            max_undercount,
            flows_rejected,
            side_records_dropped,
            meaning,
        })
    }
}
