//! Bytes → flows, with diagnostics.
//!
//! ```text
//!                              ┌─ a table:  structure ─▶ plain (fast, by columns)
//! chunk ─▶ source ─▶ reading ──┤                       └▶ exact ─▶ fields ─▶ record ─▶ flow ─▶ pair table
//!            │ first bytes:    └─ other rows: rows (lines, JSON) ─▶ fields ─▶ record      └▶ side_records ─▶ side tables
//!            └─ format                                        value/ : one parser a kind of field
//! ```

mod diagnostics;
mod exact;
mod fields;
mod format;
mod forms;
mod json;
mod layout;
mod names;
mod options;
mod plain;
mod reading;
mod record;
mod repeats;
mod roles;
mod rows;
mod sessions;
mod side_records;
mod sink;
mod source;
mod source_report;
mod structure;

#[cfg(test)]
mod tests;

pub use crate::text::value::time::TimeUnit;
pub use diagnostics::{Diagnostic, Example};
pub use options::DetectorOptions;
pub use roles::Role;
pub(crate) use sink::Sink;
pub(crate) use source::Source;
pub use source_report::{ColumnReport, ErrorReport, SourceReport};
