//! Any row → a flow, or the reason why not.

use std::borrow::Cow;

use super::batch::{FlowRow, Key};
use super::diagnostics::Reason;
use super::layout::{Columns, Layout};
use super::roles::Role;
use super::structure::Row;
use super::value::address::address;
use super::value::number::{bytes, port};
use super::value::time::{TimeForm, TimeReading, start};
use super::value::{clean, is_unset};
use crate::flow::{Address, AddressBook};

/// What a row turned out to be.
pub(super) enum Outcome {
    Flow(FlowRow, TimeForm),
    Skipped(Reason),
    /// A blank line or a comment: not a row at all.
    Nothing,
}

/// Reads a row of that layout.
#[inline(never)]
pub(super) fn read(
    row: &Row<'_>,
    block: &[u8],
    layout: &Layout,
    time: TimeReading,
    book: &mut AddressBook,
) -> Outcome {
    let fields = Fields { row, block, columns: &layout.columns };
    match fields.flow(time, book) {
        Ok((flow, form)) => Outcome::Flow(flow, form),
        Err(reason) => {
            let text = block.get(row.start..row.end()).unwrap_or_default();
            match text.trim_ascii() {
                b"" | [b'#', ..] => Outcome::Nothing,
                _ if !layout.header.is_empty() && text == layout.header => Outcome::Skipped(Reason::Header),
                _ => Outcome::Skipped(reason),
            }
        }
    }
}

/// A row seen through the columns, field by field.
struct Fields<'a> {
    row: &'a Row<'a>,
    block: &'a [u8],
    columns: &'a Columns,
}

impl Fields<'_> {
    fn flow(&self, reading: TimeReading, book: &mut AddressBook) -> Result<(FlowRow, TimeForm), Reason> {
        let (start, form) = self.value(Role::Time, Reason::Time, |text| start(text, reading))?;
        let (source, destination) = self.ends(book)?;
        let port = self.value(Role::Port, Reason::Port, port)?;
        let (bytes_sent, bytes_received) = self.both_bytes()?;
        Ok((FlowRow { key: Key::new(source, destination, port), start, bytes_sent, bytes_received }, form))
    }

    /// The cleaned text of a column; `None` if there is no such column, or the row is too short for it.
    fn text(&self, role: Role) -> Option<Cow<'_, [u8]>> {
        let (start, end) = self.row.field(self.columns.get(role)?)?;
        Some(clean(self.block.get(start..end)?))
    }

    /// The value of a column that has to be there.
    fn value<T>(&self, role: Role, reason: Reason, parse: impl Fn(&[u8]) -> Option<T>) -> Result<T, Reason> {
        let text = self.text(role).ok_or(Reason::TooShort)?;
        parse(&text).ok_or(reason)
    }

    /// Source and destination: from their columns, or from ends and direction where those are empty.
    fn ends(&self, book: &mut AddressBook) -> Result<(Address, Address), Reason> {
        let (mut source, mut destination) = (Role::Source, Role::Destination);
        let told = |role| self.text(role).is_some_and(|text| !is_unset(&text));
        if !(told(source) && told(destination)) && told(Role::Local) && told(Role::Remote) {
            let inbound =
                self.text(Role::Direction).is_some_and(|text| matches!(text.first(), Some(b'I' | b'i')));
            (source, destination) =
                if inbound { (Role::Remote, Role::Local) } else { (Role::Local, Role::Remote) };
        }
        let source = self.value(source, Reason::Source, address)?;
        let destination = self.value(destination, Reason::Destination, address)?;
        let entered = book.enter(source).zip(book.enter(destination));
        entered.ok_or(Reason::TooManyAddresses)
    }

    /// Sent and received bytes; a column that is not there counts 0. Where only sent and total have a
    /// column, received is the difference.
    fn both_bytes(&self) -> Result<(u64, u64), Reason> {
        let count = |role| match self.text(role) {
            Some(text) => bytes(&text).map(Some).ok_or(Reason::Bytes),
            None => Ok(None),
        };
        let sent = count(Role::BytesSent)?;
        let received = match (count(Role::BytesReceived)?, sent) {
            (Some(received), _) => received,
            (None, Some(sent)) => count(Role::BytesTotal)?.map_or(0, |total| total.saturating_sub(sent)),
            (None, None) => 0,
        };
        Ok((sent.unwrap_or(0), received))
    }
}
