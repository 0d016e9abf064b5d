//! A period beneath other traffic: calls that recur after the same time, whatever lies between.
//!
//! With ordinary traffic, or a second beacon, to the same endpoint, the interval to the next call says
//! little. But the times from each call to several of the next calls have a peak at the period. A peak is
//! compared with its neighbourhood: if nothing recurs, as many calls should be slightly less or slightly more
//! apart, however bursty the source is.

use super::calls::{Call, distances};
use super::histogram::Histogram;
use super::null_model::divergence;
use super::period::PeriodCandidate;

/// Fewer calls give no significant peak.
pub(super) const MIN_CALLS: usize = 16;
/// Intervals from a call to this many of the next calls are counted.
const MAX_LAG: usize = 8;
/// Widths of the peaks in bins of the histogram: from 3 % to a half.
const WIDTHS: [usize; 5] = [2, 4, 7, 12, 20];
/// Peaks below this z² are not tested further. One test reaches it by chance about once in 10^4.
const MIN_Z_SQUARED: f64 = 16.0;

/// Passes on the candidates that stand out, at most one per octave, the shortest first.
#[inline(never)]
pub(super) fn find(
    calls: &[Call],
    resolution: u64,
    buffers: &mut Buffers,
    histogram: &mut Histogram,
    each: &mut dyn FnMut(PeriodCandidate),
) {
    let Buffers { sums, peaks, apart } = buffers;
    histogram.fill((1..=MAX_LAG).flat_map(|lag| distances(calls, lag)));
    histogram.sums(sums);
    find_peaks(histogram, sums, calls.len(), resolution, peaks);
    let ln_tests = libm::log((sums.len() * WIDTHS.len()) as f64);
    for peak in peaks {
        thin(calls, (peak.to - peak.from) / 3, apart);
        if let Some(candidate) = test_peak(peak, apart) {
            each(PeriodCandidate { ln_p_bound: candidate.ln_p_bound + ln_tests, ..candidate });
        }
    }
}

/// Skips calls that follow another by less than `min_distance`: bursts would make peaks.
#[inline(never)]
fn thin(calls: &[Call], min_distance: u64, apart: &mut Vec<i64>) {
    apart.clear();
    for call in calls {
        if apart.last().is_none_or(|last| call.start.abs_diff(*last) >= min_distance) {
            apart.push(call.start);
        }
    }
}

/// Compares a peak with its neighbourhood on both sides.
#[inline(never)]
fn test_peak(peak: &IntervalPeak, times: &[i64]) -> Option<PeriodCandidate> {
    let &IntervalPeak { from, to, .. } = peak;
    let ratio = to as f64 / from as f64;
    let edge = |edge: u64| i64::try_from(edge).unwrap_or(i64::MAX);
    let edges = [(from as f64 / ratio) as i64, edge(from), edge(to), (to as f64 * ratio) as i64];
    // Both sides are wider or narrower than the peak by the ratio.
    let [nearer, here, farther] = pairs_apart(times, edges);
    let (nearer, farther) = (nearer * ratio, farther / ratio);
    let part = here / (here + nearer + farther).max(1.0);
    // If nothing recurs, a third of the pairs of calls lie in the peak.
    if part <= THIRD {
        return None;
    }
    let ln_p_bound = -(here + nearer + farther) * divergence(part, THIRD);
    // A peak must stand out from the higher side, too; otherwise it is a step.
    let around = nearer.max(farther).max(1.0);
    let share = ((here - around) / times.len() as f64).clamp(0.0, 1.0);
    let lift = 3.0 * (here / around - 1.0).max(0.0);
    Some(PeriodCandidate { from, to, share, lift, ln_p_bound, lag: MAX_LAG })
}

const THIRD: f64 = 1.0 / 3.0;

/// Buffers that are reused for every pair.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    sums: Vec<u32>,
    peaks: Vec<IntervalPeak>,
    apart: Vec<i64>,
}

/// Intervals that are more frequent than slightly shorter or longer ones.
#[derive(Debug, Clone, Copy, Default)]
struct IntervalPeak {
    from: u64,
    to: u64,
    z_squared: f64,
}

/// The clearest peak of every octave, the shortest distances first.
#[inline(never)]
fn find_peaks(
    histogram: &Histogram,
    sums: &[u32],
    calls: usize,
    resolution: u64,
    peaks: &mut Vec<IntervalPeak>,
) {
    peaks.clear();
    peaks.resize(u64::BITS as usize, IntervalPeak::default());
    for width in WIDTHS {
        peaks_of_width(width, sums, calls, &mut |above, z_squared| {
            let (from, to) = histogram.bounds(above, width);
            if to - from >= 16 * resolution
                && let Some(peak) = peaks.get_mut(from.max(1).ilog2() as usize)
                && z_squared > peak.z_squared
            {
                *peak = IntervalPeak { from, to, z_squared };
            }
        });
    }
    peaks.retain(|peak| peak.z_squared > 0.0);
}

/// Every peak of that width: its first bin, counted from the lowest filled bin, and its z².
#[inline(never)]
fn peaks_of_width(width: usize, sums: &[u32], calls: usize, each: &mut dyn FnMut(usize, f64)) {
    // Bins widen with the interval: the peak is wider than the side of shorter intervals by this ratio.
    let ratio = 1.0 + width as f64 / 48.0;
    let sides = sums.iter().zip(sums.iter().skip(width));
    let sides = sides.zip(sums.iter().skip(2 * width).zip(sums.iter().skip(3 * width)));
    for (at, ((start, low), (high, end))) in sides.enumerate().step_by(width.div_ceil(3)) {
        let here = high - low;
        let more = u64::from(here.saturating_sub(low - start));
        if more * more < MIN_Z_SQUARED as u64 * u64::from(here) {
            continue;
        }
        let (here, nearer, farther) = (f64::from(here), f64::from(low - start), f64::from(end - high));
        let around = (nearer * ratio).max(farther / ratio);
        let z_squared = (here - around).max(0.0) * (here - around) / (here + around);
        // A call is in several pairs, so their number varies more.
        if z_squared > MIN_Z_SQUARED * (1.0 + 2.0 * around / calls as f64) {
            each(at + width, z_squared);
        }
    }
}

/// How many pairs of these sorted times are more than one edge and at most the next edge apart.
#[inline(never)]
fn pairs_apart(times: &[i64], edges: [i64; 4]) -> [f64; 3] {
    let [a, b, c, d] = edges.map(|edge| pairs_within(times, edge));
    [b - a, c - b, d - c]
}

/// How many pairs are at most `edge` apart; each time counts as a pair with itself.
#[inline(never)]
fn pairs_within(times: &[i64], edge: i64) -> f64 {
    let (mut ahead, mut within) = (times.iter().enumerate().peekable(), 0);
    for (at, time) in times.iter().enumerate() {
        while ahead.next_if(|(_, later)| later.saturating_sub(*time) <= edge).is_some() {}
        let reached = ahead.peek().map_or(times.len(), |(reached, _)| *reached);
        within += reached - at;
    }
    within as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_counted_as_one_by_one() {
        let times = [0, 3, 4, 4, 9, 15, 16, 40];
        let edges = [2, 5, 11, 16];
        let mut plain = [0.0; 3];
        for (i, a) in times.iter().enumerate() {
            for b in &times[i + 1..] {
                for (count, edge) in plain.iter_mut().zip(edges.windows(2)) {
                    *count += f64::from(u8::from(edge[0] < b - a && b - a <= edge[1]));
                }
            }
        }
        assert_eq!(pairs_apart(&times, edges), plain);
    }
}
