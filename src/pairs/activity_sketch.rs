//! Upper bounds on each source's activity over time, so that burst and scan hunts read few histories.
//!
//! Sources share cells, and times that differ by a multiple of 19 hours share a bucket. A count may therefore be too
//! high, but never too low.

use crate::model::pair_key::{FlowRow, PairKey};
use crate::model::time::MINUTE;

/// A bucket of time is 2³⁰ microseconds, about 18 minutes: a power of two, so that no flow needs a division.
const BUCKET_BITS: u32 = 30;
const BUCKETS: usize = 64;
const MIN_CELLS: usize = 64;
/// Beyond this number of cells, there is at most one cell per [`PAIRS_PER_CELL`] pairs: four bytes per pair.
const MAX_CELLS_OF_FEW_PAIRS: usize = 1 << 16;
const PAIRS_PER_CELL: usize = 32;

/// Flows of a bucket, and those of them that were not answered. 255 stands for any higher number.
type Counts = [u8; 2];
/// The number of flows to assume where the count is 255.
const SATURATED: u32 = 1 << 24;

/// A connection that received at most this many bytes was not answered with data: an Ethernet frame with an IPv6
/// and a TCP header and no data has 14 + 40 + 20 bytes. Connections of records without byte counts are unanswered.
pub(crate) const MAX_UNANSWERED_BYTES: u64 = 74;

/// At least `flows` flows within `minutes` minutes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ActivityThreshold {
    pub flows: u64,
    pub minutes: u64,
    /// Count only flows that were not answered with data.
    pub unanswered_only: bool,
}

/// The counts of all sources.
#[derive(Debug)]
pub(crate) struct ActivitySketch {
    /// All cells of a bucket, then those of the next: flows are roughly in order of time, so few cache lines are used
    /// at a time.
    counts: Vec<Counts>,
    cells: Cells,
    /// Which cells were used since the number of cells last grew, and how many.
    used: Vec<bool>,
    in_use: usize,
    /// Flows of all cells.
    flows: u64,
    /// Memory limit, in bytes.
    max_bytes: usize,
}

/// Assigns cells to sources: the highest bits of a hash.
#[derive(Debug, Clone, Copy)]
struct Cells {
    bits: u32,
    seed: u64,
}

impl Cells {
    fn count(self) -> usize {
        1 << self.bits
    }

    #[inline(always)]
    fn of(self, key: PairKey) -> usize {
        let source = key.addresses >> 32;
        ((source ^ self.seed).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - self.bits)) as usize
    }
}

impl Default for ActivitySketch {
    fn default() -> Self {
        ActivitySketch::new(0, 0)
    }
}

impl ActivitySketch {
    /// A sketch of at most `max_bytes`, or of the minimum size.
    pub fn new(seed: u64, max_bytes: usize) -> Self {
        let cells = Cells { bits: MIN_CELLS.ilog2(), seed };
        ActivitySketch {
            counts: vec![Counts::default(); BUCKETS * cells.count()],
            cells,
            used: vec![false; cells.count()],
            in_use: 0,
            flows: 0,
            max_bytes,
        }
    }

    /// Bytes of memory in use.
    pub fn bytes(&self) -> usize {
        size_of_val(self.counts.as_slice()) + self.used.len()
    }

    /// Counts the flows of a batch.
    #[inline(never)]
    pub fn add(&mut self, batch: &[FlowRow]) {
        self.flows += batch.len() as u64;
        for flow in batch {
            let bucket = (flow.start >> BUCKET_BITS) as usize % BUCKETS;
            let cell = self.cells.of(flow.key);
            if let Some(used) = self.used.get_mut(cell) {
                self.in_use += usize::from(!*used);
                *used = true;
            }
            let at = (bucket << self.cells.bits) + cell;
            if let Some([flows, unanswered]) = self.counts.get_mut(at) {
                *flows = flows.saturating_add(1);
                *unanswered =
                    unanswered.saturating_add(u8::from(flow.bytes_received <= MAX_UNANSWERED_BYTES));
            }
        }
    }

    /// Doubles the number of cells if most are in use. Each half of a cell keeps all its counts.
    pub fn grow_if_full(&mut self, pairs: usize) {
        let twice = self.cells.count() * 2;
        let is_full = self.in_use * 2 > self.cells.count();
        if !is_full
            || twice > MAX_CELLS_OF_FEW_PAIRS.max(pairs / PAIRS_PER_CELL)
            || self.bytes() * 2 > self.max_bytes
        {
            return;
        }
        let mut counts = Vec::with_capacity(self.counts.len() * 2);
        self.counts.iter().for_each(|of_cell| counts.extend([*of_cell; 2]));
        self.counts = counts;
        self.cells.bits += 1;
        (self.used, self.in_use) = (vec![false; twice], 0);
    }

    /// The sources that may have reached any of the thresholds.
    pub fn candidates(&self, thresholds: &[ActivityThreshold]) -> CandidateSources {
        let mut marked = vec![false; self.cells.count()];
        for threshold in thresholds.iter().filter(|threshold| threshold.flows <= self.flows) {
            self.mark(*threshold, &mut marked);
        }
        CandidateSources { cells: self.cells, marked }
    }

    /// Marks the cells that may have reached the threshold.
    fn mark(&self, threshold: ActivityThreshold, marked: &mut [bool]) {
        // A window may begin at the end of a bucket.
        let touched = threshold.minutes.saturating_mul(MINUTE as u64) >> BUCKET_BITS;
        let touched = (touched as usize + 2).min(BUCKETS);
        let mut sums = vec![0_u32; marked.len()];
        for bucket in 0..BUCKETS + touched {
            for (sum, entering) in sums.iter_mut().zip(self.weights(bucket, threshold)) {
                *sum += entering;
            }
            if bucket >= touched {
                for (sum, leaving) in sums.iter_mut().zip(self.weights(bucket - touched, threshold)) {
                    *sum -= leaving;
                }
            }
            for (marked, sum) in marked.iter_mut().zip(&sums) {
                *marked |= u64::from(*sum) >= threshold.flows;
            }
        }
    }

    /// Upper bound on the flows of each cell in a bucket.
    fn weights(&self, bucket: usize, threshold: ActivityThreshold) -> impl Iterator<Item = u32> {
        let from = (bucket % BUCKETS) << self.cells.bits;
        let counts = self.counts.get(from..from + self.cells.count()).unwrap_or_default();
        counts.iter().map(move |[flows, unanswered]| {
            let count = if threshold.unanswered_only { *unanswered } else { *flows };
            if count == u8::MAX { SATURATED } else { count.into() }
        })
    }
}

/// The sources that may have reached a threshold, and all that share a cell with one of them.
#[derive(Debug)]
pub(crate) struct CandidateSources {
    cells: Cells,
    marked: Vec<bool>,
}

impl CandidateSources {
    /// Whether the source of a pair is one of them.
    #[inline(always)]
    pub fn contains(&self, key: PairKey) -> bool {
        let cell = self.cells.of(key);
        self.marked.get(cell).copied().unwrap_or(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::flow::Address;
    use crate::random::numbers;

    fn flow(source: u32, start: i64, bytes_received: u64) -> FlowRow {
        FlowRow {
            key: PairKey::new(Address::V4(source), Address::V4(1), 1),
            start,
            bytes_sent: 0,
            bytes_received,
        }
    }

    /// The most flows of a source in any window, counted from the flows themselves.
    fn most(flows: &[FlowRow], source: u32, threshold: ActivityThreshold) -> u64 {
        let of_source = |flow: &&FlowRow| {
            flow.key.source() == Address::V4(source)
                && (!threshold.unanswered_only || flow.bytes_received <= MAX_UNANSWERED_BYTES)
        };
        let starts: Vec<i64> = flows.iter().filter(of_source).map(|flow| flow.start).collect();
        let length = threshold.minutes as i64 * MINUTE;
        let held =
            |end: &i64| starts.iter().filter(|start| *start <= end && *start > &(end - length)).count();
        starts.iter().map(|end| held(end) as u64).max().unwrap_or(0)
    }

    #[test]
    fn no_active_source_is_missed_and_few_others_are_named() {
        let mut next = numbers(3);
        let (mut named, mut truly) = (0, 0);
        for days in [1, 3] {
            let (mut sketch, mut flows) = (ActivitySketch::new(5, usize::MAX), Vec::new());
            for _ in 0..40 {
                let batch: Vec<FlowRow> = (0..500)
                    .map(|_| {
                        let source = (next(300) * next(300) / 300) as u32;
                        flow(source, next(days * 86_400) as i64 * 1_000_000 - 40_000_000_000, next(4) * 50)
                    })
                    .collect();
                sketch.add(&batch);
                sketch.grow_if_full(0);
                flows.extend(batch);
            }
            for (count, minutes, unanswered_only) in [
                (5, 15, false),
                (9, 15, true),
                (40, 300, false),
                (120, 5000, true),
                (9, u64::MAX >> 40, false),
            ] {
                let threshold = ActivityThreshold { flows: count, minutes, unanswered_only };
                let candidates = sketch.candidates(&[threshold]);
                for source in 0..300 {
                    let key = PairKey::new(Address::V4(source), Address::V4(9), 9);
                    let is_named = candidates.contains(key);
                    let was_active = most(&flows, source, threshold) >= count;
                    assert!(is_named || !was_active, "{source} {threshold:?}");
                    named += u32::from(is_named);
                    truly += u32::from(was_active);
                }
            }
        }
        assert!(truly > 100 && named < 3 * truly, "{truly} were active, {named} are named");
    }

    #[test]
    fn more_than_can_be_counted_is_never_too_few() {
        let mut sketch = ActivitySketch::new(1, usize::MAX);
        sketch.add(&vec![flow(7, 0, 0); 300]);
        let threshold = ActivityThreshold { flows: 300, minutes: 15, unanswered_only: true };
        assert!(sketch.candidates(&[threshold]).contains(flow(7, 0, 0).key));
        assert!(!sketch.candidates(&[]).contains(flow(7, 0, 0).key));
    }
}
