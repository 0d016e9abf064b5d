//! At most how much every source did when, so that hunts for what is busy read the histories of few.
//!
//! A sketch: sources share cells, and times are told apart modulo 19 hours. A count may so be too high,
//! never too low.

use std::ops::Range;

use crate::model::pair_key::{FlowRow, PairKey};
use crate::model::time::MINUTE;

/// A slice of time is 2³⁰ microseconds, about 18 minutes: no division for each flow.
const SLICE_BITS: u32 = 30;
const SLICES: usize = 64;
const LEAST_CELLS: usize = 64;
/// From then on there is no more than a cell for so many pairs: its 128 bytes are four for each of them.
const MANY_CELLS: usize = 1 << 16;
const PAIRS_A_CELL: usize = 32;

/// Flows of a slice, and those of them that were not answered; the highest number stands for any above.
type Counts = [u8; 2];
/// What that highest count weighs.
const MANY: u32 = 1 << 24;

/// A connection to which no more bytes than this came back was not answered with data: a frame of Ethernet with
/// headers of IPv6 and TCP and nothing in it has 14 + 40 + 20, and so have refusals at most. Records without bytes
/// tell of no answers.
pub(crate) const UNANSWERED: u64 = 74;

/// So many flows within so many minutes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ActivityThreshold {
    pub flows: u64,
    pub minutes: u64,
    /// Only flows that were not answered with data count.
    pub unanswered_only: bool,
}

/// Counts of all sources.
#[derive(Debug)]
pub(crate) struct ActivitySketch {
    /// All cells of a slice, then those of the next: flows come about in order of time, and so few are touched
    /// in turn.
    counts: Vec<Counts>,
    cells: Cells,
    /// Whether a cell was used since there are so many, and how many were.
    used: Vec<bool>,
    in_use: usize,
    /// In all.
    flows: u64,
    /// Bytes of memory that may be used.
    max_bytes: usize,
}

/// Which cell a source has: the highest bits of a hash.
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
    /// Of no more than that many bytes, or its least.
    pub fn new(seed: u64, max_bytes: usize) -> Self {
        let cells = Cells { bits: LEAST_CELLS.ilog2(), seed };
        ActivitySketch {
            counts: vec![Counts::default(); SLICES * cells.count()],
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
            let slice = (flow.start >> SLICE_BITS) as usize % SLICES;
            let cell = self.cells.of(flow.key);
            if let Some(used) = self.used.get_mut(cell) {
                self.in_use += usize::from(!*used);
                *used = true;
            }
            let at = (slice << self.cells.bits) + cell;
            if let Some([flows, unanswered]) = self.counts.get_mut(at) {
                *flows = flows.saturating_add(1);
                *unanswered = unanswered.saturating_add(u8::from(flow.bytes_received <= UNANSWERED));
            }
        }
    }

    /// Has more cells if most are in use. Sources that shared one keep what it held.
    pub fn make_room(&mut self, pairs: usize) {
        let twice = self.cells.count() * 2;
        let is_full = self.in_use * 2 > self.cells.count();
        if !is_full || twice > MANY_CELLS.max(pairs / PAIRS_A_CELL) || self.bytes() * 2 > self.max_bytes {
            return;
        }
        let mut counts = Vec::with_capacity(self.counts.len() * 2);
        self.counts.iter().for_each(|of_cell| counts.extend([*of_cell; 2]));
        self.counts = counts;
        self.cells.bits += 1;
        (self.used, self.in_use) = (vec![false; twice], 0);
    }

    /// The sources that can have had at least as much as any of these.
    pub fn busy(&self, least: &[ActivityThreshold]) -> CandidateSources {
        let mut busy = vec![false; self.cells.count()];
        for least in least.iter().filter(|least| least.flows <= self.flows) {
            self.mark(*least, &mut busy);
        }
        CandidateSources { cells: self.cells, part: 0..busy.len(), busy }
    }

    /// Marks the cells that can have had as much.
    fn mark(&self, least: ActivityThreshold, busy: &mut [bool]) {
        // A window may begin at the end of a slice.
        let touched = least.minutes.saturating_mul(MINUTE as u64) >> SLICE_BITS;
        let touched = (touched as usize + 2).min(SLICES);
        let mut held = vec![0_u32; busy.len()];
        for slice in 0..SLICES + touched {
            for (held, coming) in held.iter_mut().zip(self.weights(slice, least)) {
                *held += coming;
            }
            if slice >= touched {
                for (held, leaving) in held.iter_mut().zip(self.weights(slice - touched, least)) {
                    *held -= leaving;
                }
            }
            for (busy, held) in busy.iter_mut().zip(&held) {
                *busy |= u64::from(*held) >= least.flows;
            }
        }
    }

    /// What each cell had in a slice.
    fn weights(&self, slice: usize, least: ActivityThreshold) -> impl Iterator<Item = u32> {
        let from = (slice % SLICES) << self.cells.bits;
        let counts = self.counts.get(from..from + self.cells.count()).unwrap_or_default();
        counts.iter().map(move |[flows, unanswered]| {
            let count = if least.unanswered_only { *unanswered } else { *flows };
            if count == u8::MAX { MANY } else { count.into() }
        })
    }
}

/// The sources that can have been busy, and some that share a cell with one.
#[derive(Debug)]
pub(crate) struct CandidateSources {
    cells: Cells,
    busy: Vec<bool>,
    /// The cells that are asked for.
    part: Range<usize>,
}

impl CandidateSources {
    /// From now on it is only a part of so many, each of other sources.
    pub fn keep_part(&mut self, part: usize, of: usize) {
        let cells = self.busy.len();
        self.part = cells * part / of..cells * (part + 1) / of;
    }

    /// Whether the source of a pair is one of them.
    #[inline(always)]
    pub fn holds(&self, key: PairKey) -> bool {
        let cell = self.cells.of(key);
        self.part.contains(&cell) && self.busy.get(cell).copied().unwrap_or(true)
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

    /// The most flows of a source that any window of that length holds, counted anew.
    fn most(flows: &[FlowRow], source: u32, least: ActivityThreshold) -> u64 {
        let of_source = |flow: &&FlowRow| {
            flow.key.source() == Address::V4(source)
                && (!least.unanswered_only || flow.bytes_received <= UNANSWERED)
        };
        let starts: Vec<i64> = flows.iter().filter(of_source).map(|flow| flow.start).collect();
        let length = least.minutes as i64 * MINUTE;
        let held =
            |end: &i64| starts.iter().filter(|start| *start <= end && *start > &(end - length)).count();
        starts.iter().map(|end| held(end) as u64).max().unwrap_or(0)
    }

    #[test]
    fn none_that_was_busy_is_missed_and_few_others_are_named() {
        let mut next = numbers(3);
        let (mut named, mut truly) = (0, 0);
        for days in [1, 3] {
            let (mut activity, mut flows) = (ActivitySketch::new(5, usize::MAX), Vec::new());
            for _ in 0..40 {
                let batch: Vec<FlowRow> = (0..500)
                    .map(|_| {
                        let source = (next(300) * next(300) / 300) as u32;
                        flow(source, next(days * 86_400) as i64 * 1_000_000 - 40_000_000_000, next(4) * 50)
                    })
                    .collect();
                activity.add(&batch);
                activity.make_room(0);
                flows.extend(batch);
            }
            for (count, minutes, unanswered_only) in [
                (5, 15, false),
                (9, 15, true),
                (40, 300, false),
                (120, 5000, true),
                (9, u64::MAX >> 40, false),
            ] {
                let least = ActivityThreshold { flows: count, minutes, unanswered_only };
                let busy = activity.busy(&[least]);
                let mut part = activity.busy(&[least]);
                for source in 0..300 {
                    let key = PairKey::new(Address::V4(source), Address::V4(9), 9);
                    let is_named = busy.holds(key);
                    let was_busy = most(&flows, source, least) >= count;
                    assert!(is_named || !was_busy, "{source} {least:?}");
                    let in_part = |at: &usize| {
                        part.keep_part(*at, 7);
                        part.holds(key)
                    };
                    assert_eq!((0..7).filter(in_part).count(), usize::from(is_named));
                    named += u32::from(is_named);
                    truly += u32::from(was_busy);
                }
            }
        }
        assert!(truly > 100 && named < 3 * truly, "{truly} were busy, {named} are named");
    }

    #[test]
    fn more_than_can_be_counted_is_never_too_few() {
        let mut activity = ActivitySketch::new(1, usize::MAX);
        activity.add(&vec![flow(7, 0, 0); 300]);
        let least = ActivityThreshold { flows: 300, minutes: 15, unanswered_only: true };
        assert!(activity.busy(&[least]).holds(flow(7, 0, 0).key));
        assert!(!activity.busy(&[]).holds(flow(7, 0, 0).key));
    }
}
