//! The fast path for tables: rows whose fields are all plain (an epoch number, dotted addresses, digits) → flows.
//!
//! Columns are parsed one at a time, each in a short loop over one kind of field. A row with any other field is left
//! to the fallback, and so are all rows of a block whose rows have different numbers of fields.

use super::column_positions::{ColumnPositions, DurationColumn};
use super::structural_index::StructuralIndex;
use super::table_view::Table;
use super::time_formats::TimeFormats;
use crate::model::flow::Address;
use crate::model::pair_key::{FlowRow, PairKey};
use crate::pairs::MIN_LONG_MICROSECONDS;
use crate::text::value::address::plain_dotted;
use crate::text::value::clean::{clean, is_unset};
use crate::text::value::duration::duration;
use crate::text::value::number::{MAX_BYTES, digits};
use crate::text::value::time::plain_epoch;
use crate::text::value::time_format::TimeUnit;

/// The parsed columns of a block. Reused for many blocks, so that its buffers are allocated once.
#[derive(Debug, Default)]
pub(super) struct FastPath {
    time: Vec<u64>,
    source: Vec<u32>,
    destination: Vec<u32>,
    port: Vec<u64>,
    bytes_sent: Vec<u64>,
    bytes_received: Vec<u64>,
    end: Vec<u64>,
    needs_fallback: Vec<bool>,
    /// The rows of long connections, with their durations in microseconds.
    long_rows: Vec<(usize, u64)>,
}

impl FastPath {
    /// Appends the flows of plain rows to `batch`, and returns `formats` with those of their start times. Without
    /// `positions` all rows are left to the fallback.
    #[inline(never)]
    pub fn read(
        &mut self,
        index: &StructuralIndex,
        block: &[u8],
        positions: Option<&ColumnPositions>,
        unit: Option<TimeUnit>,
        batch: &mut Vec<FlowRow>,
        formats: TimeFormats,
    ) -> TimeFormats {
        self.needs_fallback.clear();
        self.long_rows.clear();
        let table = index.table().filter(|table| positions.is_some_and(|positions| positions.fit(table)));
        let (Some(positions), Some(table)) = (positions, table) else {
            self.needs_fallback.resize(index.len(), true);
            return formats;
        };
        self.needs_fallback.resize(index.len(), false);
        let needs_fallback = self.needs_fallback.as_mut_slice();
        read::<Number>(table, block, Some(positions.time), &mut self.time, needs_fallback);
        read::<Dotted>(table, block, Some(positions.source), &mut self.source, needs_fallback);
        read::<Dotted>(table, block, Some(positions.destination), &mut self.destination, needs_fallback);
        read::<Number>(table, block, Some(positions.port), &mut self.port, needs_fallback);
        read::<Number>(table, block, positions.bytes_sent, &mut self.bytes_sent, needs_fallback);
        read::<Number>(table, block, positions.bytes_received, &mut self.bytes_received, needs_fallback);
        match positions.duration {
            None => {}
            Some(DurationColumn { column, unit: None, .. }) => {
                read::<Number>(table, block, Some(column), &mut self.end, needs_fallback);
                self.find_long_by_end(unit);
            }
            Some(column @ DurationColumn { unit: Some(unit), .. }) => {
                self.find_long(column, unit, table, block)
            }
        }
        self.join(unit, batch, formats)
    }

    /// Which rows are left to the fallback.
    pub fn needs_fallback(&self) -> &[bool] {
        &self.needs_fallback
    }

    /// Whether any row is left to the fallback.
    pub fn any_needs_fallback(&self) -> bool {
        self.needs_fallback.contains(&true)
    }

    /// Whether any connection is long.
    pub fn any_long(&self) -> bool {
        !self.long_rows.is_empty()
    }

    /// Pair, start and duration of the long connections, in microseconds.
    pub fn long(&self, unit: Option<TimeUnit>) -> impl Iterator<Item = (PairKey, i64, u64)> {
        self.long_rows.iter().filter(|(at, _)| self.needs_fallback.get(*at) == Some(&false)).filter_map(
            move |&(at, microseconds)| {
                let source = Address::V4(*self.source.get(at)?);
                let key =
                    PairKey::new(source, Address::V4(*self.destination.get(at)?), *self.port.get(at)? as u16);
                Some((key, micros(*self.time.get(at)?, unit).unwrap_or(0), microseconds))
            },
        )
    }

    /// Finds the long connections by their durations. Short durations are recognised without parsing them.
    #[inline(never)]
    fn find_long(&mut self, column: DurationColumn, unit: TimeUnit, table: Table<'_>, block: &[u8]) {
        // Fewer than ten seconds have at most this many digits.
        let short = match unit {
            TimeUnit::Seconds => 1,
            TimeUnit::Milliseconds => 4,
            TimeUnit::Microseconds => 7,
            TimeUnit::Nanoseconds => 10,
        };
        for ((at, (start, end)), needs_fallback) in
            table.column(column.column).enumerate().zip(&mut self.needs_fallback)
        {
            let text = block.get(start..end).unwrap_or_default();
            if has_at_most_digits(text, short) {
                continue;
            }
            let text = clean(text);
            *needs_fallback |= column.has_alternative && is_unset(&text);
            if let Some(micros) = duration(&text, unit).filter(|micros| *micros >= MIN_LONG_MICROSECONDS) {
                self.long_rows.push((at, micros));
            }
        }
    }

    /// Finds the long connections by their ends, which are parsed.
    #[inline(never)]
    fn find_long_by_end(&mut self, unit: Option<TimeUnit>) {
        let rows = self.time.iter().zip(&self.end).zip(&mut self.needs_fallback).enumerate();
        for (at, ((&time, &end), needs_fallback)) in rows {
            let (Some(start), Some(end)) = (micros(time, unit), micros(end, unit)) else {
                *needs_fallback = true;
                continue;
            };
            if end - start >= MIN_LONG_MICROSECONDS as i64 {
                self.long_rows.push((at, (end - start) as u64));
            }
        }
    }

    /// Columns → flows.
    #[inline(never)]
    fn join(
        &mut self,
        unit: Option<TimeUnit>,
        batch: &mut Vec<FlowRow>,
        mut formats: TimeFormats,
    ) -> TimeFormats {
        batch.reserve(self.needs_fallback.len());
        let addresses = self.source.iter().zip(&self.destination);
        let bytes = self.bytes_sent.iter().zip(&self.bytes_received);
        let rows = self.time.iter().zip(&self.port).zip(addresses).zip(bytes).zip(&mut self.needs_fallback);
        for ((((&time, &port), (&source, &destination)), (&bytes_sent, &bytes_received)), needs_fallback) in
            rows
        {
            let fits = port <= u64::from(u16::MAX) && bytes_sent.max(bytes_received) <= MAX_BYTES;
            match plain_epoch(time, unit) {
                Some((start, format)) if fits && !*needs_fallback => {
                    formats.add(format);
                    let key = PairKey::new(Address::V4(source), Address::V4(destination), port as u16);
                    batch.push(FlowRow { key, start, bytes_sent, bytes_received });
                }
                _ => *needs_fallback = true,
            }
        }
        formats
    }
}

/// An instant in microseconds; not for hot loops.
#[inline(never)]
fn micros(number: u64, unit: Option<TimeUnit>) -> Option<i64> {
    plain_epoch(number, unit).map(|(micros, _)| micros)
}

/// Whether the text is a number with at most `max` digits before its fraction.
#[inline(always)]
fn has_at_most_digits(text: &[u8], max: usize) -> bool {
    let whole = text.iter().take_while(|b| b.is_ascii_digit()).count();
    (1..=max).contains(&whole)
        && match text.get(whole..) {
            Some([b'.', fraction @ ..]) => fraction.iter().all(u8::is_ascii_digit),
            rest => rest == Some(b""),
        }
}

/// A kind of plain field. A trait, and not a function pointer, so that it is inlined into the loop.
trait PlainField {
    type Value: Copy + Default;
    fn read(block: &[u8], start: usize, end: usize) -> Option<Self::Value>;
}

struct Number;

impl PlainField for Number {
    type Value = u64;
    #[inline(always)]
    fn read(block: &[u8], start: usize, end: usize) -> Option<u64> {
        digits(block, start, end)
    }
}

struct Dotted;

impl PlainField for Dotted {
    type Value = u32;
    #[inline(always)]
    fn read(block: &[u8], start: usize, end: usize) -> Option<u32> {
        plain_dotted(block, start, end)
    }
}

/// Parses a column. A missing column is all zeros.
fn read<P: PlainField>(
    table: Table<'_>,
    block: &[u8],
    column: Option<usize>,
    out: &mut Vec<P::Value>,
    needs_fallback: &mut [bool],
) {
    out.clear();
    out.resize(table.len(), P::Value::default());
    match column {
        Some(0) => read_fields::<P>(table.first_column(), block, out, needs_fallback),
        Some(column) => read_fields::<P>(table.column(column), block, out, needs_fallback),
        None => {}
    }
}

#[inline(never)]
fn read_fields<P: PlainField>(
    fields: impl Iterator<Item = (usize, usize)>,
    block: &[u8],
    out: &mut [P::Value],
    needs_fallback: &mut [bool],
) {
    for (((start, end), out), needs_fallback) in fields.zip(out).zip(needs_fallback) {
        match P::read(block, start, end) {
            Some(value) => *out = value,
            None => *needs_fallback = true,
        }
    }
}
