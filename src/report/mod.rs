//! The result as JSON, CSV and text.

mod contents;
mod csv;
mod fields;
mod json;
mod text;
mod window;

pub use crate::evaluate::{
    ConnectionFacts, DroppedData, EvaluatedPair, Explanation, Finding, Gate, GateReport, GateResult,
    GateValue, HostBeacon, IntervalBin, Intervals, NEAR_MISSES, NearMiss, PairStatus, ScoreReason, SetReport,
    SortOrder, Suppressed, ThreatMatch, Threshold, Timeline,
};
pub use crate::hunts::HuntHit;
pub use crate::ingest::{ColumnReport, Diagnostic, ErrorReport, Example, SourceReport};
pub use crate::model::time::LocalTimestamp;
pub use crate::rule::SetMatch;
pub use contents::{Report, Totals};
pub use window::WindowReport;
