//! The flows of one partition in the order they came, as compact records in pages.
//!
//! A page begins with a base time; its records follow one another:
//!
//! ```text
//! control byte   bits 0-1 length of the time step, 2-3 of bytes sent, 4-5 of bytes received, 6-7 IPv6 ends
//! source 4, port 2, destination 4
//! time step since the record before (zigzag microseconds): 2, 3, 4 or 8 bytes
//! bytes sent, bytes received: 1, 2, 3 or 8 bytes each
//! ```
//!
//! Numbers are written eight bytes at a time, one over the end of the other, so a record needs a window of
//! fixed length: the check for the window is also the check for room in the page.

use super::pages::PAGE;
use crate::model::pair_key::{FlowRow, PairKey};

/// Bytes of the first page of a small log.
const SMALL_PAGE: usize = 512;
/// Bytes that a record may touch.
const WINDOW: usize = 48;
/// Bytes of a page's base time.
const BASE: usize = 8;
/// Where the time step of a record begins.
const STEP_AT: usize = 11;

/// Lengths by code, one in each nibble.
const STEP_LENGTHS: u32 = 0x8432;
const BYTE_LENGTHS: u32 = 0x8321;

#[inline(always)]
fn length(lengths: u32, code: u32) -> usize {
    (lengths >> (4 * (code & 3)) & 15) as usize
}

/// The flows of a partition that are in no segment yet.
#[derive(Debug, Default)]
pub(super) struct Log {
    full: Vec<Page>,
    open: Page,
    /// Start of the last flow of the open page.
    last: i64,
    flows: usize,
}

#[derive(Debug, Default)]
struct Page {
    bytes: Vec<u8>,
    /// How many of them are in use.
    fill: usize,
}

impl Log {
    /// Bytes by which one flow makes a log longer at most.
    pub const MAX_GROWTH: usize = PAGE;

    /// Number of flows.
    pub fn len(&self) -> usize {
        self.flows
    }

    /// Bytes of memory in use.
    pub fn bytes(&self) -> usize {
        self.full.len() * PAGE + self.open.bytes.len()
    }

    /// Appends a flow; answers by how many bytes the log has grown.
    #[inline(always)]
    pub fn append(&mut self, flow: &FlowRow) -> usize {
        let grown = if self.open.has_room() { 0 } else { self.make_room(flow.start) };
        if let Some((record, fill)) = self.open.window() {
            *fill += write(record, flow, flow.start - self.last);
            self.last = flow.start;
            self.flows += 1;
        }
        grown
    }

    /// Makes the open page longer, or begins the next.
    #[cold]
    #[inline(never)]
    fn make_room(&mut self, start: i64) -> usize {
        let before = self.open.bytes.len();
        if (1..PAGE).contains(&before) {
            let longer = (before * 2).min(PAGE);
            self.open.bytes.resize(longer, 0);
            return longer - before;
        }
        let size = if before == 0 && self.full.is_empty() { SMALL_PAGE } else { PAGE };
        let mut page = Page { bytes: vec![0; size], fill: BASE };
        if let Some(base) = page.bytes.first_chunk_mut::<BASE>() {
            *base = start.to_le_bytes();
        }
        let full = std::mem::replace(&mut self.open, page);
        if before > 0 {
            self.full.push(full);
        }
        self.last = start;
        size
    }

    /// All flows, in the order they came.
    #[inline(always)]
    pub fn for_each(&self, mut each: impl FnMut(&FlowRow)) {
        for page in self.full.iter().chain([&self.open]) {
            page.for_each(&mut each);
        }
    }

    /// Hands over all flows page by page, so that memory is free as soon as it can be.
    pub fn drain(&mut self, mut each: impl FnMut(&FlowRow)) {
        let Log { full, open, .. } = std::mem::take(self);
        for page in full.into_iter().chain([open]) {
            page.for_each(&mut each);
        }
    }
}

impl Page {
    /// Whether a record fits, whatever its length.
    #[inline(always)]
    fn has_room(&self) -> bool {
        self.fill + WINDOW <= self.bytes.len()
    }

    #[inline(always)]
    fn window(&mut self) -> Option<(&mut [u8; WINDOW], &mut usize)> {
        let window = self.bytes.get_mut(self.fill..)?.first_chunk_mut()?;
        Some((window, &mut self.fill))
    }

    #[inline(always)]
    fn for_each(&self, each: &mut impl FnMut(&FlowRow)) {
        let Some(base) = self.bytes.first_chunk::<BASE>() else { return };
        let (mut start, mut at) = (i64::from_le_bytes(*base), BASE);
        while at < self.fill {
            let Some(record) = self.bytes.get(at..).and_then(|bytes| bytes.first_chunk::<WINDOW>()) else {
                return;
            };
            let (flow, len) = read(record, &mut start);
            at += len;
            each(&flow);
        }
    }
}

#[inline(always)]
fn byte_code(bytes: u64) -> u32 {
    u32::from(bytes >= 1 << 8) + u32::from(bytes >= 1 << 16) + u32::from(bytes >= 1 << 24)
}

#[inline(always)]
fn step_code(step: u64) -> u32 {
    u32::from(step >= 1 << 16) + u32::from(step >= 1 << 24) + u32::from(step >= 1 << 32)
}

#[inline(always)]
fn put(record: &mut [u8; WINDOW], at: usize, number: u64) {
    if let Some(place) = record.get_mut(at..).and_then(|place| place.first_chunk_mut()) {
        *place = number.to_le_bytes();
    }
}

#[inline(always)]
fn get(record: &[u8; WINDOW], at: usize, len: usize) -> u64 {
    let word = record.get(at..).and_then(|bytes| bytes.first_chunk()).copied().unwrap_or_default();
    u64::from_le_bytes(word) & (u64::MAX >> ((64 - 8 * len as u32) & 63))
}

/// Writes a record and answers its length.
#[inline(always)]
fn write(record: &mut [u8; WINDOW], flow: &FlowRow, step: i64) -> usize {
    let step = ((step << 1) ^ (step >> 63)) as u64;
    let (steps, sent, received) =
        (step_code(step), byte_code(flow.bytes_sent), byte_code(flow.bytes_received));
    let PairKey { addresses, port } = flow.key;
    let control = steps | sent << 2 | received << 4 | (port >> 16) << 6;
    put(record, 0, u64::from(control) | (addresses >> 32) << 8 | u64::from(port & 0xFFFF) << 40);
    put(record, 7, addresses & u64::from(u32::MAX));
    put(record, STEP_AT, step);
    let at = STEP_AT + length(STEP_LENGTHS, steps);
    put(record, at, flow.bytes_sent);
    let at = at + length(BYTE_LENGTHS, sent);
    put(record, at, flow.bytes_received);
    at + length(BYTE_LENGTHS, received)
}

/// Reads a record, which begins a step after `start`, and answers its length.
#[inline(always)]
fn read(record: &[u8; WINDOW], start: &mut i64) -> (FlowRow, usize) {
    let first = get(record, 0, 8);
    let control = first as u32 & 0xFF;
    let step_len = length(STEP_LENGTHS, control);
    let step = get(record, STEP_AT, step_len);
    *start += (step >> 1) as i64 ^ -((step & 1) as i64);
    let at = STEP_AT + step_len;
    let sent_len = length(BYTE_LENGTHS, control >> 2);
    let bytes_sent = get(record, at, sent_len);
    let at = at + sent_len;
    let received_len = length(BYTE_LENGTHS, control >> 4);
    let bytes_received = get(record, at, received_len);
    let key = PairKey {
        addresses: (first >> 8 & u64::from(u32::MAX)) << 32 | get(record, 7, 4),
        port: (first >> 40) as u32 & 0xFFFF | (control >> 6) << 16,
    };
    (FlowRow { key, start: *start, bytes_sent, bytes_received }, at + received_len)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::numbers;

    #[test]
    fn every_flow_comes_back_in_order() {
        let mut next = numbers(4);
        let (mut log, mut expected) = (Log::default(), Vec::new());
        for _ in 0..5000 {
            let step = [0, 1, 900, 70_000, 20_000_000, 5_000_000_000, u64::MAX >> 4][next(7) as usize];
            let flow = FlowRow {
                key: PairKey { addresses: next(u64::MAX), port: next(1 << 18) as u32 },
                start: next(step.max(1)) as i64 - (step / 2) as i64,
                bytes_sent: next(u64::MAX) >> next(64),
                bytes_received: next(u64::MAX) >> next(64),
            };
            log.append(&flow);
            expected.push(flow);
        }
        assert_eq!(log.len(), expected.len());
        let mut flows = Vec::new();
        log.for_each(|flow| flows.push(*flow));
        let parts = |flow: &FlowRow| {
            (flow.key.addresses, flow.key.port, flow.start, flow.bytes_sent, flow.bytes_received)
        };
        assert!(flows.iter().map(parts).eq(expected.iter().map(parts)));
        let mut drained = 0;
        log.drain(|_| drained += 1);
        assert_eq!((drained, log.len(), log.bytes()), (expected.len(), 0, 0));
    }

    #[test]
    fn growth_is_counted_exactly() {
        let (mut log, mut grown) = (Log::default(), 0);
        for start in 0..10_000 {
            grown += log.append(&FlowRow { start, ..FlowRow::default() });
            if start % 500 == 0 {
                assert_eq!(log.bytes(), grown);
            }
        }
    }
}
