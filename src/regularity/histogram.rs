//! Counts of numbers on a logarithmic scale, and where they lie most densely.
//!
//! An octave is cut into 32 bins of equal width, as HdrHistogram does it: a bin is the position of the
//! highest bit and the five bits below it. So a bin is 1.6 to 3.1 % wide, and no logarithm is taken.

const BITS: u32 = 5;
const PER_OCTAVE: usize = 1 << BITS;
const BINS: usize = (65 - BITS as usize) * PER_OCTAVE;

/// The counts. Made once and used for many pairs, as its space is kept.
#[derive(Debug)]
pub(super) struct Histogram {
    counts: Vec<u16>,
    low: usize,
    high: usize,
    total: u32,
}

impl Default for Histogram {
    fn default() -> Self {
        Histogram { counts: vec![0; BINS], low: BINS, high: 0, total: 0 }
    }
}

/// Numbers from `from` to below `to`, and how many were counted there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dense {
    pub from: u64,
    pub to: u64,
    pub count: u32,
}

impl Histogram {
    /// Counts these numbers, and nothing else. At most 65,535 of them.
    pub fn fill(&mut self, numbers: impl Iterator<Item = u64>) {
        if let Some(used) = self.counts.get_mut(self.low..=self.high) {
            used.fill(0);
        }
        (self.low, self.high, self.total) = (BINS, 0, 0);
        for number in numbers {
            let bin = bin(number);
            if let Some(count) = self.counts.get_mut(bin) {
                *count = count.saturating_add(1);
            }
            self.low = self.low.min(bin);
            self.high = self.high.max(bin);
            self.total += 1;
        }
    }

    /// How many numbers were counted.
    pub fn total(&self) -> u32 {
        self.total
    }

    /// The `width` bins that hold the most numbers; the lowest of them if there are several.
    pub fn densest(&self, width: usize) -> Dense {
        let used = self.counts.get(self.low..=self.high).unwrap_or_default();
        let (mut sum, mut best, mut end) = (0_u32, 0, 0);
        let leaving = std::iter::repeat_n(0, width).chain(used.iter().copied());
        for (at, (&entering, leaving)) in used.iter().zip(leaving).enumerate() {
            sum = sum + u32::from(entering) - u32::from(leaving);
            if sum > best {
                (best, end) = (sum, at);
            }
        }
        let end = self.low + end + 1;
        Dense { from: edge(end.saturating_sub(width)), to: edge(end), count: best }
    }

    /// Calls `each` with the middle of every empty stretch of at least `octaves` octaves that has at
    /// least `below` numbers below and `above` above it; up to `stray` numbers may lie in it.
    pub fn valleys(&self, octaves: usize, stray: u32, below: u32, above: u32, each: &mut dyn FnMut(u64)) {
        let used = self.counts.get(self.low..=self.high).unwrap_or_default();
        let (mut seen, mut start, mut inside) = (0, 0, 0);
        for (at, &count) in used.iter().enumerate() {
            let count = u32::from(count);
            if inside + count > stray {
                let long = at - start >= octaves * PER_OCTAVE;
                if long && seen - inside >= below && self.total - seen >= above {
                    each(edge(self.low + (start + at) / 2));
                }
                (start, inside) = (at + 1, 0);
            } else {
                inside += count;
            }
            seen += count;
        }
    }
}

fn bin(number: u64) -> usize {
    let octave = (u64::BITS - number.leading_zeros()).saturating_sub(BITS + 1);
    (octave as usize) * PER_OCTAVE + (number >> octave) as usize
}

/// The lowest number of a bin.
fn edge(bin: usize) -> u64 {
    let octave = (bin / PER_OCTAVE).saturating_sub(1);
    ((bin - octave * PER_OCTAVE) as u64) << octave.min(58)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_lies_in_its_bin() {
        for number in (0..5000).chain((0..59).flat_map(|shift| [31, 32, 33, 63].map(|n| n << shift))) {
            let bin = bin(number);
            assert!(edge(bin) <= number && number < edge(bin + 1), "{number} in {bin}");
        }
        assert!(bin(u64::MAX) < BINS);
    }

    #[test]
    fn the_densest_bins_are_found() {
        let mut histogram = Histogram::default();
        histogram.fill([7, 3000, 1000, 1010, 990, 1001, 60].into_iter());
        let Dense { from, to, count } = histogram.densest(3);
        assert_eq!((from, to, count), (976, 1024, 4));
        histogram.fill([5].into_iter());
        assert_eq!(histogram.densest(1), Dense { from: 5, to: 6, count: 1 });
        assert_eq!(histogram.total(), 1, "what was counted before is gone");
    }

    #[test]
    fn valleys_lie_between_what_is_apart() {
        let mut histogram = Histogram::default();
        histogram.fill([1, 2, 3, 2, 300, 310, 305, 90_000, 80_000, 85_000].into_iter());
        let mut found = Vec::new();
        histogram.valleys(2, 0, 2, 2, &mut |at| found.push(at));
        assert_eq!(found, [19, 5120]);
    }
}
