//! A beat beneath other traffic: calls that come again after the same time, whatever lies between.
//!
//! With ordinary traffic, or a second beacon, to the same endpoint, the interval to the next call says
//! little. But the times from each call to several of the next pile up at the period. A pile is measured
//! against its neighbourhood: as many pairs of calls should be a little nearer and a little farther apart,
//! if nothing recurs, be the source ever so bursty.

use super::calls::Call;
use super::histogram::Histogram;
use super::null::divergence;
use super::timing::Beat;

/// So many of the next calls are looked at.
const AHEAD: usize = 8;
/// Widths of the piles, in bins of the histogram: from 3 % to a half.
const WIDTHS: [usize; 5] = [2, 4, 7, 12, 20];
/// A longer period must stand out by this factor more: of a beat, its multiples recur too.
const CLEARER: f64 = 1.3;
/// Piles less clear than this are not worth a second look: about 10^-4 for one look.
const WORTH: f64 = 16.0;

/// The clearest recurrence, if one is worth a look.
pub(super) fn find(calls: &[Call], resolution: u64, space: &mut Space, histogram: &mut Histogram) -> Option<Beat> {
    histogram.fill((1..=AHEAD).flat_map(|ahead| distances(calls, ahead)));
    let (from, to) = clearest(histogram, resolution, &mut space.sums)?;
    let width = to - from;
    space.apart.clear();
    for call in calls {
        // What is opened within the width of the pile is one, or two bursts would make a pile.
        if space.apart.last().is_none_or(|last| call.start.abs_diff(*last) >= width) {
            space.apart.push(call.start);
        }
    }
    let pairs = |from, to| pairs_apart(&space.apart, from, to) as f64;
    let ratio = to as f64 / from as f64;
    let (nearer, farther) = ((from as f64 / ratio) as u64, (to as f64 * ratio) as u64);
    let here = pairs(from, to);
    let around = (pairs(nearer, from) * ratio).max(pairs(to, farther) / ratio);
    if here <= around {
        return None;
    }
    let looks = (histogram.span() * WIDTHS.len()) as f64;
    let bound = -(here + around) * divergence(here / (here + around), 0.5) + libm::log(looks);
    let share = ((here - around) / space.apart.len() as f64).min(1.0);
    Some(Beat { from, to, share, improbability: bound.min(0.0), ahead: AHEAD })
}

/// Space that is used again.
#[derive(Debug, Default)]
pub(super) struct Space {
    sums: Vec<u32>,
    apart: Vec<i64>,
}

/// The times from each call to the one so many ahead, in microseconds.
pub(super) fn distances(calls: &[Call], ahead: usize) -> impl Iterator<Item = u64> {
    let ends = calls.iter().zip(calls.iter().skip(ahead));
    ends.filter(|(from, to)| from.block == to.block).map(|(from, to)| to.start.abs_diff(from.start))
}

/// The pile that stands out most from both sides.
fn clearest(histogram: &Histogram, resolution: u64, sums: &mut Vec<u32>) -> Option<(u64, u64)> {
    histogram.sums(sums);
    let (mut best, mut found) = (WORTH, None);
    for end in 0..sums.len() {
        for width in WIDTHS {
            let Some(at) = end.checked_sub(3 * width) else { break };
            let sum = |steps: usize| sums.get(at + steps * width).copied().unwrap_or(0) as f64;
            let (start, low, high, end) = (sum(0), sum(1), sum(2), sum(3));
            let (here, around) = (high - low, (low - start).max(end - high));
            let clear = (here - around) * (here - around).max(0.0) / (here + around).max(1.0);
            if clear <= best {
                continue;
            }
            let pile = histogram.bounds(at + width, width);
            let (from, to) = pile;
            let near = found.is_none_or(|(_, last)| from < last);
            if (near || clear > best * CLEARER) && to - from >= 4 * resolution {
                (best, found) = (clear, Some(pile));
            }
        }
    }
    found
}

/// How many pairs of these sorted times are at least `from` and less than `to` apart.
fn pairs_apart(times: &[i64], from: u64, to: u64) -> usize {
    let (mut near, mut far, mut count) = (0, 0, 0);
    for time in times {
        let within = |at: usize, limit: u64| times.get(at).is_some_and(|later| later.abs_diff(*time) < limit || later < time);
        while within(near, from) {
            near += 1;
        }
        far = far.max(near);
        while within(far, to) {
            far += 1;
        }
        count += far - near;
    }
    count
}
