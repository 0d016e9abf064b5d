//! The rows of a block → flows. The common spelling of each field is read on the way; a row with any
//! other goes to the exact parser, which answers for all.

use super::batch::{FlowRow, Key};
use super::diagnostics::Reason;
use super::layout::{Columns, Layout};
use super::roles::Role;
use super::structure::Row;
use super::value::address::{address, dotted};
use super::value::number::{MAX_BYTES, bytes, digits, port};
use super::value::time::{TimeForm, TimeReading, plain_epoch, start};
use super::value::{clean, is_unset};
use crate::flow::{Address, AddressBook};

/// What a row turned out to be.
pub(crate) enum Outcome {
    Flow(FlowRow, TimeForm),
    Skipped(Reason),
    /// A blank line or a comment: not a row at all.
    Nothing,
}

/// Reads rows of one layout.
#[derive(Debug)]
pub(crate) struct RowReader {
    columns: Columns,
    fast: Option<FastColumns>,
    time: TimeReading,
    header: Vec<u8>,
}

/// Where the columns stand that a plain row has.
#[derive(Debug, Clone, Copy)]
struct FastColumns {
    time: usize,
    source: usize,
    destination: usize,
    port: usize,
    /// `usize::MAX` where there is none.
    bytes_sent: usize,
    bytes_received: usize,
}

impl RowReader {
    pub fn new(layout: &Layout, time: TimeReading) -> Self {
        let columns = layout.columns.clone();
        RowReader { fast: FastColumns::of(&columns), columns, time, header: layout.header.clone() }
    }

    /// What the row is.
    #[inline(always)]
    pub fn read(&self, row: &Row<'_>, block: &[u8], book: &mut AddressBook) -> Outcome {
        match self.read_plain(row, block) {
            Some((flow, form)) => Outcome::Flow(flow, form),
            None => self.read_exactly(row, block, book),
        }
    }

    /// A row whose fields are all plain: an epoch number, dotted addresses, digits.
    #[inline(always)]
    fn read_plain(&self, row: &Row<'_>, block: &[u8]) -> Option<(FlowRow, TimeForm)> {
        let columns = self.fast.as_ref()?;
        let plain_digits = |index: usize| {
            let (start, end) = row.field(index, block)?;
            digits(block, end, end - start)
        };
        let plain_address = |index: usize| {
            let (start, end) = row.field(index, block)?;
            dotted(block.get(start..end)?)
        };
        let plain_bytes = |index: usize| match index {
            usize::MAX => Some(0),
            _ => plain_digits(index).filter(|bytes| *bytes <= MAX_BYTES),
        };
        let (start, form) = plain_epoch(plain_digits(columns.time)?, self.time.unit)?;
        let source = plain_address(columns.source)?;
        let destination = plain_address(columns.destination)?;
        let port = u16::try_from(plain_digits(columns.port)?).ok()?;
        let flow = FlowRow {
            key: Key::new(Address::V4(source), Address::V4(destination), port),
            start,
            bytes_sent: plain_bytes(columns.bytes_sent)?,
            bytes_received: plain_bytes(columns.bytes_received)?,
        };
        Some((flow, form))
    }

    /// Any row.
    #[inline(never)]
    fn read_exactly(&self, row: &Row<'_>, block: &[u8], book: &mut AddressBook) -> Outcome {
        let fields = Fields { row, block, columns: &self.columns };
        match fields.flow(self.time, book) {
            Ok((flow, form)) => Outcome::Flow(flow, form),
            Err(reason) => {
                let text = block.get(row.start..row.end()).unwrap_or_default();
                match text.trim_ascii() {
                    b"" => Outcome::Nothing,
                    [b'#', ..] => Outcome::Nothing,
                    _ if !self.header.is_empty() && text == self.header => Outcome::Skipped(Reason::Header),
                    _ => Outcome::Skipped(reason),
                }
            }
        }
    }
}

impl FastColumns {
    fn of(columns: &Columns) -> Option<Self> {
        // Records that give sent bytes by subtraction, or ends and a direction, are for the exact parser.
        let received = columns.get(Role::BytesReceived);
        if columns.get(Role::Local).is_some()
            || (received.is_none() && columns.get(Role::BytesTotal).is_some())
        {
            return None;
        }
        Some(FastColumns {
            time: columns.get(Role::Time)?,
            source: columns.get(Role::Source)?,
            destination: columns.get(Role::Destination)?,
            port: columns.get(Role::Port)?,
            bytes_sent: columns.get(Role::BytesSent).unwrap_or(usize::MAX),
            bytes_received: received.unwrap_or(usize::MAX),
        })
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
    fn text(&self, role: Role) -> Option<std::borrow::Cow<'_, [u8]>> {
        let (start, end) = self.row.field(self.columns.get(role)?, self.block)?;
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
        Ok((book.enter(source), book.enter(destination)))
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
