//! What is missing from a result because of the memory limit.

use serde::Serialize;

use crate::pairs::EvictionStats;

/// Data that was dropped to stay within the memory limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DroppedData {
    /// Flows that are not in the result: those of evicted pairs, and rejected ones.
    pub flows: u64,
    /// Evictions of pairs with few connections; a pair can be evicted repeatedly.
    pub pairs_dropped: u64,
    /// Upper bound on how far the connection count of any listed pair is too low because of evictions.
    pub max_undercount: u64,
    /// Flows that were rejected because no pair could be evicted. If there are any, the counts of all pairs may be
    /// too low by any number.
    pub flows_rejected: u64,
    /// Dropped records of host names, DNS lookups, durations and processes.
    pub side_records_dropped: u64,
    /// What this means for the result, in one sentence.
    pub meaning: String,
}

impl DroppedData {
    pub(crate) fn of(evicted: EvictionStats, side_records_dropped: u64) -> Option<Self> {
        let EvictionStats { flows, pairs, max_undercount, flows_rejected } = evicted;
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
