//! The fields of lines with a separator, under headers that may change.

use wide::u8x16;

use super::column_mapping::columns_of;
use super::columns::Columns;
use super::fields::Fields;
use super::format::definition::Format;
use super::header::MAX_ROWS_BEFORE_HEADER;
use super::json::find_byte;
use super::options::{Column, DetectorOptions};
use super::roles::Role;
use super::source_report::SourceReport;
use crate::text::pieces::cut;

/// The columns of lines with a separator, from a header or from the format.
#[derive(Debug)]
pub(super) struct DelimitedFields {
    separator: u8,
    /// A header has this mark: as its first word if it begins with `#`, otherwise as the name of a column.
    mark: &'static str,
    /// Line of the header from 1, if there is one.
    header_line: Option<u64>,
    columns: Columns,
    names: Vec<String>,
    /// The role of each column that is read.
    roles: Vec<Option<Role>>,
    format: &'static Format,
    /// Whether later headers may have other columns, as the caller gave none.
    headers_may_change: bool,
}

impl DelimitedFields {
    /// With a header among the first lines of `head`, if one has all required columns; and where its rows begin.
    pub fn by_header(
        head: &[u8],
        separator: u8,
        mark: &'static str,
        format: &'static Format,
        options: &DetectorOptions,
    ) -> Option<(Self, usize)> {
        let mut fields = DelimitedFields::new(separator, mark, format, options);
        let (mut start, mut line) = (0, 0);
        while line < MAX_ROWS_BEFORE_HEADER {
            let rest = head.get(start..)?;
            let len = find_byte(rest, b'\n')? + 1;
            start += len;
            line += 1;
            if fields.take_header(rest.get(..len)?.trim_ascii_end(), &options.columns) {
                fields.header_line = Some(line);
                return Some((fields, start));
            }
        }
        None
    }

    /// With columns at these positions.
    pub fn by_positions(
        positions: &[(Role, usize)],
        separator: u8,
        format: &'static Format,
        options: &DetectorOptions,
    ) -> Self {
        let mut fields = DelimitedFields::new(separator, "#", format, options);
        fields.take_columns(Columns::of(positions));
        fields
    }

    fn new(separator: u8, mark: &'static str, format: &'static Format, options: &DetectorOptions) -> Self {
        DelimitedFields {
            separator,
            mark,
            header_line: None,
            columns: Columns::default(),
            names: Vec::new(),
            roles: Vec::new(),
            format,
            headers_may_change: options.columns.is_empty(),
        }
    }

    /// Whether the line is a further header, which then applies to the rows that follow.
    pub fn is_further_header(&mut self, line: &[u8]) -> bool {
        self.headers_may_change && self.take_header(line, &[])
    }

    /// Adds separator and columns to the report.
    /// Which column has which role.
    pub fn columns(&self) -> &Columns {
        &self.columns
    }

    pub fn report(&self, report: &mut SourceReport) {
        report.delimiter = Some(char::from(self.separator).to_string());
        report.header_line = self.header_line;
        report.columns = self.columns.report(&self.names);
        report.unused_columns = self.columns.unused(&self.names);
    }

    /// Whether the line is a header with all required columns. It then applies to the rows that follow.
    fn take_header(&mut self, line: &[u8], given: &[(Role, Column)]) -> bool {
        let mut pieces = cut(line, self.separator);
        let Some(at) = pieces.iter().position(|piece| *piece == self.mark.as_bytes()) else { return false };
        if self.mark.starts_with('#') {
            if at > 0 {
                return false;
            }
            pieces.remove(0);
        }
        let names: Vec<String> =
            pieces.iter().map(|piece| String::from_utf8_lossy(piece).into_owned()).collect();
        let (columns, missing) = columns_of(&names, self.format, given);
        if !missing.is_empty() {
            return false;
        }
        self.names = names;
        self.take_columns(columns);
        true
    }

    fn take_columns(&mut self, columns: Columns) {
        self.roles.clear();
        for (role, at) in columns.used() {
            self.roles.resize(self.roles.len().max(at + 1), None);
            if let Some(slot) = self.roles.get_mut(at) {
                *slot = Some(role);
            }
        }
        self.columns = columns;
    }

    /// Finds the fields of a row that have a role.
    pub fn read<'a>(&self, row: &'a [u8], fields: &mut Fields<'a>) {
        let (mut start, mut roles) = (0, self.roles.iter());
        let mut field = |end: usize| {
            if let Some(role) = roles.next()? {
                fields.set(*role, row.get(start..end)?);
            }
            start = end + 1;
            Some(())
        };
        let (chunks, rest) = row.as_chunks::<16>();
        for (at, chunk) in chunks.iter().enumerate() {
            let mut ends = u8x16::new(*chunk).simd_eq(u8x16::splat(self.separator)).to_bitmask();
            while ends != 0 {
                if field(at * 16 + ends.trailing_zeros() as usize).is_none() {
                    return;
                }
                ends &= ends - 1;
            }
        }
        for (at, _) in rest.iter().enumerate().filter(|(_, byte)| **byte == self.separator) {
            if field(chunks.len() * 16 + at).is_none() {
                return;
            }
        }
        let _ = field(row.len());
    }
}
