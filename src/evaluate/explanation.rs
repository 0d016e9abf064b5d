//! Facts of one pair and every gate.

use std::net::IpAddr;

use serde::Serialize;

use super::gate_facts::GateResult;
use super::pair_facts::Finding;
use crate::hunts::HuntHit;
use crate::model::time::Timestamp;
use crate::rule::SetMatch;

/// The status of a pair under a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PairStatus {
    /// It passed every gate, or is on a threat list.
    Finding,
    /// A reference set suppresses it.
    Suppressed,
    /// It failed exactly one gate.
    NearMiss,
    /// It failed more than one gate.
    BelowGates,
    /// It is in the input, but has no flow in the window.
    OutsideWindow,
    /// It is not in the input.
    NotSeen,
}

/// Why a pair is a finding, or why not.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Explanation {
    /// Source address.
    pub sourceip: IpAddr,
    /// Destination address.
    pub destinationip: IpAddr,
    /// Destination port.
    pub destinationport: u16,
    /// Its status.
    pub status: PairStatus,
    /// The status in one sentence.
    pub sentence: String,
    /// Every reference set that contains the pair, in the order of the rule. The first one suppresses it.
    pub reference_sets: Vec<SetMatch>,
    /// The smallest change of the rule that would make it a finding; none if it is one or has no flows.
    pub nearest_change: Option<String>,
    /// The hunt hits that involve the pair, random names that its source looked up included.
    pub hunts: Vec<HuntHit>,
    /// Which hunts exclude the pair, and by which network, one sentence each.
    pub hunt_exclusions: Vec<String>,
    /// Every gate; empty if the pair has no flow in the window.
    pub gates: Vec<GateResult>,
    /// The beaconing score and its reason.
    pub score: Option<ScoreReason>,
    /// The facts of the pair in the window.
    pub measures: Option<Finding>,
    /// Flows of the pair outside the window.
    pub flows_outside_window: u64,
    /// The pair's connections over the window.
    pub timeline: Option<Timeline>,
    /// The intervals between its connections in the window; none with fewer than two connections.
    pub intervals: Option<Intervals>,
}

/// The beaconing score and its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ScoreReason {
    /// 1, 2 or 3.
    pub value: u8,
    /// The reason, in words.
    pub reason: String,
}

/// A pair's connections in equal buckets of time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Timeline {
    /// Start of the first bucket.
    pub start: Timestamp,
    /// Length of a bucket in seconds.
    pub bucket_seconds: u64,
    /// Connections in each bucket; at most 300 buckets.
    pub connections: Vec<u64>,
    /// Bytes sent in each bucket.
    pub bytes_sent: Vec<u64>,
    /// Bytes received in each bucket.
    pub bytes_received: Vec<u64>,
}

/// The intervals between a pair's connections.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Intervals {
    /// Their median in seconds.
    pub median_seconds: f64,
    /// Counts per range; each range begins where the one before ends, and is about a quarter wider.
    pub histogram: Vec<IntervalBin>,
}

/// A range of intervals.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct IntervalBin {
    /// At least this many seconds.
    pub from_seconds: f64,
    /// Less than this many seconds.
    pub to_seconds: f64,
    /// Number of intervals.
    pub count: u64,
}
