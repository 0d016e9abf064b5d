//! Counts of numbers on a logarithmic scale, and where they are densest.
//!
//! An octave is divided into 32 bins of equal width, as in HdrHistogram: a bin is the position of the highest
//! bit and the five bits below it. So a bin is 1.6 to 3.1 % wide, and no logarithm is needed.

const BITS: u32 = 5;
const PER_OCTAVE: usize = 1 << BITS;
const BINS: usize = (65 - BITS as usize) * PER_OCTAVE;

/// The counts. One instance is reused for many pairs.
#[derive(Debug)]
pub(super) struct Histogram {
    /// All zero, except while filling.
    counts: Vec<u16>,
    /// A bit per bin that is not zero.
    used: [u64; BINS / 64],
    /// The bins that are not empty, in order, with their counts.
    filled: Vec<(u16, u16)>,
    total: u32,
}

impl Default for Histogram {
    fn default() -> Self {
        Histogram { counts: vec![0; BINS], used: [0; BINS / 64], filled: Vec::new(), total: 0 }
    }
}

/// How many numbers were counted from `from` to below `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dense {
    pub from: u64,
    pub to: u64,
    pub count: u32,
}

impl Histogram {
    /// Counts these numbers, at most 65,535, in place of all counted before.
    #[inline(never)]
    pub fn fill(&mut self, numbers: impl Iterator<Item = u64>) {
        self.total = 0;
        for number in numbers {
            let bin = bin(number);
            if let Some(count) = self.counts.get_mut(bin)
                && let Some(word) = self.used.get_mut(bin / 64)
            {
                *count += 1;
                *word |= 1 << (bin % 64);
            }
            self.total += 1;
        }
        self.list();
    }

    /// Lists the bins that are not empty, and empties them.
    #[inline(never)]
    fn list(&mut self) {
        self.filled.clear();
        for (word, bits) in self.used.iter_mut().enumerate() {
            while *bits != 0 {
                let bin = 64 * word + bits.trailing_zeros() as usize;
                *bits &= *bits - 1;
                let count = self.counts.get_mut(bin).map_or(0, std::mem::take);
                self.filled.push((bin as u16, count));
            }
        }
    }

    /// How many numbers were counted.
    pub fn total(&self) -> u32 {
        self.total
    }

    /// The `width` adjacent bins with the most numbers; of equal ones the lowest.
    #[inline(never)]
    pub fn densest(&self, width: usize) -> Dense {
        let (mut sum, mut best, mut start) = (0, 0, 0);
        let mut behind = self.filled.iter();
        let mut first = behind.next().copied().unwrap_or_default();
        for &(bin, count) in &self.filled {
            sum += u32::from(count);
            while usize::from(first.0) + width <= usize::from(bin) {
                sum -= u32::from(first.1);
                first = behind.next().copied().unwrap_or_default();
            }
            if sum > best {
                (best, start) = (sum, usize::from(first.0));
            }
        }
        Dense { from: edge(start), to: edge(start + width), count: best }
    }

    /// How many numbers lie below each bin from the lowest filled one, and in total.
    pub fn sums(&self, sums: &mut Vec<u32>) {
        sums.clear();
        let low = self.filled.first().map_or(0, |low| low.0);
        let mut sum = 0;
        for &(bin, count) in &self.filled {
            sums.resize(usize::from(bin - low) + 1, sum);
            sum += u32::from(count);
        }
        sums.push(sum);
    }

    /// The lower and the upper edge of `width` bins that begin `above` bins above the lowest filled one.
    pub fn bounds(&self, above: usize, width: usize) -> (u64, u64) {
        let from = self.filled.first().map_or(0, |low| usize::from(low.0)) + above;
        (edge(from), edge(from + width))
    }

    /// Calls `each` with the middle of every empty range of at least `octaves` octaves that has at least `below`
    /// numbers below it and `above` numbers above it.
    #[inline(never)]
    pub fn valleys(&self, octaves: usize, below: u32, above: u32, each: &mut dyn FnMut(u64)) {
        let (mut seen, mut before) = (0, 0);
        for &(bin, count) in &self.filled {
            let bin = usize::from(bin);
            if seen >= below && self.total - seen >= above && bin > before + octaves * PER_OCTAVE {
                each(edge((before + bin) / 2));
            }
            (seen, before) = (seen + u32::from(count), bin);
        }
    }
}

fn bin(number: u64) -> usize {
    let octave = (u64::BITS - number.leading_zeros()).saturating_sub(BITS + 1);
    (octave as usize) * PER_OCTAVE + (number >> octave) as usize
}

/// The lowest number of a bin; the greatest of all numbers for bins beyond the last.
fn edge(bin: usize) -> u64 {
    if bin >= BINS {
        return u64::MAX;
    }
    let octave = (bin / PER_OCTAVE).saturating_sub(1);
    ((bin - octave * PER_OCTAVE) as u64) << octave
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_lies_in_its_bin() {
        for number in (0..5000).chain((0..58).flat_map(|shift| [31, 32, 33, 63].map(|n: u64| n << shift))) {
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
        assert_eq!(histogram.total(), 1, "earlier counts are gone");
    }

    #[test]
    fn valleys_lie_between_what_is_apart() {
        let mut histogram = Histogram::default();
        histogram.fill([1, 2, 3, 2, 300, 310, 305, 90_000, 80_000, 85_000].into_iter());
        let mut found = Vec::new();
        histogram.valleys(2, 2, 2, &mut |at| found.push(at));
        assert_eq!(found, [72, 4864]);
    }
}
