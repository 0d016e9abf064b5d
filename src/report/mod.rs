//! The whole result, as types that serialize to the report's JSON. Field names are the same in JSON, CSV
//! and documentation.

mod csv;
mod fields;
mod part;
mod text;

use serde::Serialize;
use std::net::IpAddr;

use crate::evaluate::rule_order;
use crate::hunts::HuntHit;
pub use crate::ingest::{ColumnReport, Diagnostic, ErrorReport, Example, SourceReport};
pub use crate::model::time::LocalTimestamp;
use crate::pairs::EvictionStats;
use crate::priority::PriorityPart;
use crate::regularity::{Regularity, RitaScore};
use crate::rule::{Rule, Side};
use crate::text::json::{written as json, written_in};
use crate::text::numerals;
use crate::text::sort::sort_by_number;

/// The whole result of an evaluation.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// Version of the engine.
    pub beaconlens: &'static str,
    /// What was evaluated.
    pub window: WindowReport,
    /// How much there was.
    pub totals: Totals,
    /// What was left out to stay within the memory limit; none if it was not reached.
    pub dropped: Option<DroppedData>,
    /// What each gate took out.
    pub gates: Vec<GateReport>,
    /// The pairs that passed every gate, or are on a threat list, in the order of the query.
    pub findings: Vec<Finding>,
    /// Pairs that failed exactly one gate: at most [`NEAR_MISSES`] of each gate, nearest first.
    pub near_misses: Vec<NearMiss>,
    /// The pairs that would be findings, had a reference set not taken them out.
    pub suppressed: Vec<Suppressed>,
    /// What each reference set took out, in the order of the rule.
    pub reference_sets: Vec<SetReport>,
    /// Hosts that are called, or names that are looked up, as often as a finding is; by priority.
    pub host_beacons: Vec<HostBeacon>,
    /// What the hunts found.
    pub hunts: Vec<HuntHit>,
    /// By what the hunts told registrable domains: the public suffix list's version, or `built-in heuristic`. None if
    /// no name was looked up.
    pub public_suffixes: Option<String>,
    /// The sources, in the order in which they were ingested.
    pub sources: Vec<SourceReport>,
    /// Why rows could not be used; empty if all could.
    pub diagnostics: Vec<Diagnostic>,
    /// The rule that was applied.
    pub rule: Rule,
}

/// How many near misses of each gate a report lists.
pub const NEAR_MISSES: usize = 50;

/// What was evaluated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct WindowReport {
    /// Start, not itself in the window (RFC 3339, UTC). None for the window `all`.
    pub start: Option<String>,
    /// End, itself in the window (RFC 3339, UTC). None if there are no flows and the rule gives no end.
    pub end: Option<String>,
    /// Length in hours. None for the window `all`.
    pub hours: Option<u32>,
}

/// How much there was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Totals {
    /// Bytes of all sources.
    pub bytes_read: u64,
    /// Rows of all sources: used plus skipped. Headers, blank lines and comments are not rows.
    pub rows_read: u64,
    /// Rows that became flows.
    pub rows_used: u64,
    /// Rows that could not be used; the diagnostics say why.
    pub rows_skipped: u64,
    /// Flows in the window.
    pub flows_in_window: u64,
    /// Flows outside.
    pub flows_outside_window: u64,
    /// Pairs in the input.
    pub pairs: u64,
    /// Pairs with a flow in the window.
    pub pairs_in_window: u64,
    /// Pairs that passed every gate or are on a threat list, and that no reference set took out.
    pub findings: u64,
    /// Pairs that a reference set took out.
    pub suppressed: u64,
    /// Pairs that failed exactly one gate.
    pub near_misses: u64,
    /// Earliest flow start in the input (RFC 3339, UTC).
    pub first_flow: Option<String>,
    /// Latest flow start in the input (RFC 3339, UTC).
    pub last_flow: Option<String>,
}

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

/// A condition that a pair must pass to be a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Gate {
    /// The destination is in none of the excluded networks.
    ExcludedDestination,
    /// Enough connections in the window.
    MinConnections,
    /// Connections in enough distinct calendar hours of the window.
    MinHours,
}

impl Gate {
    /// All gates, in the order in which they are reported.
    pub const ALL: [Gate; 3] = [Gate::ExcludedDestination, Gate::MinConnections, Gate::MinHours];

    /// The gate's name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Gate::ExcludedDestination => "excluded_destination",
            Gate::MinConnections => "min_connections",
            Gate::MinHours => "min_hours",
        }
    }
}

/// What a gate took out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct GateReport {
    /// The gate.
    pub gate: Gate,
    /// Its threshold: a number, or the excluded networks.
    pub threshold: Threshold,
    /// Pairs in the window that failed it.
    pub failed: u64,
    /// Pairs in the window that failed it and no other: its near misses.
    pub failed_only: u64,
}

/// What a gate compares with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Threshold {
    /// At least this many.
    AtLeast(u64),
    /// In none of these networks.
    NoneOf(Vec<String>),
}

/// What is said of a pair in the window: the query's ten columns, then priority and regularity.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Finding {
    /// Source address.
    pub sourceip: IpAddr,
    /// Destination address.
    pub destinationip: IpAddr,
    /// Destination port.
    pub destinationport: u16,
    /// Connections in the window.
    pub connection_count: u64,
    /// Distinct calendar hours (in the rule's UTC offset) with a connection.
    pub hourly_buckets: u64,
    /// Bytes the source sent, summed.
    pub bytes_sent: u64,
    /// Bytes the source received, summed.
    pub bytes_received: u64,
    /// First connection, `yyyy-MM-dd HH:mm:ss` in the rule's UTC offset.
    pub first_seen: LocalTimestamp,
    /// Last connection, likewise.
    pub last_seen: LocalTimestamp,
    /// 3 for a listed C2 port, 2 for more than the rule's high volume, else 1.
    pub beaconing_score: u8,
    /// 0 to 100: the order to read in. The sum of `priority_parts`.
    pub priority: u8,
    /// How machine-like timing and sizes are. None of a pair with fewer than four different start times.
    pub regularity: Option<Regularity>,
    /// The score of RITA v5: for comparison only.
    pub rita: Option<RitaScore>,
    /// What `priority` is the sum of, each part with its reason.
    pub priority_parts: Vec<PriorityPart>,
    /// The threat list that names the destination; none if none does.
    pub threat: Option<ThreatMatch>,
    /// The programs that opened its connections, where the records tell them: the first four in order of text,
    /// of the whole input. Left out of the JSON if there are none.
    pub processes: Vec<String>,
}

/// A threat list that names a destination. Such a pair is shown whatever the counting gates say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ThreatMatch {
    /// Name of the list.
    pub list: String,
    /// Its entry.
    pub entry: String,
    /// Line of the entry in the list, from 1.
    pub line: u64,
    /// What the list says of the entry, such as the malware's name.
    pub remark: Option<String>,
    /// Counting gates that the pair failed.
    pub failed_gates: Vec<Gate>,
}

/// A pair that a reference set took out.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Suppressed {
    /// The pair.
    pub pair: Finding,
    /// The first set of the rule that holds it.
    pub suppressed_by: SetMatch,
}

/// A host that is called by its name, or a name that is looked up, as often as a finding is.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct HostBeacon {
    /// The name, in lower case.
    pub host: String,
    /// Whether it is the lookups that repeat; else the connections to the host.
    pub looked_up: bool,
    /// The first set of the rule that holds it; none if none does.
    pub suppressed_by: Option<SetMatch>,
    /// What is said of it as of a pair. It has no destination address and no port.
    pub pair: Finding,
}

/// A reference set that holds a pair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SetMatch {
    /// Name of the set.
    pub reference_set: String,
    /// Its most specific entry.
    pub entry: String,
    /// The end of the pair that is in it.
    pub side: Side,
}

/// What a reference set took out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SetReport {
    /// Name of the set.
    pub name: String,
    /// Pairs that would be findings.
    pub pairs: u64,
    /// Their flows in the window.
    pub flows: u64,
}

/// A pair that failed exactly one gate.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct NearMiss {
    /// The pair.
    pub pair: Finding,
    /// The gate it failed.
    pub failed_gate: Gate,
}

/// A pair in the window, whatever gates it failed.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct EvaluatedPair {
    /// The pair.
    pub pair: Finding,
    /// The gates it failed; none for a finding.
    pub failed_gates: Vec<Gate>,
    /// The reference set that holds it; none if none does.
    pub suppressed_by: Option<SetMatch>,
}

/// What a pair turned out to be under a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PairStatus {
    /// It passed every gate, or is on a threat list.
    Finding,
    /// A reference set took it out.
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
    #[serde(serialize_with = "crate::text::numerals::serialize_address")]
    pub sourceip: IpAddr,
    /// Destination address.
    #[serde(serialize_with = "crate::text::numerals::serialize_address")]
    pub destinationip: IpAddr,
    /// Destination port.
    pub destinationport: u16,
    /// What it is.
    pub status: PairStatus,
    /// The verdict in one sentence.
    pub sentence: String,
    /// Every reference set that holds the pair, in the order of the rule: the first one takes it out.
    pub reference_sets: Vec<SetMatch>,
    /// The least change of the rule that would make it a finding; none if it is one or has no flows.
    pub nearest_change: Option<String>,
    /// What the hunts found in which the pair has part. Random names that its source looked up are among it.
    pub hunts: Vec<HuntHit>,
    /// Which hunts leave the pair out for its addresses, each in a sentence.
    pub hunt_exclusions: Vec<String>,
    /// Every gate; empty if the pair has no flow in the window.
    pub gates: Vec<GateResult>,
    /// The beaconing score and its reason.
    pub score: Option<ScoreReason>,
    /// The ten columns.
    pub measures: Option<Finding>,
    /// Flows of the pair outside the window.
    pub flows_outside_window: u64,
    /// The pair's connections over the window.
    pub timeline: Option<Timeline>,
    /// The gaps between its connections in the window; none if there are fewer than two.
    pub intervals: Option<Intervals>,
}

/// What a gate says of a pair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct GateResult {
    /// The gate.
    pub gate: Gate,
    /// What the pair has: a number, or the destination.
    pub value: GateValue,
    /// What the gate compares with.
    pub threshold: Threshold,
    /// Whether the pair passed.
    pub passed: bool,
    /// That in words.
    pub reason: String,
}

/// What a pair has, for a gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum GateValue {
    /// A number.
    Count(u64),
    /// An address.
    #[serde(serialize_with = "crate::text::numerals::serialize_address")]
    Address(IpAddr),
}

/// The beaconing score and its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ScoreReason {
    /// 1, 2 or 3.
    pub value: u8,
    /// Why.
    pub reason: String,
}

/// A pair's connections in equal buckets of time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Timeline {
    /// Start of the first bucket (RFC 3339, UTC).
    pub start: String,
    /// Length of a bucket in seconds.
    pub bucket_seconds: u64,
    /// Connections in each bucket; at most 300 buckets.
    pub connections: Vec<u64>,
    /// Bytes sent in each bucket.
    pub bytes_sent: Vec<u64>,
    /// Bytes received in each bucket.
    pub bytes_received: Vec<u64>,
}

/// The gaps between a pair's connections.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Intervals {
    /// Their median in seconds.
    pub median_seconds: f64,
    /// How many fall in which range; ranges follow one another and widen by about a quarter each.
    pub histogram: Vec<IntervalBin>,
}

/// A range of gaps.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct IntervalBin {
    /// At least this many seconds.
    pub from_seconds: f64,
    /// Less than this many seconds.
    pub to_seconds: f64,
    /// How many gaps.
    pub count: u64,
}

/// An order of findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SortOrder {
    /// The query's: beaconing score, connections, then the pair.
    #[default]
    Rule,
    /// Priority, then the query's.
    Priority,
}

impl SortOrder {
    /// Sorts pairs, of which `pair` tells the columns.
    pub fn sort<T>(self, pairs: &mut [T], pair: impl Fn(&T) -> &Finding) {
        let priority = |of: &T| if self == SortOrder::Priority { u32::from(pair(of).priority) } else { 0 };
        sort_by_number(pairs, |of| u32::from(u8::MAX) - priority(of), |a, b| rule_order(pair(a), pair(b)));
    }
}

/// A finding as JSON, about; most are shorter.
const BYTES_A_FINDING: usize = 1024;

impl Report {
    /// Puts the findings in an order.
    pub fn sort(&mut self, order: SortOrder) {
        order.sort(&mut self.findings, |finding| finding);
    }

    /// The report as compact JSON: the same bytes on every host.
    pub fn to_json(&self) -> String {
        // Most of it, and not made to grow by doubling.
        let pairs = self.findings.len() + self.suppressed.len() + self.near_misses.len();
        written_in(String::with_capacity(pairs * BYTES_A_FINDING), self)
    }

    /// The report as compact JSON without its findings and suppressed pairs, of which there may be very many:
    /// the totals tell how many. The report itself stays as it is.
    pub fn to_summary_json(&mut self) -> String {
        let findings = std::mem::take(&mut self.findings);
        let suppressed = std::mem::take(&mut self.suppressed);
        let summary = json(self);
        (self.findings, self.suppressed) = (findings, suppressed);
        summary
    }

    /// The report as compact JSON with one more field, `pairs`: every pair in the window.
    pub fn to_json_with(&self, pairs: &[EvaluatedPair]) -> String {
        let mut out = self.to_json();
        out.pop();
        out.push_str(",\"pairs\":");
        out = written_in(out, &pairs);
        out.push('}');
        out
    }
}

impl Explanation {
    /// The explanation as compact JSON.
    pub fn to_json(&self) -> String {
        json(self)
    }
}

/// A number as JSON has it, whole ones without a fraction. Not by `Display`, which is much code for numbers
/// with a fraction.
fn number_text(number: f64) -> String {
    let mut text = String::new();
    numerals::decimal(&mut text, number, "");
    text
}
