//! The rows of a block whose fields are all plain (an epoch number, dotted addresses, digits) → flows.
//!
//! One column at a time: each pass is a short loop over one kind of field. A row with any other field is
//! marked as odd, and left to the exact reader; so are all rows of a block that is no even table.

use super::batch::{FlowRow, Key};
use super::forms::Forms;
use super::layout::Columns;
use super::roles::Role;
use super::structure::{Structure, Table};
use super::value::address::plain_dotted;
use super::value::number::{MAX_BYTES, digits};
use super::value::time::{TimeUnit, plain_epoch};
use crate::flow::Address;

/// Where the columns stand that a plain row has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Places {
    time: usize,
    source: usize,
    destination: usize,
    port: usize,
    bytes_sent: Option<usize>,
    bytes_received: Option<usize>,
}

impl Places {
    /// None where rows need the exact reader: durations, received bytes by subtraction, ends and a direction.
    pub fn of(columns: &Columns) -> Option<Self> {
        let received = columns.get(Role::BytesReceived);
        if [Role::Duration, Role::End, Role::Local].iter().any(|role| columns.get(*role).is_some())
            || (received.is_none() && columns.get(Role::BytesTotal).is_some())
        {
            return None;
        }
        Some(Places {
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
        let bytes = self.bytes_sent.max(self.bytes_received).unwrap_or(0);
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
    odd: Vec<bool>,
}

impl PlainColumns {
    /// Reads the plain rows into `batch`, and returns `forms` with those of their start times. Without
    /// `places` no row is plain.
    #[inline(never)]
    pub fn read(
        &mut self,
        structure: &Structure,
        block: &[u8],
        places: Option<&Places>,
        unit: Option<TimeUnit>,
        batch: &mut Vec<FlowRow>,
        forms: Forms,
    ) -> Forms {
        self.odd.clear();
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

    /// Columns → flows.
    #[inline(never)]
    fn join(&mut self, unit: Option<TimeUnit>, batch: &mut Vec<FlowRow>, mut forms: Forms) -> Forms {
        batch.reserve(self.odd.len());
        let addresses = self.source.iter().zip(&self.destination);
        let bytes = self.bytes_sent.iter().zip(&self.bytes_received);
        let rows = self.time.iter().zip(&self.port).zip(addresses).zip(bytes).zip(&mut self.odd);
        for ((((&time, &port), (&source, &destination)), (&bytes_sent, &bytes_received)), odd) in rows {
            let fits = port <= u64::from(u16::MAX) && bytes_sent.max(bytes_received) <= MAX_BYTES;
            match plain_epoch(time, unit) {
                Some((start, form)) if fits && !*odd => {
                    forms.note(form);
                    let key = Key::new(Address::V4(source), Address::V4(destination), port as u16);
                    batch.push(FlowRow { key, start, bytes_sent, bytes_received });
                }
                _ => *odd = true,
            }
        }
        forms
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
