//! The contents of a report. Field names are the same in JSON, CSV and documentation.

use serde::Serialize;

use super::window::WindowReport;
use crate::evaluate::{DroppedData, Finding, GateReport, HostBeacon, NearMiss, SetReport, Suppressed};
use crate::hunts::HuntHit;
use crate::ingest::{Diagnostic, SourceReport};
use crate::model::time::Timestamp;
use crate::rule::Rule;

/// The whole result of an evaluation.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// Version of the engine.
    pub beaconlens: &'static str,
    /// The window that was evaluated.
    pub window: WindowReport,
    /// Totals.
    pub totals: Totals,
    /// Data that was dropped to stay within the memory limit; none if the limit was not reached.
    pub dropped: Option<DroppedData>,
    /// How many pairs each gate rejects.
    pub gates: Vec<GateReport>,
    /// The pairs that passed every gate, or are on a threat list, in the order of the query.
    pub findings: Vec<Finding>,
    /// Pairs that failed exactly one gate: at most [`NEAR_MISSES`](crate::report::NEAR_MISSES) of each gate, nearest first.
    pub near_misses: Vec<NearMiss>,
    /// The pairs that would be findings, but that a reference set suppresses.
    pub suppressed: Vec<Suppressed>,
    /// How much each reference set suppresses, in the order of the rule.
    pub reference_sets: Vec<SetReport>,
    /// Sources that connect to a host, or look up its name, as often as a finding requires; by priority.
    pub host_beacons: Vec<HostBeacon>,
    /// The hits of the hunts.
    pub hunts: Vec<HuntHit>,
    /// What gave the hunts the registrable domains: the version of the public suffix list, or `built-in heuristic`.
    /// None if no name was looked up.
    pub public_suffixes: Option<String>,
    /// The sources, in the order in which they were ingested.
    pub sources: Vec<SourceReport>,
    /// Why rows could not be used; empty if all could.
    pub diagnostics: Vec<Diagnostic>,
    /// The rule that was applied.
    pub rule: Rule,
}

/// Totals of the input and of the window.
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
    /// Flows outside the window.
    pub flows_outside_window: u64,
    /// Pairs in the input.
    pub pairs: u64,
    /// Pairs with a flow in the window.
    pub pairs_in_window: u64,
    /// Pairs that passed every gate or are on a threat list, and that no reference set suppresses.
    pub findings: u64,
    /// Pairs that a reference set suppresses.
    pub suppressed: u64,
    /// Pairs that failed exactly one gate.
    pub near_misses: u64,
    /// Earliest flow start in the input.
    pub first_flow: Option<Timestamp>,
    /// Latest flow start in the input.
    pub last_flow: Option<Timestamp>,
}
