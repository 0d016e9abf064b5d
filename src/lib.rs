//! Finds botnet beacons in network flow records: internal hosts that keep calling the same external
//! endpoint. It explains every verdict.
//!
//! Bytes of a flow file go in, a [`Report`] comes out. In one call:
//!
//! ```
//! let csv = "starttime,sourceip,destinationip,destinationport\n\
//!            2026-03-02 10:00:00,10.0.0.5,203.0.113.9,443\n";
//! let report = beaconlens::evaluate(csv.as_bytes(), &beaconlens::Rule::default())?;
//! assert_eq!(report.totals.rows_used, 1);
//! assert!(report.findings.is_empty()); // one connection is no beacon
//! # Ok::<(), beaconlens::Error>(())
//! ```
//!
//! Or as a stream, with as many rules as wanted over what was read once: see [`Detector`].
//!
//! The default [`Rule`] gives the rows, columns and order of the QRadar query for MITRE ATT&CK
//! T1584.005. The crate does no input or output of its own, knows no clock and no randomness: the same
//! bytes give the same report on every host.

#![deny(missing_docs)]

mod constants;
mod detector;
mod evaluate;
pub mod hunts;
mod ingest;
mod model;
mod pairs;
pub mod priority;
pub mod query;
#[cfg(test)]
mod random;
pub mod regularity;
pub mod report;
#[cfg(any(test, all(target_arch = "wasm32", feature = "javascript")))]
mod reports;
pub mod rule;
mod text;
#[cfg(all(target_arch = "wasm32", feature = "javascript"))]
mod wasm;

pub use constants::{Comparison, Constants, QueryTarget, RegularityWeights};
pub use detector::{Detector, Progress};
pub use evaluate::{Explanation, PartialResult, PrevalenceCounts, PrevalenceQuery};
pub use ingest::{
    CaptureFormat, ColumnKind, DetectorOptions, Header, Preview, PreviewColumn, PreviewFlow, PreviewLayout,
    PreviewLine, PreviewRow, Role, TimeUnit, preview,
};
pub use model::destination::Destination;
pub use model::error::{Error, ErrorKind, Position};
pub use model::flow::{Connection, Pair};
pub use model::time::{LocalTimestamp, Timestamp};
pub use model::version::VERSION;
pub use report::Report;
pub use rule::{
    AppliesTo, CompiledLists, Gates, HuntSettings, PrioritySettings, ReferenceSet, Rule, ThreatList, Window,
};

/// Evaluates a rule over the bytes of one source.
///
/// # Errors
///
/// [`ErrorKind::NotFlows`] if the bytes are not flow records that can be read.
pub fn evaluate(input: &[u8], rule: &Rule) -> Result<Report, Error> {
    let mut detector = Detector::new(DetectorOptions::new());
    detector.ingest(input)?;
    detector.finish()?;
    Ok(detector.evaluate(rule))
}
