//! The rows of a block whose fields are all plain (an epoch number, dotted addresses, digits) → flows.
//!
//! One column at a time: each pass is a short loop over one kind of field. A row with any other field is
//! marked as odd, and left to the exact reader; so are all rows of a block that is no even table.

use super::layout::Layout;
use super::roles::Role;
use super::structural_index::{StructuralIndex, Table};
use super::time_formats::TimeFormats;
use crate::model::flow::Address;
use crate::model::pair_key::{FlowRow, PairKey};
use crate::pairs::MIN_LONG_MICROSECONDS;
use crate::text::value::address::plain_dotted;
use crate::text::value::clean::{clean, is_unset};
use crate::text::value::number::{MAX_BYTES, digits};
use crate::text::value::time::{self, TimeUnit, plain_epoch};

/// Where the columns stand that a plain row has.
#[derive(Debug, Clone, Copy)]
pub(super) struct ColumnPositions {
    time: usize,
    source: usize,
    destination: usize,
    port: usize,
    bytes_sent: Option<usize>,
    bytes_received: Option<usize>,
    took: Option<Took>,
}

/// Where a row tells how long it took.
#[derive(Debug, Clone, Copy)]
struct Took {
    column: usize,
    /// The unit of durations; none if the column tells the end.
    unit: Option<TimeUnit>,
    /// Another column may tell it where this one is empty.
    or_elsewhere: bool,
}

impl Took {
    fn of(layout: &Layout) -> Option<Self> {
        let unit = layout.format.duration?;
        let (duration, end) = (layout.columns.get(Role::Duration), layout.columns.get(Role::End));
        Some(match duration {
            Some(column) => {
                let or_elsewhere =
                    end.is_some() || layout.alternatives.iter().any(|(role, _)| *role == Role::Duration);
                Took { column, unit: Some(unit), or_elsewhere }
            }
            None => Took { column: end?, unit: None, or_elsewhere: false },
        })
    }
}

impl ColumnPositions {
    /// None where rows need the exact reader: received bytes by subtraction, ends and a direction, a start that
    /// is told by the end.
    pub fn of(layout: &Layout) -> Option<Self> {
        let columns = &layout.columns;
        let received = columns.get(Role::BytesReceived);
        let took = Took::of(layout);
        if columns.get(Role::Local).is_some()
            || (received.is_none() && columns.get(Role::BytesTotal).is_some())
            || took.is_some_and(|took| took.column == 0 || layout.format.time_is_end)
        {
            return None;
        }
        Some(ColumnPositions {
            took,
            time: columns.get(Role::Time)?,
            source: columns.get(Role::Source)?,
            destination: columns.get(Role::Destination)?,
            port: columns.get(Role::Port)?,
            bytes_sent: columns.get(Role::BytesSent),
            bytes_received: received,
        })
    }

    /// Whether the rows of the table have all these columns.
    fn fit(&self, table: &Table<'_>) -> bool {
        let bytes =
            self.bytes_sent.max(self.bytes_received).max(self.took.map(|took| took.column)).unwrap_or(0);
        self.time.max(self.source).max(self.destination).max(self.port).max(bytes) < table.width()
    }
}

/// The columns of a block. Made once and used for many blocks, as its space is kept.
#[derive(Debug, Default)]
pub(super) struct PlainColumns {
    time: Vec<u64>,
    source: Vec<u32>,
    destination: Vec<u32>,
    port: Vec<u64>,
    bytes_sent: Vec<u64>,
    bytes_received: Vec<u64>,
    end: Vec<u64>,
    odd: Vec<bool>,
    /// The rows that took long, and how many microseconds.
    took_long: Vec<(usize, u64)>,
}

impl PlainColumns {
    /// Reads the plain rows into `batch`, and returns `forms` with those of their start times. Without
    /// `places` no row is plain.
    #[inline(never)]
    pub fn read(
        &mut self,
        structure: &StructuralIndex,
        block: &[u8],
        places: Option<&ColumnPositions>,
        unit: Option<TimeUnit>,
        batch: &mut Vec<FlowRow>,
        forms: TimeFormats,
    ) -> TimeFormats {
        self.odd.clear();
        self.took_long.clear();
        let table = structure.table().filter(|table| places.is_some_and(|places| places.fit(table)));
        let (Some(places), Some(table)) = (places, table) else {
            self.odd.resize(structure.len(), true);
            return forms;
        };
        self.odd.resize(structure.len(), false);
        let odd = self.odd.as_mut_slice();
        read::<Number>(table, block, Some(places.time), &mut self.time, odd);
        read::<Dotted>(table, block, Some(places.source), &mut self.source, odd);
        read::<Dotted>(table, block, Some(places.destination), &mut self.destination, odd);
        read::<Number>(table, block, Some(places.port), &mut self.port, odd);
        read::<Number>(table, block, places.bytes_sent, &mut self.bytes_sent, odd);
        read::<Number>(table, block, places.bytes_received, &mut self.bytes_received, odd);
        match places.took {
            None => {}
            Some(Took { column, unit: None, .. }) => {
                read::<Number>(table, block, Some(column), &mut self.end, odd);
                self.find_late(unit);
            }
            Some(took @ Took { unit: Some(unit), .. }) => self.find_long(took, unit, table, block),
        }
        self.join(unit, batch, forms)
    }

    /// Whether the row is left to the exact reader.
    pub fn odd(&self) -> &[bool] {
        &self.odd
    }

    /// Whether any row is left to the exact reader.
    pub fn any_odd(&self) -> bool {
        self.odd.contains(&true)
    }

    /// Whether any row took long.
    pub fn any_long(&self) -> bool {
        !self.took_long.is_empty()
    }

    /// Pair, start and duration of the rows that took long, in microseconds.
    pub fn long(&self, unit: Option<TimeUnit>) -> impl Iterator<Item = (PairKey, i64, u64)> {
        self.took_long.iter().filter(|(at, _)| self.odd.get(*at) == Some(&false)).filter_map(
            move |&(at, took)| {
                let source = Address::V4(*self.source.get(at)?);
                let key =
                    PairKey::new(source, Address::V4(*self.destination.get(at)?), *self.port.get(at)? as u16);
                Some((key, micros(*self.time.get(at)?, unit).unwrap_or(0), took))
            },
        )
    }

    /// Finds the rows that took long, by their durations. Of the others it is enough to know that they did not.
    #[inline(never)]
    fn find_long(&mut self, took: Took, unit: TimeUnit, table: Table<'_>, block: &[u8]) {
        // So many digits are less than ten seconds.
        let short = match unit {
            TimeUnit::Seconds => 1,
            TimeUnit::Milliseconds => 4,
            TimeUnit::Microseconds => 7,
            TimeUnit::Nanoseconds => 10,
        };
        for ((at, (start, end)), odd) in table.column(took.column).enumerate().zip(&mut self.odd) {
            let text = block.get(start..end).unwrap_or_default();
            if at_most_digits(text, short) {
                continue;
            }
            let text = clean(text);
            *odd |= took.or_elsewhere && is_unset(&text);
            if let Some(micros) =
                time::duration(&text, unit).filter(|micros| *micros >= MIN_LONG_MICROSECONDS)
            {
                self.took_long.push((at, micros));
            }
        }
    }

    /// The same by their ends, which are read.
    #[inline(never)]
    fn find_late(&mut self, unit: Option<TimeUnit>) {
        let rows = self.time.iter().zip(&self.end).zip(&mut self.odd).enumerate();
        for (at, ((&time, &end), odd)) in rows {
            let (Some(start), Some(end)) = (micros(time, unit), micros(end, unit)) else {
                *odd = true;
                continue;
            };
            if end - start >= MIN_LONG_MICROSECONDS as i64 {
                self.took_long.push((at, (end - start) as u64));
            }
        }
    }

    /// Columns → flows.
    #[inline(never)]
    fn join(
        &mut self,
        unit: Option<TimeUnit>,
        batch: &mut Vec<FlowRow>,
        mut forms: TimeFormats,
    ) -> TimeFormats {
        batch.reserve(self.odd.len());
        let addresses = self.source.iter().zip(&self.destination);
        let bytes = self.bytes_sent.iter().zip(&self.bytes_received);
        let rows = self.time.iter().zip(&self.port).zip(addresses).zip(bytes).zip(&mut self.odd);
        for ((((&time, &port), (&source, &destination)), (&bytes_sent, &bytes_received)), odd) in rows {
            let fits = port <= u64::from(u16::MAX) && bytes_sent.max(bytes_received) <= MAX_BYTES;
            match plain_epoch(time, unit) {
                Some((start, form)) if fits && !*odd => {
                    forms.note(form);
                    let key = PairKey::new(Address::V4(source), Address::V4(destination), port as u16);
                    batch.push(FlowRow { key, start, bytes_sent, bytes_received });
                }
                _ => *odd = true,
            }
        }
        forms
    }
}

/// An instant in microseconds, where speed does not matter so much.
#[inline(never)]
fn micros(number: u64, unit: Option<TimeUnit>) -> Option<i64> {
    plain_epoch(number, unit).map(|(micros, _)| micros)
}

/// Whether the text is a number that has at most so many digits before its fraction.
#[inline(always)]
fn at_most_digits(text: &[u8], most: usize) -> bool {
    let whole = text.iter().take_while(|b| b.is_ascii_digit()).count();
    (1..=most).contains(&whole)
        && match text.get(whole..) {
            Some([b'.', fraction @ ..]) => fraction.iter().all(u8::is_ascii_digit),
            rest => rest == Some(b""),
        }
}

/// A kind of plain field. A trait, and not a function to pass, so that it is compiled into the loop.
trait Plain {
    type Value: Copy + Default;
    fn read(block: &[u8], start: usize, end: usize) -> Option<Self::Value>;
}

struct Number;

impl Plain for Number {
    type Value = u64;
    #[inline(always)]
    fn read(block: &[u8], start: usize, end: usize) -> Option<u64> {
        digits(block, start, end)
    }
}

struct Dotted;

impl Plain for Dotted {
    type Value = u32;
    #[inline(always)]
    fn read(block: &[u8], start: usize, end: usize) -> Option<u32> {
        plain_dotted(block, start, end)
    }
}

/// Reads a column; one that is not there is zeros.
fn read<P: Plain>(
    table: Table<'_>,
    block: &[u8],
    column: Option<usize>,
    out: &mut Vec<P::Value>,
    odd: &mut [bool],
) {
    out.clear();
    out.resize(table.len(), P::Value::default());
    match column {
        Some(0) => read_fields::<P>(table.first_column(), block, out, odd),
        Some(column) => read_fields::<P>(table.column(column), block, out, odd),
        None => {}
    }
}

#[inline(never)]
fn read_fields<P: Plain>(
    fields: impl Iterator<Item = (usize, usize)>,
    block: &[u8],
    out: &mut [P::Value],
    odd: &mut [bool],
) {
    for (((start, end), out), odd) in fields.zip(out).zip(odd) {
        match P::read(block, start, end) {
            Some(value) => *out = value,
            None => *odd = true,
        }
    }
}
