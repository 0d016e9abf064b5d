//! Bytes → flows, with diagnostics.
//!
//! ```text
//!                                  ┌─ tables: structural_index ─┬▶ fast_path ────────────▶ flows
//! chunk ─▶ source ─▶ reading ──────┤                            └▶ fallback ┐
//!            │ first bytes         └─ other rows: row_splitter ─▶ rows ──────┴▶ fields ─▶ record ─▶ flows, side tables
//!            └▶ detect ─▶ format
//! ```
//!
//! Records of one connection become one flow in `sessions`. Texts of fields are parsed by `text::value`.

mod byte_masks;
mod capture_format;
mod column_mapping;
mod column_place;
mod column_positions;
mod columns;
mod delimited_fields;
mod detect;
mod detect_json;
mod detected_format;
mod diagnostics;
mod fallback;
mod fast_path;
mod field_names;
mod field_path;
mod fields;
mod fingerprint;
mod format;
mod header;
mod json;
mod key_value;
mod layout;
mod name_fields;
mod options;
mod options_document;
mod other_data;
mod preview;
mod reading;
mod record;
mod record_kind;
mod refusal;
mod roles;
mod row_splitter;
mod rows;
mod sessions;
mod side_records;
mod sink;
mod source;
mod source_report;
mod source_stats;
mod structural_index;
mod table_view;
mod time_formats;

#[cfg(test)]
mod tests;

pub use crate::text::value::time_format::TimeUnit;
pub use capture_format::CaptureFormat;
pub use diagnostics::{Diagnostic, Example};
pub use options::DetectorOptions;
pub use preview::{
    ColumnKind, Header, Layout as PreviewLayout, Preview, PreviewColumn, PreviewFlow, PreviewLine,
    PreviewRow, preview,
};
pub use roles::Role;
pub(crate) use sink::Sink;
pub(crate) use source::Source;
pub use source_report::{ColumnReport, ErrorReport, SourceReport};
