//! What a preview says.

use serde::Serialize;

use crate::ingest::roles::Role;
use crate::ingest::source_report::SourceReport;

/// The beginning of a file: its first rows cut into columns, and how they would be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Preview {
    /// What kind of text it is.
    pub layout: Layout,
    /// The byte between columns, as text; none where there are no columns.
    pub delimiter: Option<String>,
    /// Line of the row that names the columns, from 1; none if there is none.
    pub header_line: Option<u64>,
    /// The first rows of a table, of which one may name the columns.
    pub header_candidates: Vec<PreviewLine>,
    /// The columns of a table or the fields of JSON objects, at most 200.
    pub columns: Vec<PreviewColumn>,
    /// The first rows of data, at most six.
    pub rows: Vec<PreviewRow>,
    /// The roles that a flow needs and no column has.
    pub missing: Vec<Role>,
    /// Equal for files of the same make: the header as it is written, the names of JSON fields, or the kinds of
    /// values in columns without names. None where nothing distinguishes the make.
    pub signature: Option<String>,
    /// How the beginning would be read with these options.
    pub source: SourceReport,
}

/// What kind of text a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Layout {
    /// Rows of delimited text.
    Table,
    /// JSON objects.
    Json,
    /// Anything else: there are no columns to choose from.
    Other,
}

/// A row as texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PreviewLine {
    /// Its line, from 1.
    pub line: u64,
    /// Its cells, each at most 120 characters.
    pub cells: Vec<String>,
}

/// A column of a table or a field of JSON objects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PreviewColumn {
    /// Its name as it is written, with the names of the objects around a JSON field; empty without a header.
    pub name: String,
    /// How options name it: by its name, or by its position where the name is not unique.
    pub reference: String,
    /// What it is read as, by the options or else as the engine proposes.
    pub role: Option<Role>,
    /// The role is only guessed from the values in the column.
    pub guessed: bool,
    /// What its values in the first rows are.
    pub kind: ColumnKind,
}

/// What the values of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ColumnKind {
    /// None of the first rows has a value.
    Empty,
    /// Dates with or without a time, or seconds since 1970.
    Time,
    /// IP addresses.
    Address,
    /// Numbers.
    Number,
    /// Anything else.
    Text,
}

/// One of the first rows of data, and how it would be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PreviewRow {
    /// Its line, from 1.
    pub line: u64,
    /// Its cells, each at most 120 characters.
    pub cells: Vec<String>,
    /// The flow that it describes, if it can be read.
    pub flow: Option<PreviewFlow>,
    /// Why it cannot be read; none also where the whole file is refused.
    pub reason: Option<String>,
}

/// A flow as it would be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PreviewFlow {
    /// Its start, RFC 3339 in UTC.
    pub start: String,
    /// The source address.
    pub source: String,
    /// The destination address.
    pub destination: String,
    /// The destination port.
    pub port: u16,
    /// Bytes that the source sent.
    pub bytes_sent: u64,
    /// Bytes that the source received.
    pub bytes_received: u64,
}
