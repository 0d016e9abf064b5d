//! The fallback for tables: any row → a record, or the reason why not.

use super::diagnostics::Reason;
use super::fields::Fields;
use super::layout::Layout;
use super::record::{self, Record};
use super::table_view::Row;
use crate::model::flow::AddressInterner;
use crate::text::value::time_format::TimeReading;

/// The result of parsing a row.
pub(super) enum Outcome {
    Record,
    Skipped(Reason),
    /// A blank line or a comment, which is not a row.
    Nothing,
}

/// Parses a row of the layout into `record`.
#[inline(never)]
pub(super) fn read<'a>(
    row: &Row<'_>,
    block: &'a [u8],
    layout: &Layout,
    time: TimeReading,
    fields: &mut Fields<'a>,
    record: &mut Record,
    addresses: &mut AddressInterner,
) -> Outcome {
    fields.clear();
    for &(role, column) in &layout.used {
        if let Some((start, end)) = row.field(column) {
            fields.set(role, block.get(start..end).unwrap_or_default());
        }
    }
    for &(role, column) in &layout.alternatives {
        if !fields.has(role)
            && let Some((start, end)) = row.field(column)
        {
            fields.set(role, block.get(start..end).unwrap_or_default());
        }
    }
    let text = block.get(row.start..row.end()).unwrap_or_default();
    match record::read(fields, layout.format, time, addresses, record) {
        Ok(()) => Outcome::Record,
        Err(reason) => match text.trim_ascii() {
            b"" | [b'#', ..] => Outcome::Nothing,
            _ if !layout.header.is_empty() && text == layout.header => Outcome::Skipped(Reason::Header),
            _ => Outcome::Skipped(reason),
        },
    }
}
