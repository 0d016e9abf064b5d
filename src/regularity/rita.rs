//! The score of RITA v5 on this pair, for comparison: a reference, never the ranking.
//!
//! Written from the published formulas: Bowley skew and median absolute deviation of intervals and
//! sizes, the evenness of 24 bars over the span, and how much of it is covered.

use serde::Serialize;

use crate::model::flow::Connection;

/// RITA's score of a pair, and the four parts it is the mean of; each from 0 to 1, three decimals.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RitaScore {
    /// The mean of the four.
    pub score: f64,
    /// How alike the intervals are.
    pub timestamp: f64,
    /// How alike the sizes sent are.
    pub data_size: f64,
    /// How evenly the connections fill 24 equal parts of the span.
    pub histogram: f64,
    /// How much of the span is covered.
    pub duration: f64,
}

/// Numbers of connections outside which RITA gives no score: fewer distinct seconds than the first,
/// and from the second on.
const LEAST_DISTINCT: usize = 4;
const STROBE: usize = 86_400;
/// A spread of quartiles below this is none: seconds or bytes.
const LEAST_SPREAD: i64 = 10;
const BARS: usize = 24;
/// Bars that must be filled before the two commonest heights may count as evenness.
const BIMODAL_BARS: usize = 11;
/// The width of a class of heights, as a share of the highest bar.
const MODE_SENSITIVITY: f64 = 0.05;
const DURATION_BARS: usize = 6;
const IDEAL_RUN: f64 = 12.0;
const WEIGHTS: [f64; 4] = [0.25; 4];
/// No size is larger, so that twice the sum of two still is a number.
const LARGEST: u64 = u64::MAX / 16;
const SECOND: i64 = 1_000_000;

/// RITA's score of connections sorted by start, between the first and last instant of the span (UTC
/// microseconds). None where RITA has none: fewer than four distinct seconds, or 86,400 connections.
///
/// RITA looks at whole seconds. Connections before the span fall into its first part, as they do there.
pub fn rita_score(connections: &[Connection], span: (i64, i64)) -> Option<RitaScore> {
    if connections.len() >= STROBE {
        return None;
    }
    let seconds: Vec<i64> =
        connections.iter().map(|connection| connection.start.as_micros().div_euclid(SECOND)).collect();
    let steps = seconds.iter().zip(seconds.iter().skip(1)).map(|(before, after)| after - before);
    let mut steps: Vec<i64> = steps.filter(|&step| step > 0).collect();
    if steps.len() + 1 < LEAST_DISTINCT {
        return None;
    }
    let mut sizes: Vec<i64> =
        connections.iter().map(|connection| connection.bytes_sent.min(LARGEST) as i64).collect();
    let (begin, end) = (span.0.div_euclid(SECOND), span.1.div_euclid(SECOND));
    let bars = bars(&seconds, begin, end);
    let coverage = (seconds.last()? - seconds.first()?) as f64 / (end - begin).max(1) as f64;
    let parts = [alike(&mut steps, 1.0), alike(&mut sizes, 0.0), evenness(&bars), duration(&bars, coverage)];
    let [timestamp, data_size, histogram, duration] = parts;
    Some(RitaScore { score: weighted(parts, WEIGHTS), timestamp, data_size, histogram, duration })
}

fn weighted(parts: [f64; 4], weights: [f64; 4]) -> f64 {
    round3(parts.into_iter().zip(weights).map(|(part, weight)| part * weight).sum())
}

/// Half away from zero, to three decimals.
fn round3(x: f64) -> f64 {
    (x * 1000.0).round() / 1000.0
}

fn ceil3(x: f64) -> f64 {
    (x * 1000.0).ceil() / 1000.0
}

/// Twice the median of sorted numbers, so that it is a whole number.
fn median2(sorted: &[i64]) -> i64 {
    let middle = |at: usize| sorted.get(at).copied().unwrap_or(0);
    let half = sorted.len() / 2;
    if sorted.len() % 2 == 1 { 2 * middle(half) } else { middle(half.saturating_sub(1)) + middle(half) }
}

/// How alike numbers are: the mean of how symmetric their quartiles are, and how near the median they
/// lie. `default` is the latter where the median is below 1.
#[inline(never)]
fn alike(numbers: &mut [i64], default: f64) -> f64 {
    numbers.sort_unstable();
    round3((1.0 - skew(numbers).abs() + nearness(numbers, default)) / 2.0)
}

/// Bowley's skew. Quartiles are medians of the halves, without the middle one of an odd number.
fn skew(sorted: &[i64]) -> f64 {
    let half = sorted.len() / 2;
    let (low, rest) = sorted.split_at(half);
    let (q1, q2, q3) = (median2(low), median2(sorted), median2(rest.get(sorted.len() % 2..).unwrap_or(rest)));
    if q3 - q1 < 2 * LEAST_SPREAD || q2 == q1 || q2 == q3 {
        return 0.0;
    }
    (q1 as f64 + q3 as f64 - 2.0 * q2 as f64) / (q3 - q1) as f64
}

fn nearness(sorted: &[i64], default: f64) -> f64 {
    let median2 = median2(sorted);
    if median2 < 2 {
        return default;
    }
    (1.0 - deviation2(sorted, median2) / median2 as f64).max(0.0)
}

/// Twice the median absolute deviation. The deviations come in order from the middle outwards.
fn deviation2(sorted: &[i64], median2: i64) -> f64 {
    let far = |number: &i64| (2 * number - median2).abs();
    let above = sorted.partition_point(|number| 2 * number < median2);
    let (below, above) = sorted.split_at(above);
    let (mut below, mut above) = (below.iter().rev().map(far).peekable(), above.iter().map(far).peekable());
    let mut next = || match (below.peek(), above.peek()) {
        (Some(b), Some(a)) if b < a => below.next(),
        (_, Some(_)) => above.next(),
        _ => below.next(),
    };
    let half = sorted.len() / 2;
    let before = if half == 0 { None } else { (0..half).filter_map(|_| next()).last() };
    let middle = next().unwrap_or(0) as f64;
    if sorted.len() % 2 == 1 { middle } else { (before.unwrap_or(0) as f64 + middle) / 2.0 }
}

/// How many of these sorted instants lie in each of 24 equal parts of the span; what lies outside counts
/// in the first or the last.
#[inline(never)]
fn bars(seconds: &[i64], begin: i64, end: i64) -> [u32; BARS] {
    let width = (end - begin).max(1) as f64 / BARS as f64;
    let mut rest = seconds;
    let mut part = 0.0;
    [0; BARS].map(|_: u32| {
        part += 1.0;
        let inside = |second: &i64| part == BARS as f64 || ((second - begin) as f64) < width * part;
        let (bar, after) = rest.split_at(rest.partition_point(inside));
        rest = after;
        bar.len() as u32
    })
}

/// How similar the bars are in height, or how well two heights describe them all.
#[inline(never)]
fn evenness(bars: &[u32]) -> f64 {
    let (count, sum) = (bars.len() as f64, bars.iter().sum::<u32>() as f64);
    let mean = sum / count;
    let variance =
        bars.iter().map(|&bar| (f64::from(bar) - mean) * (f64::from(bar) - mean)).sum::<f64>() / count;
    let variation = variance.sqrt() / mean;
    let even = if variation > 1.0 { 0.0 } else { round3(1.0 - variation) };
    even.max(two_heights(bars))
}

/// The share of the filled bars in the two commonest classes of height; one outlier is forgiven.
#[inline(never)]
fn two_heights(bars: &[u32]) -> f64 {
    let highest = bars.iter().copied().max().unwrap_or(0);
    let class = (f64::from(highest) * MODE_SENSITIVITY).ceil().max(1.0) as u32;
    let mut filled: Vec<i64> =
        bars.iter().filter(|&&bar| bar > 0).map(|bar| i64::from(bar / class)).collect();
    if filled.len() < BIMODAL_BARS {
        return 0.0;
    }
    filled.sort_unstable();
    let (mut first, mut second) = (0, 0);
    for same in filled.chunk_by(|a, b| a == b) {
        let count = same.len();
        (first, second) = if count > first { (count, first) } else { (first, second.max(count)) };
    }
    round3(((first + second) as f64 / (filled.len() - 1) as f64).min(1.0))
}

/// How much of the span lies between first and last, or how long the longest run of filled bars is.
#[inline(never)]
fn duration(bars: &[u32], coverage: f64) -> f64 {
    if bars.iter().filter(|&&bar| bar > 0).count() < DURATION_BARS {
        return 0.0;
    }
    let (mut run, mut longest) = (0_usize, 0);
    // Twice round, as a run may go over midnight.
    for &bar in bars.iter().chain(bars) {
        run = if bar > 0 { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let consistency = ceil3(longest.min(bars.len()) as f64 / IDEAL_RUN).min(1.0);
    ceil3(coverage).min(1.0).max(consistency)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(numbers: &[i64]) -> Vec<i64> {
        let mut numbers = numbers.to_vec();
        numbers.sort_unstable();
        numbers
    }

    fn spread(numbers: &[i64]) -> (f64, f64) {
        let numbers = sorted(numbers);
        (round3(skew(&numbers)), deviation2(&numbers, median2(&numbers)) / 2.0)
    }

    /// The vectors RITA's own tests use, with the numbers they assert.
    #[test]
    fn intervals_and_sizes_score_as_in_rita() {
        let steady = [98, 99, 99, 100, 100, 100, 101, 101, 102];
        assert_eq!(spread(&steady), (0.0, 1.0));
        assert_eq!(alike(&mut steady.to_vec(), 1.0), 0.995);
        let wild = [1, 2, 25, 42, 90, 299, 500, 1500, 4975];
        assert_eq!(spread(&wild), (0.845, 89.0));
        assert_eq!(alike(&mut wild.to_vec(), 1.0), 0.083);
        let sizes = [524_885, 1, 5000, 98_654, 50, 41, 965_842, 3];
        assert_eq!(spread(&sizes), (0.984, 2523.0));
        assert_eq!(alike(&mut sizes.to_vec(), 0.0), 0.008);
        assert_eq!(alike(&mut [0; 10], 0.0), 0.5);
    }

    #[test]
    fn bars_score_as_in_rita() {
        assert_eq!(evenness(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), 0.478);
        let mut two = [4, 1].repeat(12);
        assert_eq!(evenness(&two), 1.0, "two heights describe all bars");
        two.truncate(10);
        assert_eq!(evenness(&two), 0.4, "too few bars for two heights");
        let mut one = [0; 24];
        one[5] = 40;
        assert_eq!(evenness(&one), 0.0);
        assert_eq!(duration(&[1, 1, 1, 1, 1, 1, 0, 0], 0.25), 0.5);
        assert_eq!(duration(&[1, 1, 1, 1, 1, 0, 0, 0], 1.0), 0.0, "too few bars");
        assert_eq!(duration(&[1, 1, 1, 0, 0, 1, 1, 1], 0.2), 0.5, "over the edge");
    }

    #[test]
    fn parts_are_weighted() {
        assert_eq!(weighted([0.111, 0.222, 0.333, 0.444], [0.173, 0.325, 0.299, 0.203]), 0.281);
    }

    #[test]
    fn deviations_are_the_sorted_ones() {
        for numbers in [&[1, 9, 4, 4, 7, 2][..], &[5, 5, 5], &[1, 2, 4, 8, 16, 32, 64], &[3, 1000]] {
            let numbers = sorted(numbers);
            let middle = median2(&numbers);
            let plain = sorted(&numbers.iter().map(|n| (2 * n - middle).abs()).collect::<Vec<_>>());
            assert_eq!(deviation2(&numbers, middle), median2(&plain) as f64 / 2.0, "{numbers:?}");
        }
    }
}
