//! The whole result, as types that serialize to the report's JSON. Field names are the same in JSON, CSV
//! and documentation.

mod csv;
mod fields;
mod text;
mod window;

use serde::Serialize;

use crate::model::time::Timestamp;
use crate::rule::Rule;
use crate::text::json::{written as json, written_in};
use crate::text::numerals;

pub use crate::evaluate::{
    DroppedData, EvaluatedPair, Explanation, Finding, Gate, GateReport, GateResult, GateValue, HostBeacon,
    IntervalBin, Intervals, NEAR_MISSES, NearMiss, PairStatus, ScoreReason, SetReport, SortOrder, Suppressed,
    ThreatMatch, Threshold, Timeline,
};
pub use crate::hunts::HuntHit;
pub use crate::ingest::{ColumnReport, Diagnostic, ErrorReport, Example, SourceReport};
pub use crate::model::time::LocalTimestamp;
pub use crate::rule::SetMatch;
pub use window::WindowReport;

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
    /// Earliest flow start in the input.
    pub first_flow: Option<Timestamp>,
    /// Latest flow start in the input.
    pub last_flow: Option<Timestamp>,
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
