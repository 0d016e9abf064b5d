//! All pairs: arrays of stored pairs, and a hash table of numbers of pairs.
//!
//! BE ADVISED: most of the time of reading is spent here. A flow costs two look-ups in memory that is far larger
//! than any cache: the slot of the hash table, and the pair. They are started for a whole batch at once, so that
//! the processor waits for many of them at the same time. Growth moves neither pairs nor histories, only the 4-byte
//! slots.

use super::arena::Arena;
use super::chunked_vec::{CHUNK, ChunkedVec};
use super::eviction::{EvictionStats, SmallPairs};
use super::pair_ref::{Chunk, PairRef, StoredPair, StoredPairs};
use super::stored_pair::{Hour, MultiFlowPair, SingleFlowPair};
use crate::model::pair_key::{FlowRow, PairKey};

/// A slot of the hash table is 0 if it is empty. Otherwise it has the number of a pair in the low bits, and bits of
/// the hash above, which rule out most other pairs without a look at them.
const NUMBER_BITS: u32 = 27;
const NUMBER: u32 = (1 << NUMBER_BITS) - 1;
/// Set in the numbers of pairs that have a single flow.
const SINGLE: u32 = 1 << (NUMBER_BITS - 1);

/// All pairs with their histories.
#[derive(Debug, Default)]
pub(crate) struct PairTable {
    /// Pairs of several flows, numbered from 1.
    many: ChunkedVec<MultiFlowPair>,
    singles: ChunkedVec<SingleFlowPair>,
    /// Unused positions in `singles`.
    free_singles: Vec<u32>,
    slots: Vec<u32>,
    /// `hash >> shift` is the preferred slot of a hash.
    shift: u32,
    seed: u64,
    arena: Arena,
    hour: Hour,
    hashes: Vec<u32>,
    /// Memory limit, in bytes.
    max_bytes: usize,
    /// Bytes that other tables use of that limit.
    pub used_by_others: usize,
    evicted: EvictionStats,
}

impl PairTable {
    /// An empty table that will not use more than `max_bytes` of memory.
    pub fn new(seed: u64, max_bytes: usize) -> Self {
        PairTable { seed, max_bytes, slots: vec![0; 1 << 10], shift: 32 - 10, ..PairTable::default() }
    }

    /// The secret seed of its hashes.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Number of pairs.
    pub fn len(&self) -> usize {
        self.many.len() + self.singles_len()
    }

    /// Number of pairs of a single flow. All of them are in chunks [of such pairs](Chunk::is_of_singles).
    pub fn singles_len(&self) -> usize {
        self.singles.len() - self.free_singles.len()
    }

    /// What was evicted or rejected to stay within the memory limit.
    pub fn evicted(&self) -> EvictionStats {
        self.evicted
    }

    /// Bytes of memory in use.
    pub fn bytes(&self) -> usize {
        let numbers = self.slots.len() + self.free_singles.capacity();
        self.many.bytes() + self.singles.bytes() + numbers * size_of::<u32>() + self.arena.bytes()
    }

    /// Whether that many more flows fit into memory in the worst case.
    fn fits(&self, flows: usize) -> bool {
        let slots = self.slots_for(self.len() + flows) - self.slots.len();
        let more = self.many.bytes_for(flows)
            + self.singles.bytes_for(flows)
            + slots * size_of::<u32>()
            + self.arena.bytes_for(2 * flows);
        self.bytes() + more + self.used_by_others <= self.max_bytes
            && self.many.len().max(self.singles.len()) + flows < SINGLE as usize
    }

    /// Number of slots for that many pairs, of which they fill three quarters at most.
    fn slots_for(&self, pairs: usize) -> usize {
        (pairs * 4 / 3 + 1).next_power_of_two().max(self.slots.len())
    }

    /// Adds the flows of a batch to their pairs.
    #[inline(never)]
    pub fn add(&mut self, batch: &[FlowRow]) {
        if !self.fits(batch.len()) && !self.evict_until_fits(batch.len()) {
            return;
        }
        let slots = self.slots_for(self.len() + batch.len());
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

    /// Reads the slots, and then their pairs, so that all of them are loaded into the cache at the same time.
    #[inline(never)]
    fn touch(&self, hashes: &[u32]) {
        let mut likely = [0_u32; 64];
        for (likely, &hash) in likely.iter_mut().zip(hashes) {
            *likely = self.slots.get((hash >> self.shift) as usize).copied().unwrap_or_default() & NUMBER;
        }
        let mut sum = 0;
        for number in likely {
            sum ^= match number & SINGLE == 0 {
                true => self.many.get((number as usize).wrapping_sub(1)).map_or(0, MultiFlowPair::touch),
                false => self.singles.get((number ^ SINGLE) as usize).map_or(0, |pair| pair.key().port as u8),
            };
        }
        std::hint::black_box(sum);
    }

    #[inline(always)]
    fn add_one(&mut self, flow: &FlowRow, hash: u32) {
        let hour = self.hour.bit_of(flow.start);
        let mask = self.slots.len() - 1;
        let mut at = (hash >> self.shift) as usize;
        loop {
            let Some(&slot) = self.slots.get(at & mask) else { return };
            if slot == 0 {
                let number = self.insert(flow, hour);
                self.set_slot(at & mask, hash, number);
                return;
            }
            if slot >> NUMBER_BITS == hash & (u32::MAX >> NUMBER_BITS) {
                let number = slot & NUMBER;
                if number & SINGLE == 0 {
                    if let Some(pair) = self.many.get_mut(number as usize - 1)
                        && pair.key() == flow.key
                    {
                        pair.push(flow, hour, &mut self.arena);
                        return;
                    }
                } else if self
                    .singles
                    .get((number ^ SINGLE) as usize)
                    .is_some_and(|pair| pair.key() == flow.key)
                {
                    let number = self.promote(number ^ SINGLE);
                    self.set_slot(at & mask, hash, number);
                    if let Some(pair) = self.many.get_mut(number as usize - 1) {
                        pair.push(flow, hour, &mut self.arena);
                    }
                    return;
                }
            }
            at += 1;
        }
    }

    #[inline(always)]
    fn set_slot(&mut self, at: usize, hash: u32, number: u32) {
        if let Some(slot) = self.slots.get_mut(at) {
            *slot = hash << NUMBER_BITS | number;
        }
    }

    /// Adds a pair and returns its number.
    #[inline(always)]
    fn insert(&mut self, flow: &FlowRow, hour: u32) -> u32 {
        if !SingleFlowPair::fits(flow) {
            return self.insert_many(flow, hour);
        }
        let number = match self.free_singles.pop() {
            Some(number) => number,
            None => {
                self.singles.push_default();
                self.singles.len() as u32 - 1
            }
        };
        if let Some(pair) = self.singles.get_mut(number as usize) {
            pair.set(flow);
        }
        number | SINGLE
    }

    #[inline(never)]
    fn insert_many(&mut self, flow: &FlowRow, hour: u32) -> u32 {
        if let Some(pair) = self.many.push_default() {
            pair.set(flow);
            pair.push(flow, hour, &mut self.arena);
        }
        self.many.len() as u32
    }

    /// Moves a pair with a single flow to those of several flows, and returns its new number.
    #[inline(never)]
    fn promote(&mut self, single: u32) -> u32 {
        let Some(pair) = self.singles.get_mut(single as usize) else { return 0 };
        let flow = pair.flow();
        pair.free();
        self.free_singles.push(single);
        // `self.hour` is that of the flow that is being added.
        let hour = Hour::default().bit_of(flow.start);
        self.insert_many(&flow, hour)
    }

    /// Builds a hash table of that many slots (a power of two).
    #[inline(never)]
    fn make_slots(&mut self, slots: usize) {
        // The old slots are freed first: the hashes are computed again from the pairs.
        self.slots = Vec::new();
        self.slots = vec![0; slots];
        self.shift = 32 - slots.ilog2();
        let (many, singles) = (std::mem::take(&mut self.many), std::mem::take(&mut self.singles));
        for (chunk, pairs) in many.chunks().flat_map(|chunk| chunk.chunks(64)).enumerate() {
            self.fill_slots(chunk as u32 * 64 + 1, pairs.iter().map(MultiFlowPair::key));
        }
        for (chunk, pairs) in singles.chunks().flat_map(|chunk| chunk.chunks(64)).enumerate() {
            self.fill_slots(SINGLE | (chunk as u32 * 64), pairs.iter().map(SingleFlowPair::key));
        }
        (self.many, self.singles) = (many, singles);
    }

    /// Puts the numbers of at most 64 pairs, from `number` on, into the first free slots of their hashes.
    fn fill_slots(&mut self, number: u32, keys: impl Iterator<Item = PairKey>) {
        let mut hashes = [None; 64];
        for (hash_of, key) in hashes.iter_mut().zip(keys) {
            *hash_of = (key.port != SingleFlowPair::FREE).then(|| hash(key, self.seed));
        }
        let slot = |hash: &u32| self.slots.get((hash >> self.shift) as usize).copied();
        // Loads all of them into the cache at the same time, as `touch` does.
        std::hint::black_box(hashes.iter().flatten().filter_map(slot).fold(0, |sum, slot| sum ^ slot));
        let mask = self.slots.len() - 1;
        for (number, hash) in (number..).zip(hashes) {
            let Some(hash) = hash else { continue };
            let mut at = (hash >> self.shift) as usize;
            while self.slots.get(at & mask).is_some_and(|taken| *taken != 0) {
                at += 1;
            }
            self.set_slot(at & mask, hash, number);
        }
    }

    /// Evicts small pairs until that many more flows fit. False if no pair can be evicted; the flows are then
    /// counted as rejected.
    #[inline(never)]
    fn evict_until_fits(&mut self, flows: usize) -> bool {
        while !self.fits(flows) {
            let Some(max_flows) = self.small_pairs().eviction_limit(self.len()) else {
                self.evicted.reject(flows as u64);
                return false;
            };
            let (pairs, flows) = self.evict_pairs(max_flows);
            self.evicted.evict(pairs, flows, max_flows.into());
        }
        true
    }

    fn small_pairs(&self) -> SmallPairs {
        let mut small = SmallPairs::default();
        for chunk in self.chunks() {
            chunk.for_each(|pair| small.add(pair.count()));
        }
        small
    }

    /// Evicts the pairs of at most `max_flows` flows. Returns how many pairs and flows these were.
    fn evict_pairs(&mut self, max_flows: u32) -> (u64, u64) {
        let (mut pairs, mut flows) = (0, 0);
        if max_flows > 0 {
            pairs = self.singles_len() as u64;
            flows = pairs;
            (self.singles, self.free_singles) = Default::default();
        }
        self.many.retain(|pair| {
            let keep = pair.count > max_flows;
            if !keep {
                pairs += 1;
                flows += u64::from(pair.count);
                self.arena.free(pair.tail());
            }
            keep
        });
        self.make_slots(self.slots.len());
        (pairs, flows)
    }

    /// All pairs, a few thousand at a time.
    pub fn chunks(&self) -> impl Iterator<Item = Chunk<'_>> {
        let arena = &self.arena;
        let many = self.many.chunks().map(StoredPairs::MultiFlow).zip((1..).step_by(CHUNK));
        let singles = self.singles.chunks().map(StoredPairs::SingleFlow).zip((SINGLE..).step_by(CHUNK));
        many.chain(singles).map(move |(pairs, number)| Chunk { number, pairs, arena })
    }

    /// The pair of that number.
    pub fn get(&self, number: u32) -> Option<PairRef<'_>> {
        let pair = match number & SINGLE == 0 {
            true => StoredPair::MultiFlow(self.many.get((number as usize).checked_sub(1)?)?),
            false => StoredPair::SingleFlow(self.singles.get((number ^ SINGLE) as usize)?),
        };
        Some(PairRef { number, pair, arena: &self.arena })
    }

    /// The pair of that key.
    pub fn find(&self, key: PairKey) -> Option<PairRef<'_>> {
        let (hash, mask) = (hash(key, self.seed), self.slots.len() - 1);
        let mut at = (hash >> self.shift) as usize;
        loop {
            let number = *self.slots.get(at & mask)? & NUMBER;
            if number == 0 {
                return None;
            }
            let pair = self.get(number)?;
            if pair.key() == key {
                return Some(pair);
            }
            at += 1;
        }
    }
}

/// A 32-bit hash of a key. Without the seed nobody can make input whose keys collide.
#[inline(always)]
fn hash(key: PairKey, seed: u64) -> u32 {
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
    use crate::model::flow::{Address, Connection};
    use crate::model::time::Timestamp;
    use crate::pairs::history::History;
    use crate::random::numbers;
    use std::collections::HashMap;

    #[test]
    fn every_pair_keeps_every_flow() {
        let mut table = PairTable::new(7, usize::MAX);
        let mut expected: HashMap<(u64, u32), Vec<Connection>> = HashMap::new();
        let mut next = numbers(1);
        for _ in 0..300 {
            let batch: Vec<FlowRow> = (0..next(300))
                .map(|_| {
                    let (source, destination) = (next(50) as u32, (next(4000) * next(4000) / 4000) as u32);
                    let key = PairKey::new(Address::V4(source), Address::V6(destination), next(3) as u16);
                    let start = 1_700_000_000_000_000 + next(1 << 30) as i64 * 1000;
                    FlowRow { key, start, bytes_sent: next(1 << 20), bytes_received: next(1 << 30) }
                })
                .collect();
            for flow in &batch {
                let connection = Connection {
                    start: Timestamp::unchecked(flow.start),
                    bytes_sent: flow.bytes_sent,
                    bytes_received: flow.bytes_received,
                };
                expected.entry((flow.key.addresses, flow.key.port)).or_default().push(connection);
            }
            table.add(&batch);
        }
        assert_eq!(table.len(), expected.len());
        let mut history = History::default();
        let mut seen = 0;
        for chunk in table.chunks() {
            chunk.for_each(|pair| {
                let key = pair.key();
                pair.read(&mut history);
                assert_eq!(Some(&history.connections), expected.get(&(key.addresses, key.port)));
                assert_eq!(pair.count(), history.connections.len() as u64);
                assert_eq!(table.find(key).map(|found| found.number), Some(pair.number));
                seen += 1;
            });
        }
        assert_eq!(seen, expected.len());
        assert!(table.find(PairKey::new(Address::V4(1), Address::V4(1), 1)).is_none());
    }
}
