//! The rows of a block whose fields are all plain (an epoch number, dotted addresses, digits) → flows.
//!
//! One column at a time: each pass is a short loop over one kind of field. A row with any other field is
//! marked as odd, and left to the exact reader.

use super::batch::{FlowRow, Key};
use super::layout::Columns;
use super::roles::Role;
use super::structure::Structure;
use super::value::address::plain_dotted;
use super::value::number::{MAX_BYTES, digits};
use super::value::time::{TimeForm, TimeUnit, plain_epoch};
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
    /// None where rows need the exact reader: received bytes by subtraction, ends and a direction.
    pub fn of(columns: &Columns) -> Option<Self> {
        let received = columns.get(Role::BytesReceived);
        if columns.get(Role::Local).is_some()
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
    /// Marks all rows as odd: none is read here.
    pub fn leave_all(&mut self, structure: &Structure) {
        self.odd.clear();
        self.odd.resize(structure.len(), true);
    }

    /// Reads the plain rows into `batch`, and tells `note` the form of each start time.
    pub fn read(
        &mut self,
        structure: &Structure,
        block: &[u8],
        places: &Places,
        unit: Option<TimeUnit>,
        batch: &mut Vec<FlowRow>,
        note: impl FnMut(TimeForm),
    ) {
        self.odd.clear();
        self.odd.resize(structure.len(), false);
        let odd = self.odd.as_mut_slice();
        read_numbers(structure, block, Some(places.time), &mut self.time, odd);
        read_addresses(structure, block, places.source, &mut self.source, odd);
        read_addresses(structure, block, places.destination, &mut self.destination, odd);
        read_numbers(structure, block, Some(places.port), &mut self.port, odd);
        read_numbers(structure, block, places.bytes_sent, &mut self.bytes_sent, odd);
        read_numbers(structure, block, places.bytes_received, &mut self.bytes_received, odd);
        self.join(unit, batch, note);
    }

    /// Whether the row is left to the exact reader.
    pub fn odd(&self) -> &[bool] {
        &self.odd
    }

    /// Columns → flows.
    #[inline(never)]
    fn join(&mut self, unit: Option<TimeUnit>, batch: &mut Vec<FlowRow>, mut note: impl FnMut(TimeForm)) {
        let addresses = self.source.iter().zip(&self.destination);
        let bytes = self.bytes_sent.iter().zip(&self.bytes_received);
        let rows = self.time.iter().zip(&self.port).zip(addresses).zip(bytes).zip(&mut self.odd);
        for ((((&time, &port), (&source, &destination)), (&bytes_sent, &bytes_received)), odd) in rows {
            let fits = port <= u64::from(u16::MAX) && bytes_sent.max(bytes_received) <= MAX_BYTES;
            match plain_epoch(time, unit) {
                Some((start, form)) if fits && !*odd => {
                    note(form);
                    let key = Key::new(Address::V4(source), Address::V4(destination), port as u16);
                    batch.push(FlowRow { key, start, bytes_sent, bytes_received });
                }
                _ => *odd = true,
            }
        }
    }
}

/// Reads a column of plain numbers; a column that is not there is zeros.
#[inline(never)]
fn read_numbers(
    structure: &Structure,
    block: &[u8],
    column: Option<usize>,
    out: &mut Vec<u64>,
    odd: &mut [bool],
) {
    out.clear();
    out.resize(structure.len(), 0);
    let Some(column) = column else { return };
    for ((row, out), odd) in structure.rows().zip(out).zip(odd) {
        match row.field(column).and_then(|(start, end)| digits(block, end, end - start)) {
            Some(number) => *out = number,
            None => *odd = true,
        }
    }
}

/// Reads a column of dotted addresses.
#[inline(never)]
fn read_addresses(structure: &Structure, block: &[u8], column: usize, out: &mut Vec<u32>, odd: &mut [bool]) {
    out.clear();
    out.resize(structure.len(), 0);
    for ((row, out), odd) in structure.rows().zip(out).zip(odd) {
        match row.field(column).and_then(|(start, end)| plain_dotted(block, start, end)) {
            Some(address) => *out = address,
            None => *odd = true,
        }
    }
}
