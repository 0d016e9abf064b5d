//! Logs and older segments of a partition → one segment.
//!
//! Two passes over the flows, both inside the cache: the first counts flows and bytes of each pair, then the pairs
//! are laid out, and the second writes each flow to its place. Older segments come first; their histories are
//! copied as they are, except for the step that joins each to the flow before it.

use super::history::{Encoded, encode, encoded_len, link, step_len};
use super::log::Log;
use super::segment::{MultiFlowPair, Segment, SingleFlowPair, SourceRange, StoredPair, key};
use crate::model::pair_key::{FlowRow, PairKey};
use crate::model::time::HOUR;

/// One of the parts of a partition; they are as many as a power of two.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Part {
    pub seed: u64,
    /// Binary logarithm of the number of parts.
    pub bits: u32,
    pub number: usize,
}

impl Part {
    /// The number of the part that a pair belongs to.
    #[inline(always)]
    pub fn number_of(key: PairKey, seed: u64, bits: u32) -> usize {
        (u64::from(hash(key, seed)) >> (32 - bits)) as usize
    }

    #[inline(always)]
    fn contains(self, key: PairKey) -> bool {
        self.bits == 0 || Part::number_of(key, self.seed, self.bits) == self.number
    }
}

/// Makes segments, and keeps its memory from one to the next.
#[derive(Debug)]
pub(super) struct Grouper {
    seed: u64,
    /// Numbers of pairs by hash; above all numbers if empty.
    slots: Vec<u32>,
    pairs: Vec<GroupedPair>,
    /// The pair of each flow and of each stored history, in the order of reading.
    pair_of: Vec<u32>,
    hour: Hour,
}

#[derive(Debug, Clone, Copy)]
struct GroupedPair {
    key: PairKey,
    hash: u32,
    count: u32,
    hours: u32,
    /// Whether it becomes a [`SingleFlowPair`].
    is_single: bool,
    /// Flows and histories that are not written yet.
    to_write: u32,
    /// First: bytes of its history. Then: where its next flow goes, in that page of the histories.
    at: usize,
    page: usize,
    first: i64,
    last: i64,
}

const EMPTY: u32 = u32::MAX;

/// The hour of the last flow: most flows share it with the one before, and a division costs more than a comparison.
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

impl Default for Hour {
    fn default() -> Self {
        Hour { start: i64::MIN, bit: 0 }
    }
}

impl Grouper {
    pub fn new(seed: u64) -> Self {
        Grouper {
            seed,
            slots: vec![EMPTY; 1 << 10],
            pairs: Vec::new(),
            pair_of: Vec::new(),
            hour: Hour::default(),
        }
    }

    /// The segment of all flows of older segments whose pairs belong to the part, and of the log, in this order.
    pub fn group(&mut self, older: &[&Segment], part: Part, log: &mut Log) -> Segment {
        self.pairs.clear();
        self.pair_of.clear();
        self.slots.fill(EMPTY);
        for segment in older {
            self.count_segment(segment, part);
        }
        self.count_log(log);
        let mut segment = self.lay_out();
        let mut writer =
            Writer { pairs: &mut self.pairs, pair_of: self.pair_of.iter(), segment: &mut segment };
        for segment in older {
            writer.write_segment(segment, part);
        }
        writer.write_log(log);
        segment
    }

    #[inline(never)]
    fn count_log(&mut self, log: &Log) {
        self.pair_of.reserve(log.len());
        log.for_each(|flow| self.count_flow(flow));
    }

    #[inline(never)]
    fn count_segment(&mut self, segment: &Segment, part: Part) {
        segment.for_each_multi_flow(|_, source, stored| {
            let StoredPair::MultiFlow(pair, _) = stored else { return };
            let key = key(source, pair.destination, pair.port);
            if part.contains(key) {
                self.count_history(key, pair);
            }
        });
        segment.for_each_single_flow(|_, source, pair| {
            let flow = flow_of(source, pair);
            if part.contains(flow.key) {
                self.count_flow(&flow);
            }
        });
    }

    #[inline(always)]
    fn count_flow(&mut self, flow: &FlowRow) {
        let hour = self.hour.bit_of(flow.start);
        let number = self.number_of(flow.key);
        self.pair_of.push(number);
        let Some(pair) = self.pairs.get_mut(number as usize) else { return };
        if pair.to_write == 0 {
            (pair.first, pair.last) = (flow.start, flow.start);
            pair.is_single = SingleFlowPair::fits(flow);
        }
        pair.at += encoded_len(flow.start - pair.last, flow.bytes_sent, flow.bytes_received);
        pair.last = flow.start;
        pair.count = pair.count.saturating_add(1);
        pair.to_write += 1;
        pair.hours |= hour;
    }

    #[inline(always)]
    fn count_history(&mut self, key: PairKey, stored: &MultiFlowPair) {
        let number = self.number_of(key);
        self.pair_of.push(number);
        let Some(pair) = self.pairs.get_mut(number as usize) else { return };
        if pair.to_write == 0 {
            (pair.first, pair.last) = (stored.first, stored.first);
        }
        pair.is_single = false;
        pair.at += stored.history_len as usize + step_len(stored.first - pair.last);
        pair.last = stored.last;
        pair.count = pair.count.saturating_add(stored.count);
        pair.to_write += 1;
        pair.hours |= stored.hours;
    }

    /// The number of a pair, which is added if it is new.
    #[inline(always)]
    fn number_of(&mut self, key: PairKey) -> u32 {
        let hash = hash(key, self.seed);
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        while let Some(&number) = self.slots.get(at) {
            // An empty slot's number is that of no pair.
            match self.pairs.get(number as usize) {
                Some(pair) if pair.key == key => return number,
                Some(_) => at = (at + 1) & mask,
                None => break,
            }
        }
        let number = self.pairs.len() as u32;
        if let Some(slot) = self.slots.get_mut(at) {
            *slot = number;
        }
        self.add(key, hash);
        number
    }

    #[inline(always)]
    fn add(&mut self, key: PairKey, hash: u32) {
        self.pairs.push(GroupedPair {
            key,
            hash,
            count: 0,
            hours: 0,
            is_single: false,
            to_write: 0,
            at: 0,
            page: 0,
            first: 0,
            last: 0,
        });
        if self.pairs.len() * 4 > self.slots.len() * 3 {
            self.grow();
        }
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self) {
        let slots = self.slots.len() * 2;
        self.slots = vec![EMPTY; slots];
        for (number, pair) in (0..).zip(&self.pairs) {
            let mut at = pair.hash as usize & (slots - 1);
            while self.slots.get(at).is_some_and(|taken| *taken != EMPTY) {
                at = (at + 1) & (slots - 1);
            }
            if let Some(slot) = self.slots.get_mut(at) {
                *slot = number;
            }
        }
    }

    /// Gives every pair its place in a segment whose histories are still to be written.
    #[inline(never)]
    fn lay_out(&mut self) -> Segment {
        for pair in &mut self.pairs {
            pair.is_single &= pair.count == 1;
        }
        let mut order: Vec<(u64, u32, u32)> = self
            .pairs
            .iter()
            .zip(0..)
            .map(|(pair, number)| (pair.key.addresses, pair.key.port, number))
            .collect();
        order.sort_unstable();
        let singles = self.pairs.iter().filter(|pair| pair.is_single).count();
        let mut segment = Segment::default();
        let several = self.pairs.len() - singles;
        for (addresses, _, number) in order {
            let Some(pair) = self.pairs.get_mut(number as usize) else { continue };
            if pair.is_single {
                pair.at = segment.singles.len();
                segment.singles.push(SingleFlowPair::default(), singles);
            } else {
                let history = segment.histories.reserve(pair.at);
                let multi_flow = MultiFlowPair {
                    destination: pair.key.addresses as u32,
                    port: pair.key.port,
                    count: pair.count,
                    hours: pair.hours,
                    history,
                    history_len: pair.at as u32,
                    first: pair.first,
                    last: pair.last,
                };
                segment.several.push(multi_flow, several);
                (pair.page, pair.at) = (history.page(), history.offset());
            }
            pair.last = pair.first;
            let (multi_flow_end, single_flow_end) =
                (segment.several.len() as u32, segment.singles.len() as u32);
            match segment.sources.last_mut() {
                Some(range) if u64::from(range.source) == addresses >> 32 => {
                    (range.multi_flow_end, range.single_flow_end) = (multi_flow_end, single_flow_end);
                }
                _ => segment.sources.push(SourceRange {
                    source: (addresses >> 32) as u32,
                    multi_flow_end,
                    single_flow_end,
                }),
            }
        }
        segment.sources.shrink_to_fit();
        segment.histories.shrink_to_fit();
        segment
    }
}

/// A single flow as it was before it was stored.
fn flow_of(source: u32, pair: &SingleFlowPair) -> FlowRow {
    let connection = pair.connection();
    FlowRow {
        key: key(source, pair.destination, pair.port),
        start: connection.start.as_micros(),
        bytes_sent: connection.bytes_sent,
        bytes_received: connection.bytes_received,
    }
}

/// The second pass.
struct Writer<'a> {
    pairs: &'a mut [GroupedPair],
    pair_of: std::slice::Iter<'a, u32>,
    segment: &'a mut Segment,
}

impl Writer<'_> {
    #[inline(never)]
    fn write_log(&mut self, log: &mut Log) {
        log.drain(|flow| self.write_flow(flow));
    }

    #[inline(never)]
    fn write_segment(&mut self, older: &Segment, part: Part) {
        older.for_each_multi_flow(|_, source, stored| {
            let StoredPair::MultiFlow(pair, bytes) = stored else { return };
            if part.contains(key(source, pair.destination, pair.port)) {
                self.write_history(pair, bytes);
            }
        });
        older.for_each_single_flow(|_, source, pair| {
            let flow = flow_of(source, pair);
            if part.contains(flow.key) {
                self.write_flow(&flow);
            }
        });
    }

    #[inline(always)]
    fn write_flow(&mut self, flow: &FlowRow) {
        let Some(&number) = self.pair_of.next() else { return };
        let Some(pair) = self.pairs.get_mut(number as usize) else { return };
        if pair.is_single {
            if let Some(single) = self.segment.singles.get_mut(pair.at) {
                *single = SingleFlowPair::new(flow);
            }
            return;
        }
        let encoded = encode(flow.start - pair.last, flow.bytes_sent, flow.bytes_received);
        pair.last = flow.start;
        pair.to_write -= 1;
        let histories = self.segment.histories.page_mut(pair.page);
        pair.at += match encoded {
            // It touches up to six bytes behind its end, where two more flows of at least three bytes each follow.
            Encoded::Short(short) if pair.to_write >= 2 => {
                short.put(histories, pair.at);
                short.len
            }
            Encoded::Short(short) => {
                let mut bytes = [0; 24];
                short.put(&mut bytes, 0);
                copy(histories, pair.at, &bytes, short.len)
            }
            Encoded::Long(bytes, len) => copy(histories, pair.at, &bytes, len),
        };
    }

    /// Appends the history of a pair: what changes is its first control byte and step.
    #[inline(always)]
    fn write_history(&mut self, stored: &MultiFlowPair, bytes: &[u8]) {
        let Some(&number) = self.pair_of.next() else { return };
        let Some(pair) = self.pairs.get_mut(number as usize) else { return };
        let (first, first_len) = link(bytes.first().copied().unwrap_or_default(), stored.first - pair.last);
        pair.last = stored.last;
        pair.to_write -= 1;
        let histories = self.segment.histories.page_mut(pair.page);
        pair.at += copy(histories, pair.at, &first, first_len);
        let rest = bytes.get(1..stored.history_len as usize).unwrap_or_default();
        pair.at += copy(histories, pair.at, rest, rest.len());
    }
}

/// Copies the first `len` bytes to a place; answers `len`.
#[inline(always)]
fn copy(histories: &mut [u8], at: usize, bytes: &[u8], len: usize) -> usize {
    if let (Some(place), Some(bytes)) = (histories.get_mut(at..at + len), bytes.get(..len)) {
        place.copy_from_slice(bytes);
    }
    len
}

/// 32 well-mixed bits of a key. The seed keeps input from being made to collide.
#[inline(always)]
pub(super) fn hash(key: PairKey, seed: u64) -> u32 {
    let mut mixed = (key.addresses ^ seed).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed ^= mixed >> 32;
    mixed = (mixed ^ u64::from(key.port).wrapping_mul(0xD6E8_FEB8_6659_FD93)).wrapping_add(seed);
    mixed = mixed.wrapping_mul(0xA076_1D64_78BD_642F);
    mixed ^= mixed >> 29;
    (mixed.wrapping_mul(0xE703_7ED1_A0B4_28DB) >> 32) as u32
}
