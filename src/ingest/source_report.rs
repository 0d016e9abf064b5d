//! What reports say of a source.

use serde::Serialize;

use super::roles::Role;
use crate::model::error::Error;

/// How a source was read, or why it was not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SourceReport {
    /// The name it was given.
    pub name: String,
    /// Number of its bytes.
    pub bytes_read: u64,
    /// Number of its rows: used plus skipped.
    pub rows_read: u64,
    /// Rows that became flows.
    pub rows_used: u64,
    /// Rows that could not be used.
    pub rows_skipped: u64,
    /// The format it was read as; none if it was refused.
    pub format: Option<&'static str>,
    /// The delimiter of its fields.
    pub delimiter: Option<String>,
    /// Line of the header, from 1; none if there is none.
    pub header_line: Option<u64>,
    /// The columns that were read, with their roles.
    pub columns: Vec<ColumnReport>,
    /// The columns that were not read; of a refused source, those without a known role.
    pub unused_columns: Vec<String>,
    /// The formats of its start times.
    pub times: Vec<String>,
    /// What a user should know about how it was read.
    pub notes: Vec<String>,
    /// Why it was refused, if it was.
    pub error: Option<ErrorReport>,
}

/// A column that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ColumnReport {
    /// Its role.
    pub role: Role,
    /// Its name in the header; empty without a header.
    pub column: String,
    /// Its position, from 1.
    pub position: u64,
}

/// An error, as a report shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ErrorReport {
    /// The stable code.
    pub code: &'static str,
    /// What was found and what was expected.
    pub message: String,
    /// How to fix it.
    pub hint: Option<String>,
}

impl ErrorReport {
    pub(crate) fn of(error: &Error) -> Self {
        ErrorReport {
            code: error.code(),
            message: error.message().to_owned(),
            hint: error.hint().map(str::to_owned),
        }
    }
}
