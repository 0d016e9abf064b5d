//! The pairs: a dense array, and a hash table of indices into it.
//!
//! BE ADVISED: this is where the time goes. A flow costs two look-ups in memory that is far larger than
//! any cache, one of the hash table and one of the pair. They are made for a whole batch at once, so that
//! the processor waits for many of them together. Growing moves neither pairs nor histories, only the
//! 4-byte slots.

use super::arena::{Arena, Tail};
use super::history::{Encoded, History, LONGEST, Short, encode};
use super::room::LeftOut;
use crate::ingest::batch::{FlowRow, Key};
use crate::time::HOUR;

/// Bytes of history kept in the pair itself: two ordinary flows, so that most pairs need no block in the
/// arena.
const INLINE: usize = 16;

/// Pairs in a chunk of the array (a power of two).
const CHUNK: usize = 1 << 12;

/// One pair: 48 bytes.
#[derive(Debug, Clone, Copy, Default)]
#[repr(C)]
struct PairEntry {
    addresses: u64,
    /// The key's port, and above it how many inline bytes and how many of the last block are in use.
    port: PortAndFills,
    count: u32,
    /// Number of the last block of the history in the arena.
    block: u32,
    /// The UTC hours of the flows, each as the bit of its number modulo 32.
    hours: u32,
    /// The end of the history, then the start of the last flow that came. Writing the one may spoil the
    /// other, which is then written.
    bytes: [u8; INLINE + 8],
}

const _: () = assert!(size_of::<PairEntry>() == 48);
const _: () = assert!(Short::LONGEST <= INLINE);

/// 19 bits of port, 5 of inline fill, 8 of block fill.
#[derive(Debug, Clone, Copy, Default)]
struct PortAndFills(u32);

impl PortAndFills {
    const PORT: u32 = (1 << 19) - 1;

    fn port(self) -> u32 {
        self.0 & Self::PORT
    }

    fn inline(self) -> usize {
        (self.0 >> 19 & 31) as usize
    }

    fn block(self) -> u8 {
        (self.0 >> 24) as u8
    }

    #[inline(always)]
    fn with_inline(self, len: usize) -> Self {
        PortAndFills(self.0 & !(31 << 19) | (len as u32) << 19)
    }

    fn with_block(self, fill: u8) -> Self {
        PortAndFills(self.0 & 0x00FF_FFFF | u32::from(fill) << 24)
    }
}

/// A slot of the hash table: the number of the pair plus 1, and above it a few bits of the hash, so that
/// most other pairs are told from it without a look at them; 0 if empty.
const NUMBER: u32 = (1 << NUMBER_BITS) - 1;
const NUMBER_BITS: u32 = 27;

/// All pairs with their histories.
#[derive(Debug)]
pub(crate) struct PairTable {
    chunks: Vec<Vec<PairEntry>>,
    len: usize,
    slots: Vec<u32>,
    /// Position of a hash: its highest bits.
    shift: u32,
    seed: u64,
    arena: Arena,
    hour: Hour,
    hashes: Vec<u32>,
    /// Bytes of memory that may be used, and those of them that others use.
    max_bytes: usize,
    pub used_by_others: usize,
    pub(super) left_out: LeftOut,
}

/// The hour of the last flow: most flows share it with the one before, and a division each is dear.
#[derive(Debug, Clone, Copy)]
struct Hour {
    start: i64,
    bit: u32,
}

impl Hour {
    #[inline(always)]
    fn bit_of(&mut self, start: i64) -> u32 {
        // Wraps for starts before the hour, and for the first.
        if start.wrapping_sub(self.start) as u64 >= HOUR as u64 {
            let hour = start.div_euclid(HOUR);
            *self = Hour { start: hour * HOUR, bit: 1 << (hour & 31) };
        }
        self.bit
    }
}

impl Default for PairTable {
    fn default() -> Self {
        PairTable::new(0, usize::MAX)
    }
}

/// A pair in the table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PairRef<'a> {
    /// Its place among the pairs.
    pub number: u32,
    entry: &'a PairEntry,
    arena: &'a Arena,
}

impl PairTable {
    /// An empty table that will not use more than `max_bytes` of memory.
    pub fn new(seed: u64, max_bytes: usize) -> Self {
        const BITS: u32 = 10;
        PairTable {
            chunks: Vec::new(),
            len: 0,
            slots: vec![0; 1 << BITS],
            shift: 32 - BITS,
            seed,
            arena: Arena::default(),
            hour: Hour { start: i64::MIN, bit: 0 },
            hashes: Vec::new(),
            max_bytes,
            used_by_others: 0,
            left_out: LeftOut::default(),
        }
    }

    /// Number of pairs.
    pub fn len(&self) -> usize {
        self.len
    }

    /// What was left out to stay within the budget.
    pub fn left_out(&self) -> LeftOut {
        self.left_out
    }

    /// Bytes of memory in use.
    pub fn bytes(&self) -> usize {
        self.chunks.len() * CHUNK * size_of::<PairEntry>()
            + self.slots.len() * size_of::<u32>()
            + self.arena.bytes()
    }

    /// Whether that many more flows fit, also if each is a new pair or needs new blocks.
    pub(super) fn fits(&self, flows: usize) -> bool {
        let pairs = self.len + flows;
        let chunks = pairs.div_ceil(CHUNK).saturating_sub(self.chunks.len());
        let slots = self.slots_for(pairs) - self.slots.len();
        let more = chunks * CHUNK * size_of::<PairEntry>()
            + slots * size_of::<u32>()
            + self.arena.bytes_for(2 * flows);
        self.bytes() + more + self.used_by_others <= self.max_bytes && pairs < NUMBER as usize
    }

    /// Slots for that many pairs: at most three quarters full.
    fn slots_for(&self, pairs: usize) -> usize {
        (pairs * 4 / 3 + 1).next_power_of_two().max(self.slots.len())
    }

    /// Adds the flows of a batch to their pairs.
    #[inline(never)]
    pub fn add(&mut self, batch: &[FlowRow]) {
        if !self.fits(batch.len()) && !self.make_room(batch.len()) {
            return;
        }
        let slots = self.slots_for(self.len + batch.len());
        if slots > self.slots.len() {
            self.make_slots(slots);
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
            *likely = self.slots.get((hash >> self.shift) as usize).copied().unwrap_or_default();
        }
        let mut sum = 0;
        for &slot in &likely {
            // A pair may lie on two cache lines: its first bytes and its last.
            let both = |entry: &PairEntry| entry.addresses as u8 ^ entry.bytes[INLINE + 7];
            sum ^= self.entry((slot & NUMBER).wrapping_sub(1)).map_or(0, both);
        }
        std::hint::black_box(sum);
    }

    #[inline(always)]
    fn add_one(&mut self, flow: &FlowRow, hash: u32) {
        let hour = self.hour.bit_of(flow.start);
        let mask = self.slots.len() - 1;
        let mut at = (hash >> self.shift) as usize;
        let index = loop {
            let Some(slot) = self.slots.get_mut(at & mask) else { return };
            if *slot == 0 {
                *slot = (hash << NUMBER_BITS) | (self.len as u32 + 1);
                self.insert(flow, hour);
                return;
            }
            if *slot >> NUMBER_BITS == hash & (u32::MAX >> NUMBER_BITS) {
                let index = (*slot & NUMBER).wrapping_sub(1);
                if self.entry(index).is_some_and(|entry| entry.key() == flow.key) {
                    break index;
                }
            }
            at += 1;
        };
        let (chunk, place) = (index as usize / CHUNK, index as usize % CHUNK);
        if let Some(entry) = self.chunks.get_mut(chunk).and_then(|chunk| chunk.get_mut(place)) {
            entry.push(flow, hour, &mut self.arena);
        }
    }

    #[inline(always)]
    fn entry(&self, index: u32) -> Option<&PairEntry> {
        entry_of(&self.chunks, index as usize)
    }

    #[inline(always)]
    fn insert(&mut self, flow: &FlowRow, hour: u32) {
        if self.len.is_multiple_of(CHUNK) {
            self.chunks.push(Vec::with_capacity(CHUNK));
        }
        let Some(chunk) = self.chunks.last_mut() else { return };
        // Filled in place: copying what was just written would wait for the writes.
        chunk.push(PairEntry::default());
        self.len += 1;
        let Some(entry) = chunk.last_mut() else { return };
        entry.addresses = flow.key.addresses;
        entry.port = PortAndFills(flow.key.port);
        entry.set_last(flow.start);
        entry.push(flow, hour, &mut self.arena);
    }

    /// Makes that many slots (a power of two).
    #[inline(never)]
    fn make_slots(&mut self, slots: usize) {
        // The old ones go first: the pairs themselves tell where they belong.
        self.slots = Vec::new();
        self.slots = vec![0; slots];
        self.shift = 32 - slots.ilog2();
        let mut number = 0;
        let chunks = std::mem::take(&mut self.chunks);
        for entries in chunks.iter().flat_map(|chunk| chunk.chunks(64)) {
            let mut hashes = [0; 64];
            for (hash_of, entry) in hashes.iter_mut().zip(entries) {
                *hash_of = hash(entry.key(), self.seed);
            }
            let slot = |hash: &u32| self.slots.get((hash >> self.shift) as usize).copied();
            std::hint::black_box(hashes.iter().filter_map(slot).fold(0, |sum, slot| sum ^ slot));
            for hash in hashes.into_iter().take(entries.len()) {
                number += 1;
                self.enter(hash, number);
            }
        }
        self.chunks = chunks;
    }

    /// Drops the pairs of at most `most` flows.
    pub(super) fn drop_pairs(&mut self, most: u32) -> LeftOut {
        let mut dropped = LeftOut::default();
        let (mut kept, mut chunks) = (0, std::mem::take(&mut self.chunks));
        for number in 0..self.len {
            let Some(&entry) = entry_of(&chunks, number) else { continue };
            if entry.count <= most {
                dropped.pairs += 1;
                dropped.flows += u64::from(entry.count);
                self.arena.free(entry.tail());
                continue;
            }
            if let Some(place) = chunks.get_mut(kept / CHUNK).and_then(|chunk| chunk.get_mut(kept % CHUNK)) {
                *place = entry;
            }
            kept += 1;
        }
        self.len = kept;
        chunks.truncate(kept.div_ceil(CHUNK));
        if let Some(last) = chunks.last_mut() {
            last.truncate((kept - 1) % CHUNK + 1);
        }
        self.chunks = chunks;
        self.make_slots(self.slots.len());
        dropped
    }

    /// Puts the number of a pair into the first free slot for its hash.
    #[inline(always)]
    fn enter(&mut self, hash: u32, number: u32) {
        let mask = self.slots.len() - 1;
        let mut at = (hash >> self.shift) as usize;
        while self.slots.get(at & mask).is_some_and(|taken| *taken != 0) {
            at += 1;
        }
        if let Some(free) = self.slots.get_mut(at & mask) {
            *free = (hash << NUMBER_BITS) | number;
        }
    }

    /// All pairs, in the order in which they were first seen, a few thousand at a time.
    pub fn chunks(&self) -> impl Iterator<Item = impl Iterator<Item = PairRef<'_>>> {
        let starts = (0..).step_by(CHUNK);
        self.chunks.iter().zip(starts).map(|(chunk, start)| {
            let arena = &self.arena;
            chunk.iter().zip(start..).map(move |(entry, number)| PairRef { number, entry, arena })
        })
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
            let number = (slot & NUMBER).wrapping_sub(1);
            let entry = self.entry(number)?;
            if entry.key() == key {
                return Some(PairRef { number, entry, arena: &self.arena });
            }
            at += 1;
        }
    }
}

#[inline(always)]
fn entry_of(chunks: &[Vec<PairEntry>], number: usize) -> Option<&PairEntry> {
    chunks.get(number / CHUNK)?.get(number % CHUNK)
}

impl PairEntry {
    #[inline(always)]
    fn key(&self) -> Key {
        Key { addresses: self.addresses, port: self.port.port() }
    }

    #[inline(always)]
    fn last(&self) -> i64 {
        i64::from_le_bytes(self.bytes.last_chunk().copied().unwrap_or_default())
    }

    #[inline(always)]
    fn set_last(&mut self, start: i64) {
        if let Some(place) = self.bytes.last_chunk_mut() {
            *place = start.to_le_bytes();
        }
    }

    fn tail(&self) -> Tail {
        Tail { block: self.block, fill: self.port.block() }
    }

    #[inline(always)]
    fn push(&mut self, flow: &FlowRow, hour: u32, arena: &mut Arena) {
        let step = flow.start - self.last();
        self.count = self.count.saturating_add(1);
        self.hours |= hour;
        match encode(step, flow.bytes_sent, flow.bytes_received) {
            Encoded::Short(short) => {
                let mut fill = self.port.inline();
                if fill + short.len > INLINE {
                    self.spill(arena);
                    fill = 0;
                }
                short.put(&mut self.bytes, fill);
                self.port = self.port.with_inline(fill + short.len);
            }
            Encoded::Long(bytes, len) => self.append_long(&bytes, len, arena),
        }
        self.set_last(flow.start);
    }

    /// Moves what is inline to the arena.
    #[inline(never)]
    fn spill(&mut self, arena: &mut Arena) {
        let Some(inline) = self.bytes.first_chunk::<INLINE>() else { return };
        let tail = arena.append(self.tail(), inline, self.port.inline());
        self.block = tail.block;
        self.port = self.port.with_inline(0).with_block(tail.fill);
    }

    #[inline(never)]
    fn append_long(&mut self, bytes: &[u8; LONGEST], len: usize, arena: &mut Arena) {
        self.spill(arena);
        let tail = arena.append(self.tail(), bytes, len);
        self.block = tail.block;
        self.port = self.port.with_block(tail.fill);
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

    /// Number of different UTC hours modulo 32 with a flow.
    pub fn hours(self) -> u64 {
        u64::from(self.entry.hours.count_ones())
    }

    /// Reads the flows into `history`, in place of what it held.
    pub fn read(self, history: &mut History) {
        let PairRef { entry, arena, .. } = self;
        history.read(entry.last(), |chain, each| {
            arena.pieces(entry.tail(), chain, &mut *each);
            each(&entry.bytes, entry.port.inline());
        });
    }
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
        let mut table = PairTable::new(7, usize::MAX);
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
