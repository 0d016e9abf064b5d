//! The layout of delimited text: header, delimiter and columns.

use super::columns::Columns;
use super::format::definition::Format;
use super::roles::Role;

/// The layout of a delimited source.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    pub format: &'static Format,
    pub delimiter: u8,
    pub columns: Columns,
    /// The roles that have a column, as a list.
    pub used: Vec<(Role, usize)>,
    /// Further columns of a role, for rows in which the first one is empty.
    pub alternatives: Vec<(Role, usize)>,
    /// The text of the header, to recognise its repetition; empty if there is none.
    pub header: Vec<u8>,
    /// Line of the header from 1, if there is one.
    pub header_line: Option<u64>,
    /// Bytes up to the first row of data.
    pub data_start: usize,
    pub names: Vec<String>,
}

impl Layout {
    /// A layout without a header.
    #[inline(never)]
    pub fn headerless(format: &'static Format, delimiter: u8, columns: Columns) -> Box<Self> {
        Box::new(Layout {
            format,
            delimiter,
            used: columns.used(),
            columns,
            alternatives: Vec::new(),
            header: Vec::new(),
            header_line: None,
            data_start: 0,
            names: Vec::new(),
        })
    }
}
