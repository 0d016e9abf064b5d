//! The pairs of a dataset: flows are appended to partitions, and sealed into segments when they are read.

use std::sync::{Mutex, OnceLock, PoisonError};

use super::eviction::{EvictionStats, SmallPairs};
use super::group::{Grouper, Part};
use super::log::Log;
use super::pair_ref::{Chunk, PairRef, SINGLE};
use super::segment::{Place, Segment, key};
use crate::model::flow::Address;
use crate::model::pair_key::{FlowRow, PairKey};

/// Partitions of a dataset without a memory limit. From 128 to 512 are equally fast.
const PARTITION_BITS: u32 = 8;
/// A memory limit has at least so many bytes for each partition, as its last page is half empty on average.
const BYTES_PER_PARTITION: usize = 512 << 10;
/// A partition's log of that many bytes is sealed while reading: a segment of it is made inside the cache.
/// Tests seal often.
const SEAL_AT: usize = if cfg!(test) { 1 << 14 } else { 1 << 20 };
/// A partition of more flows is divided by pair, so that each part is made inside the cache; one busy source may
/// have most of the flows.
const FLOWS_PER_PART: u64 = if cfg!(test) { 1 << 10 } else { 1 << 18 };
/// The most parts of a partition, as a power of two.
const MAX_PART_BITS: u32 = 10;
/// Upper bound of the bytes of a flow: 35 in a log; in a segment 77, if pair and source are its own.
const MAX_FLOW_BYTES: usize = 80;

/// All pairs with their histories.
#[derive(Debug)]
pub(crate) struct PairTable {
    seed: u64,
    partition_bits: u32,
    /// What is not sealed yet; in a mutex, as the first read seals it.
    pending: Mutex<Vec<Partition>>,
    sealed: OnceLock<Sealed>,
    /// Bytes of the segments in `pending`, and bytes and flows of its logs.
    segment_bytes: usize,
    log_bytes: usize,
    log_flows: usize,
    /// Flows that were added since it was sealed last.
    new_flows: usize,
    /// Pairs when it was sealed last.
    known_pairs: usize,
    /// Bytes of memory that may be used, and those of them that others use.
    max_bytes: usize,
    pub used_by_others: usize,
    /// Whether new flows are rejected, as no pair can be evicted.
    is_full: bool,
    evicted: EvictionStats,
}

#[derive(Debug, Default)]
struct Partition {
    /// The segment of each part. They are as many as a power of two, or none.
    parts: Vec<Segment>,
    /// Segments of full logs, with pairs of all parts. Their flows came after those of `parts`.
    recent: Vec<Segment>,
    /// The flows that came last.
    log: Log,
}

/// All flows as segments.
#[derive(Debug, Default)]
struct Sealed {
    /// The segments of a partition, one for each of its parts.
    partitions: Vec<Vec<Segment>>,
    /// Of each segment: the numbers of its first pairs.
    first_numbers: Vec<FirstNumbers>,
    several: usize,
    singles: usize,
    bytes: usize,
}

#[derive(Debug, Clone, Copy)]
struct FirstNumbers {
    partition: u32,
    part: u32,
    several: u32,
    singles: u32,
}

impl Default for PairTable {
    fn default() -> Self {
        PairTable::new(0, usize::MAX)
    }
}

impl PairTable {
    /// An empty table that will not use more than `max_bytes` of memory.
    pub fn new(seed: u64, max_bytes: usize) -> Self {
        let fitting = (max_bytes / BYTES_PER_PARTITION).max(1).ilog2();
        let partition_bits = PARTITION_BITS.min(fitting);
        let mut partitions = Vec::new();
        partitions.resize_with(1 << partition_bits, Partition::default);
        PairTable {
            seed,
            partition_bits,
            pending: Mutex::new(partitions),
            sealed: OnceLock::new(),
            segment_bytes: 0,
            log_bytes: 0,
            log_flows: 0,
            new_flows: 0,
            known_pairs: 0,
            max_bytes,
            used_by_others: 0,
            is_full: false,
            evicted: EvictionStats::default(),
        }
    }

    /// The secret of its hashes.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Number of pairs.
    pub fn len(&self) -> usize {
        self.sealed().several + self.sealed().singles
    }

    /// Number of pairs as far as it is known without sealing: of flows that were added since, it counts none.
    pub fn known_len(&self) -> usize {
        self.sealed.get().map_or(self.known_pairs, |sealed| sealed.several + sealed.singles)
    }

    /// Upper bound of the number of pairs.
    pub fn max_len(&self) -> usize {
        self.known_len() + if self.sealed.get().is_some() { 0 } else { self.new_flows }
    }

    /// Number of pairs of a single flow, all of which are in chunks [of such](Chunk::is_of_singles).
    pub fn singles_len(&self) -> usize {
        self.sealed().singles
    }

    /// What was evicted or rejected to stay within the memory limit.
    pub fn evicted(&self) -> EvictionStats {
        self.evicted
    }

    /// Bytes of memory in use.
    pub fn bytes(&self) -> usize {
        self.sealed.get().map_or(self.segment_bytes + self.log_bytes, |sealed| sealed.bytes)
    }

    /// Adds the flows of a batch.
    #[inline(never)]
    pub fn add(&mut self, batch: &[FlowRow]) {
        if batch.is_empty() || !self.make_room(batch.len()) {
            return;
        }
        self.unseal();
        let (shift, seed) = (64 - self.partition_bits, self.seed);
        let partitions = self.pending.get_mut().unwrap_or_else(PoisonError::into_inner);
        let mut full = false;
        for flow in batch {
            let Some(partition) = partitions.get_mut(partition_of(flow.key, seed, shift)) else { continue };
            let grown = partition.log.append(flow);
            if grown > 0 {
                self.log_bytes += grown;
                full |= partition.log.bytes() >= SEAL_AT;
            }
        }
        self.log_flows += batch.len();
        self.new_flows += batch.len();
        if full {
            self.seal_full_logs();
        }
    }

    /// Whether that many more flows fit into a share of the memory limit, in logs and when they are sealed.
    fn fits(&self, flows: usize, share: usize, of: usize) -> bool {
        // Each may begin a page of its own partition.
        let pages = flows.min(1 << self.partition_bits) * Log::MAX_GROWTH;
        let unsealed = self.segment_bytes + self.log_bytes.max(self.log_flows * MAX_FLOW_BYTES);
        let used = self.sealed.get().map_or(unsealed, |sealed| sealed.bytes);
        let used = used.saturating_add(self.used_by_others);
        used.saturating_add(flows * MAX_FLOW_BYTES + pages) <= self.max_bytes / of * share
    }

    /// Turns what was sealed into the older part of what is pending.
    fn unseal(&mut self) {
        let Some(sealed) = self.sealed.take() else { return };
        self.known_pairs = sealed.several + sealed.singles;
        self.segment_bytes = sealed.bytes;
        (self.log_bytes, self.log_flows, self.new_flows) = (0, 0, 0);
        let partitions = self.pending.get_mut().unwrap_or_else(PoisonError::into_inner);
        for (partition, parts) in partitions.iter_mut().zip(sealed.partitions) {
            partition.parts = parts;
        }
    }

    /// Makes segments of the logs that are large.
    #[cold]
    #[inline(never)]
    fn seal_full_logs(&mut self) {
        let mut grouper = Grouper::new(self.seed);
        let partitions = self.pending.get_mut().unwrap_or_else(PoisonError::into_inner);
        for partition in partitions.iter_mut().filter(|partition| partition.log.bytes() >= SEAL_AT) {
            self.log_bytes -= partition.log.bytes();
            self.log_flows -= partition.log.len();
            let segment = grouper.group(&[], Part::default(), &mut partition.log);
            self.segment_bytes += segment.bytes();
            partition.recent.push(segment);
        }
    }

    /// All flows as segments, which are made first if there are new flows.
    fn sealed(&self) -> &Sealed {
        self.sealed.get_or_init(|| {
            let mut partitions = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
            let mut grouper = Grouper::new(self.seed);
            let mut sealed = Sealed::default();
            for partition in partitions.iter_mut() {
                sealed.add(partition.seal(&mut grouper, self.seed));
            }
            sealed
        })
    }

    /// Whether that many more flows fit, after evicting small pairs if need be; otherwise they are counted as rejected.
    #[inline(always)]
    fn make_room(&mut self, flows: usize) -> bool {
        (!self.is_full && self.fits(flows, 1, 1)) || self.evict_until_fits(flows)
    }

    /// Makes room for a quarter of the limit, so that the next time is far off.
    #[cold]
    #[inline(never)]
    fn evict_until_fits(&mut self, flows: usize) -> bool {
        // How much memory they need is known when they are sealed, and mostly less than the bound.
        self.sealed();
        while !self.is_full && !self.fits(flows, 3, 4) {
            let Some(max_flows) = self.small_pairs().eviction_limit(self.len()) else {
                self.is_full = !self.fits(flows, 15, 16);
                break;
            };
            let (evicted_pairs, evicted_flows) = self.evict_pairs(max_flows);
            self.evicted.evict(evicted_pairs, evicted_flows, max_flows.into());
        }
        if self.is_full {
            self.evicted.reject(flows as u64);
        }
        !self.is_full
    }

    fn small_pairs(&self) -> SmallPairs {
        let mut small = SmallPairs::default();
        self.chunks().for_each(|chunk| chunk.for_each(|pair| small.add(pair.count())));
        small
    }

    /// Evicts the pairs of at most `max_flows` flows; answers how many pairs and flows that were. It is sealed.
    fn evict_pairs(&mut self, max_flows: u32) -> (u64, u64) {
        let mut kept = Sealed::default();
        let (mut pairs, mut flows) = (0, 0);
        for segments in self.sealed.take().unwrap_or_default().partitions {
            let smaller = segments.into_iter().map(|segment| {
                let smaller = segment.without(max_flows);
                pairs += (segment.len() - smaller.len()) as u64;
                flows += segment.flows() - smaller.flows();
                smaller
            });
            kept.add(smaller.collect());
        }
        self.sealed = OnceLock::from(kept);
        (pairs, flows)
    }

    /// All pairs, a segment at a time.
    pub fn chunks(&self) -> impl Iterator<Item = Chunk<'_>> {
        let sealed = self.sealed();
        let segments = sealed.partitions.iter().flatten().zip(&sealed.first_numbers);
        segments.flat_map(|(segment, first)| {
            [Chunk { segment, number: first.several }, Chunk { segment, number: SINGLE | first.singles }]
        })
    }

    /// Every source for which `is_wanted` answers true of a key with this source, with all its pairs in order of
    /// destination and port.
    pub fn for_each_source<'a>(
        &'a self,
        is_wanted: impl Fn(PairKey) -> bool,
        mut each: impl FnMut(Address, &[PairRef<'a>]),
    ) {
        let sealed = self.sealed();
        let mut first_numbers = sealed.first_numbers.as_slice();
        let (mut pairs, mut order) = (Vec::new(), Vec::new());
        for parts in &sealed.partitions {
            let (of_parts, others) = first_numbers.split_at_checked(parts.len()).unwrap_or_default();
            first_numbers = others;
            let mut cursors: Vec<SourceCursor<'_>> = parts
                .iter()
                .zip(of_parts)
                .map(|(segment, first)| SourceCursor { segment, first, at: 0 })
                .collect();
            while let Some(source) = cursors.iter().filter_map(SourceCursor::source).min() {
                let is_wanted = is_wanted(key(source, 0, 0));
                pairs.clear();
                for cursor in cursors.iter_mut().filter(|cursor| cursor.source() == Some(source)) {
                    if is_wanted {
                        cursor.add_pairs(source, &mut pairs);
                    }
                    cursor.at += 1;
                }
                sort_by_key(&mut pairs, &mut order);
                // An IPv4 address and the number of an IPv6 address may have the same bits.
                for of_source in pairs.chunk_by(|a, b| a.key().source() == b.key().source()) {
                    if let Some(first) = of_source.first() {
                        each(first.key().source(), of_source);
                    }
                }
            }
        }
    }

    /// The pair of that key.
    pub fn find(&self, key: PairKey) -> Option<PairRef<'_>> {
        let sealed = self.sealed();
        let partition = partition_of(key, self.seed, 64 - self.partition_bits);
        let segments = sealed.partitions.get(partition)?;
        let part = Part::number_of(key, self.seed, segments.len().max(1).ilog2());
        let segment = segments.get(part)?;
        let place = segment.find(key)?;
        let at = sealed
            .first_numbers
            .partition_point(|first| (first.partition as usize, first.part as usize) < (partition, part));
        let first = sealed.first_numbers.get(at)?;
        let number = first.number(place);
        Some(PairRef { number, source: (key.addresses >> 32) as u32, stored: segment.get(place)? })
    }
}

/// The partition of a pair: that of its source.
#[inline(always)]
fn partition_of(key: PairKey, seed: u64, shift: u32) -> usize {
    let mixed = ((key.addresses >> 32) ^ seed).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    // Without partitions there is no bit to take.
    mixed.checked_shr(shift).unwrap_or(0) as usize
}

/// Sorts pairs of sources with the same bits by source, destination and port. `order` is a buffer; its items are of a
/// type that segments sort as well, which saves code.
fn sort_by_key(pairs: &mut Vec<PairRef<'_>>, order: &mut Vec<(u64, u32, u32)>) {
    order.clear();
    order.extend(pairs.iter().zip(0..).map(|(pair, place)| {
        let key = pair.key();
        let is_v6 = u64::from(matches!(key.source(), Address::V6(_)));
        (is_v6 << 63 | key.destination().word(), key.destination_port().into(), place)
    }));
    if !order.is_sorted() {
        order.sort_unstable();
        *pairs = order.iter().filter_map(|(.., place)| pairs.get(*place as usize).copied()).collect();
    }
}

/// The next source of a segment.
struct SourceCursor<'a> {
    segment: &'a Segment,
    first: &'a FirstNumbers,
    at: usize,
}

impl<'a> SourceCursor<'a> {
    fn source(&self) -> Option<u32> {
        self.segment.source(self.at)
    }

    fn add_pairs(&self, source: u32, pairs: &mut Vec<PairRef<'a>>) {
        let Some((several, singles)) = self.segment.places_of(self.at) else { return };
        for place in several.map(Place::MultiFlow).chain(singles.map(Place::SingleFlow)) {
            if let Some(stored) = self.segment.get(place) {
                pairs.push(PairRef { number: self.first.number(place), source, stored });
            }
        }
    }
}

impl FirstNumbers {
    /// The number of a pair of the segment.
    fn number(&self, place: Place) -> u32 {
        match place {
            Place::MultiFlow(place) => self.several + place as u32,
            Place::SingleFlow(place) => SINGLE | (self.singles + place as u32),
        }
    }
}

impl Partition {
    /// All its flows as one segment per part.
    fn seal(&mut self, grouper: &mut Grouper, seed: u64) -> Vec<Segment> {
        if self.log.len() == 0 && self.recent.is_empty() {
            return std::mem::take(&mut self.parts);
        }
        let bits_before = self.parts.len().max(1).ilog2();
        let wanted = (self.flows() / FLOWS_PER_PART).max(1).ilog2();
        let bits = wanted.min(MAX_PART_BITS).max(bits_before);
        let mut parts = std::mem::take(&mut self.parts);
        if parts.is_empty() {
            parts.push(Segment::default());
        }
        let recent = std::mem::take(&mut self.recent);
        let mut logs = self.divide_log(bits, seed).into_iter().zip(0..);
        let mut sealed = Vec::with_capacity(1 << bits);
        // Each part is divided into as many as all others, which are neighbours in order.
        for part in parts {
            let older: Vec<&Segment> = [&part].into_iter().chain(&recent).collect();
            for (mut log, number) in logs.by_ref().take(1 << (bits - bits_before)) {
                sealed.push(grouper.group(&older, Part { seed, bits, number }, &mut log));
            }
        }
        sealed
    }

    fn flows(&self) -> u64 {
        let segments = self.parts.iter().chain(&self.recent).map(Segment::flows);
        segments.sum::<u64>() + self.log.len() as u64
    }

    /// The log, as one for each part.
    fn divide_log(&mut self, bits: u32, seed: u64) -> Vec<Log> {
        if bits == 0 {
            return vec![std::mem::take(&mut self.log)];
        }
        let mut logs: Vec<Log> = Vec::new();
        logs.resize_with(1 << bits, Log::default);
        self.log.drain(|flow| {
            if let Some(log) = logs.get_mut(Part::number_of(flow.key, seed, bits)) {
                log.append(flow);
            }
        });
        logs
    }
}

impl Sealed {
    /// Adds the segments of the next partition.
    fn add(&mut self, segments: Vec<Segment>) {
        for (part, segment) in (0..).zip(&segments) {
            self.first_numbers.push(FirstNumbers {
                partition: self.partitions.len() as u32,
                part,
                several: self.several as u32,
                singles: self.singles as u32,
            });
            self.several += segment.several.len();
            self.singles += segment.singles.len();
            self.bytes += segment.bytes();
        }
        self.partitions.push(segments);
    }
}

#[cfg(test)]
mod tests {
    use super::super::history::History;
    use super::*;
    use crate::model::flow::Connection;
    use crate::model::time::Timestamp;
    use crate::random::numbers;
    use std::collections::BTreeMap;

    type Expected = BTreeMap<(u64, u32), Vec<Connection>>;

    fn assert_holds(table: &PairTable, expected: &Expected) {
        let mut history = History::default();
        let mut seen = 0;
        for chunk in table.chunks() {
            let is_of_singles = chunk.is_of_singles();
            chunk.for_each(|pair| {
                let key = pair.key();
                pair.read(&mut history);
                assert_eq!(Some(&history.connections), expected.get(&(key.addresses, key.port)));
                assert_eq!(pair.count(), history.connections.len() as u64);
                assert!(!is_of_singles || pair.count() == 1);
                assert_eq!(table.find(key).map(|found| found.number), Some(pair.number));
                seen += 1;
            });
        }
        assert_eq!((seen, table.len()), (expected.len(), expected.len()));
        let mut by_source = Vec::new();
        table.for_each_source(
            |_| true,
            |source, pairs| {
                assert!(pairs.iter().all(|pair| pair.key().source() == source));
                let order =
                    |pair: &PairRef<'_>| (pair.key().destination().word(), pair.key().destination_port());
                assert!(pairs.is_sorted_by_key(order));
                by_source.push((source.word(), pairs.len()));
            },
        );
        assert_eq!(by_source.iter().map(|(_, pairs)| pairs).sum::<usize>(), expected.len());
        by_source.sort_unstable();
        assert!(by_source.is_sorted_by(|a, b| a.0 < b.0), "each source once");
    }

    /// Adds random flows in batches, and reads all now and then.
    fn fill(table: &mut PairTable, expected: &mut Expected, batches: u64, sources: u64, destinations: u64) {
        let mut next = numbers(batches + sources);
        for batch in 0..batches {
            let flows: Vec<FlowRow> = (0..next(300))
                .map(|_| {
                    let source = Address::V4(next(sources) as u32);
                    let destination = (next(destinations) * next(destinations) / destinations) as u32;
                    let destination =
                        if next(9) == 0 { Address::V6(destination) } else { Address::V4(destination) };
                    FlowRow {
                        key: PairKey::new(source, destination, next(3) as u16),
                        start: 1_700_000_000_000_000 + next(1 << 30) as i64 * 1000,
                        bytes_sent: next(1 << 20) << next(20),
                        bytes_received: next(1 << 30),
                    }
                })
                .collect();
            for FlowRow { key, start, bytes_sent, bytes_received } in flows.iter().copied() {
                let connection =
                    Connection { start: Timestamp::unchecked(start), bytes_sent, bytes_received };
                expected.entry((key.addresses, key.port)).or_default().push(connection);
            }
            table.add(&flows);
            if batch % 97 == 50 {
                assert_holds(table, expected);
            }
        }
    }

    #[test]
    fn every_pair_keeps_every_flow_in_order() {
        let (mut table, mut expected) = (PairTable::new(7, usize::MAX), Expected::new());
        fill(&mut table, &mut expected, 300, 50, 4000);
        assert_holds(&table, &expected);
        assert!(table.find(PairKey::new(Address::V4(1), Address::V4(4_000_000), 1)).is_none());
    }

    #[test]
    fn a_history_longer_than_a_page_comes_back_whole() {
        let (mut table, mut expected) = (PairTable::new(7, usize::MAX), Expected::new());
        fill(&mut table, &mut expected, 100, 1, 1);
        assert_holds(&table, &expected);
    }

    #[test]
    fn one_source_with_most_flows_is_divided_by_pair() {
        let (mut table, mut expected) = (PairTable::new(3, usize::MAX), Expected::new());
        fill(&mut table, &mut expected, 300, 2, 300);
        assert!(table.sealed().partitions.iter().any(|segments| segments.len() > 1));
        assert_holds(&table, &expected);
        fill(&mut table, &mut expected, 30, 2, 300);
        assert_holds(&table, &expected);
    }

    #[test]
    fn small_pairs_give_way_at_the_memory_limit_and_all_flows_are_counted() {
        const LIMIT: usize = 10 << 20;
        let mut table = PairTable::new(3, LIMIT);
        let (mut next, mut added) = (numbers(5), 0);
        for start in 0..400 {
            let flows: Vec<FlowRow> = (0..5000)
                .map(|_| FlowRow {
                    key: PairKey::new(Address::V4(next(200) as u32), Address::V4(next(1 << 24) as u32), 443),
                    start: start * 1_000_000,
                    ..FlowRow::default()
                })
                .chain([FlowRow {
                    key: PairKey::new(Address::V4(1), Address::V4(1), 1),
                    ..FlowRow::default()
                }])
                .collect();
            added += flows.len() as u64;
            table.add(&flows);
            // Each flow is in a pair of its own, which takes more memory in a segment than in a log.
            if start % 7 == 0 {
                table.sealed();
            }
            assert!(table.bytes() <= LIMIT, "{}", table.bytes());
        }
        let mut stored = 0;
        table.chunks().for_each(|chunk| chunk.for_each(|pair| stored += pair.count()));
        let evicted = table.evicted();
        assert_eq!(stored + evicted.flows, added);
        assert!(evicted.pairs > 0 && evicted.flows_rejected == 0, "{evicted:?}");
        let often = table.find(PairKey::new(Address::V4(1), Address::V4(1), 1)).map_or(0, PairRef::count);
        assert!(often + evicted.max_undercount >= 400, "{often} {evicted:?}");
    }
}
