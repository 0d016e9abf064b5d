//! The pairs: a dense array, and a hash table of indices into it.
//!
//! BE ADVISED: this is where the time goes. A flow costs two look-ups in memory that is far larger than
//! any cache, one of the hash table and one of the pair. They are made for a whole batch at once, so that
//! the processor waits for many of them together. Growing moves neither pairs nor histories, only the
//! 8-byte slots; those hold enough of the hash to be moved without looking at a pair.

use super::arena::{Arena, Tail};
use super::history::{History, encode};
use crate::ingest::batch::{FlowRow, Key};

/// Bytes of history kept in the pair itself: two ordinary flows, so that most pairs need no block in the
/// arena.
const INLINE: usize = 15;

/// Pairs in a chunk of the array (a power of two).
const CHUNK: usize = 1 << 12;

/// One pair: 48 bytes.
#[derive(Debug, Clone, Copy, Default)]
#[repr(C)]
struct PairEntry {
    addresses: u64,
    port: u32,
    count: u32,
    /// Start of the last flow that came.
    last: i64,
    tail: Tail,
    inline_len: u8,
    inline: [u8; INLINE],
}

const _: () = assert!(size_of::<PairEntry>() == 48);

/// All pairs with their histories.
#[derive(Debug)]
pub(crate) struct PairTable {
    chunks: Vec<Vec<PairEntry>>,
    len: usize,
    /// Hash in the high half, index of the pair plus 1 in the low half; 0 if empty.
    slots: Vec<u64>,
    /// Position of a hash: its highest bits.
    shift: u32,
    seed: u64,
    arena: Arena,
    hashes: Vec<u32>,
}

impl Default for PairTable {
    fn default() -> Self {
        PairTable::new(0)
    }
}

/// A pair in the table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PairRef<'a> {
    entry: &'a PairEntry,
    arena: &'a Arena,
}

impl PairTable {
    /// An empty table.
    pub fn new(seed: u64) -> Self {
        const BITS: u32 = 10;
        PairTable {
            chunks: Vec::new(),
            len: 0,
            slots: vec![0; 1 << BITS],
            shift: 32 - BITS,
            seed,
            arena: Arena::default(),
            hashes: Vec::new(),
        }
    }

    /// Number of pairs.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Adds the flows of a batch to their pairs.
    #[inline(never)]
    pub fn add(&mut self, batch: &[FlowRow]) {
        // At most three quarters full, also if every flow of the batch is a new pair.
        while (self.len + batch.len()) * 4 > self.slots.len() * 3 {
            self.grow();
        }
        let mut hashes = std::mem::take(&mut self.hashes);
        hashes.clear();
        hashes.extend(batch.iter().map(|flow| hash(flow.key, self.seed)));
        for (flows, hashes) in batch.chunks(64).zip(hashes.chunks(64)) {
            self.touch(hashes);
            for (flow, &hash) in flows.iter().zip(hashes) {
                self.add_one(flow, hash);
            }
        }
        self.hashes = hashes;
    }

    /// Reads the slots, and then the pairs they name, so that all are on their way into the cache at once.
    #[inline(never)]
    fn touch(&self, hashes: &[u32]) {
        let mut likely = [0_u32; 64];
        for (likely, &hash) in likely.iter_mut().zip(hashes) {
            *likely = self.slots.get((hash >> self.shift) as usize).map_or(0, |slot| *slot as u32);
        }
        let mut sum = 0;
        for &number in &likely {
            // A pair may lie on two cache lines: its first bytes and its last.
            let both = |entry: &PairEntry| entry.addresses as u8 ^ entry.inline[INLINE - 1];
            sum ^= self.entry(number.wrapping_sub(1)).map_or(0, both);
        }
        std::hint::black_box(sum);
    }

    #[inline(always)]
    fn add_one(&mut self, flow: &FlowRow, hash: u32) {
        let mask = self.slots.len() - 1;
        let mut at = (hash >> self.shift) as usize;
        let index = loop {
            let Some(slot) = self.slots.get_mut(at & mask) else { return };
            if *slot == 0 {
                *slot = u64::from(hash) << 32 | (self.len as u64 + 1);
                self.insert(flow);
                return;
            }
            if (*slot >> 32) as u32 == hash {
                let index = (*slot as u32).wrapping_sub(1);
                if self.entry(index).is_some_and(|entry| entry.key() == flow.key) {
                    break index;
                }
            }
            at += 1;
        };
        let (chunk, place) = (index as usize / CHUNK, index as usize % CHUNK);
        if let Some(entry) = self.chunks.get_mut(chunk).and_then(|chunk| chunk.get_mut(place)) {
            entry.push(flow, &mut self.arena);
        }
    }

    #[inline(always)]
    fn entry(&self, index: u32) -> Option<&PairEntry> {
        self.chunks.get(index as usize / CHUNK)?.get(index as usize % CHUNK)
    }

    fn insert(&mut self, flow: &FlowRow) {
        let mut entry = PairEntry {
            addresses: flow.key.addresses,
            port: flow.key.port,
            last: flow.start,
            ..PairEntry::default()
        };
        entry.push(flow, &mut self.arena);
        if self.len.is_multiple_of(CHUNK) {
            self.chunks.push(Vec::with_capacity(CHUNK));
        }
        if let Some(chunk) = self.chunks.last_mut() {
            chunk.push(entry);
        }
        self.len += 1;
    }

    fn grow(&mut self) {
        let bits = self.slots.len().ilog2() + 1;
        let mut slots = vec![0_u64; 1 << bits];
        let (shift, mask) = (32 - bits, slots.len() - 1);
        for &slot in self.slots.iter().filter(|slot| **slot != 0) {
            let mut at = (slot >> 32 >> shift) as usize;
            while slots.get(at & mask).is_some_and(|taken| *taken != 0) {
                at += 1;
            }
            if let Some(free) = slots.get_mut(at & mask) {
                *free = slot;
            }
        }
        (self.slots, self.shift) = (slots, shift);
    }

    /// All pairs, in the order in which they were first seen, a few thousand at a time.
    pub fn chunks(&self) -> impl Iterator<Item = impl Iterator<Item = PairRef<'_>>> {
        self.chunks.iter().map(|chunk| chunk.iter().map(|entry| PairRef { entry, arena: &self.arena }))
    }

    /// The pair of that key.
    pub fn find(&self, key: Key) -> Option<PairRef<'_>> {
        let (hash, mask) = (hash(key, self.seed), self.slots.len() - 1);
        let mut at = (hash >> self.shift) as usize;
        loop {
            let slot = *self.slots.get(at & mask)?;
            if slot == 0 {
                return None;
            }
            let entry = self.entry((slot as u32).wrapping_sub(1))?;
            if entry.key() == key {
                return Some(PairRef { entry, arena: &self.arena });
            }
            at += 1;
        }
    }
}

impl PairEntry {
    #[inline(always)]
    fn key(&self) -> Key {
        Key { addresses: self.addresses, port: self.port }
    }

    #[inline(always)]
    fn push(&mut self, flow: &FlowRow, arena: &mut Arena) {
        let (bytes, len) = encode(flow.start - self.last, flow.bytes_sent, flow.bytes_received);
        self.count = self.count.saturating_add(1);
        self.last = flow.start;
        let fill = usize::from(self.inline_len);
        if fill + len <= INLINE {
            self.inline = joined(self.inline, fill, &bytes);
            self.inline_len += len as u8;
        } else {
            self.spill(&bytes, len, arena);
        }
    }

    /// Moves what is inline to the arena, and the new flow inline if it fits there.
    #[inline(never)]
    fn spill(&mut self, bytes: &[u8; 32], len: usize, arena: &mut Arena) {
        arena.append(&mut self.tail, self.inline.get(..usize::from(self.inline_len)).unwrap_or_default());
        if len <= INLINE {
            self.inline = joined(self.inline, 0, bytes);
            self.inline_len = len as u8;
        } else {
            arena.append(&mut self.tail, bytes.get(..len).unwrap_or_default());
            self.inline_len = 0;
        }
    }
}

impl PairRef<'_> {
    pub fn key(self) -> Key {
        self.entry.key()
    }

    /// Number of flows.
    pub fn count(self) -> u64 {
        u64::from(self.entry.count)
    }

    /// Reads the flows into `history`, in place of what it held.
    pub fn read(self, history: &mut History) {
        let PairRef { entry, arena } = self;
        history.read(entry.last, |chain, each| {
            arena.pieces(entry.tail, chain, &mut *each);
            let mut inline = [0; 2 * INLINE];
            if let Some(place) = inline.first_chunk_mut::<INLINE>() {
                *place = entry.inline;
            }
            each(&inline, usize::from(entry.inline_len));
        });
    }
}

/// What is inline, from `fill` on replaced by `bytes`. Only copies of fixed length: in WebAssembly one of
/// variable length is a call into the engine.
#[inline(always)]
fn joined(inline: [u8; INLINE], fill: usize, bytes: &[u8; 32]) -> [u8; INLINE] {
    let mut out = [0; 2 * INLINE];
    if let Some(place) = out.first_chunk_mut::<INLINE>() {
        *place = inline;
    }
    if let (Some(place), Some(bytes)) =
        (out.get_mut(fill..).and_then(|rest| rest.first_chunk_mut::<INLINE>()), bytes.first_chunk::<INLINE>())
    {
        *place = *bytes;
    }
    out.first_chunk::<INLINE>().copied().unwrap_or(inline)
}

/// 32 well-mixed bits of a key. The seed keeps input from being made to collide.
#[inline(always)]
fn hash(key: Key, seed: u64) -> u32 {
    let mut mixed = (key.addresses ^ seed).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed ^= mixed >> 32;
    mixed = (mixed ^ u64::from(key.port).wrapping_mul(0xD6E8_FEB8_6659_FD93)).wrapping_add(seed);
    mixed = mixed.wrapping_mul(0xA076_1D64_78BD_642F);
    mixed ^= mixed >> 29;
    (mixed.wrapping_mul(0xE703_7ED1_A0B4_28DB) >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::{Address, Connection};
    use std::collections::HashMap;

    #[test]
    fn every_pair_keeps_every_flow() {
        let mut table = PairTable::new(7);
        let mut expected: HashMap<(u64, u32), Vec<Connection>> = HashMap::new();
        let mut state = 1_u64;
        let mut next = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        for _ in 0..300 {
            let batch: Vec<FlowRow> = (0..next(300))
                .map(|_| {
                    let (source, destination) = (next(50) as u32, (next(4000) * next(4000) / 4000) as u32);
                    let key = Key::new(Address::V4(source), Address::V6(destination), next(3) as u16);
                    let start = 1_700_000_000_000_000 + next(1 << 30) as i64 * 1000;
                    FlowRow { key, start, bytes_sent: next(1 << 20), bytes_received: next(1 << 30) }
                })
                .collect();
            for flow in &batch {
                let connection = Connection {
                    start: flow.start,
                    bytes_sent: flow.bytes_sent,
                    bytes_received: flow.bytes_received,
                };
                expected.entry((flow.key.addresses, flow.key.port)).or_default().push(connection);
            }
            table.add(&batch);
        }
        assert_eq!(table.len(), expected.len());
        let mut history = History::default();
        for pair in table.chunks().flatten() {
            let key = pair.key();
            pair.read(&mut history);
            assert_eq!(Some(&history.connections), expected.get(&(key.addresses, key.port)));
            assert_eq!(pair.count(), history.connections.len() as u64);
            assert!(table.find(key).is_some());
        }
        assert!(table.find(Key::new(Address::V4(1), Address::V4(1), 1)).is_none());
    }
}
