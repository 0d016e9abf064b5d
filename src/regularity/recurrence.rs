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

/// Fewer calls make no pile that would count.
pub(super) const LEAST: usize = 16;
/// So many of the next calls are looked at.
const AHEAD: usize = 8;
/// Widths of the piles, in bins of the histogram: from 3 % to a half.
const WIDTHS: [usize; 5] = [2, 4, 7, 12, 20];
/// Piles less clear than this are not worth a second look: about 10^-4 for one look.
const WORTH: f64 = 16.0;

/// The recurrences that stand out, one an octave at most, the shortest first.
#[inline(never)]
pub(super) fn find(
    calls: &[Call],
    resolution: u64,
    space: &mut Space,
    histogram: &mut Histogram,
    each: &mut dyn FnMut(Beat),
) {
    let Space { sums, piles, apart } = space;
    histogram.fill((1..=AHEAD).flat_map(|ahead| distances(calls, ahead)));
    histogram.sums(sums);
    find_piles(histogram, sums, calls.len(), resolution, piles);
    let looks = libm::log((sums.len() * WIDTHS.len()) as f64);
    for pile in piles {
        thin(calls, (pile.to - pile.from) / 3, apart);
        if let Some(beat) = look_closer(pile, apart) {
            each(Beat { improbability: beat.improbability + looks, ..beat });
        }
    }
}

/// Leaves out the calls that come sooner than that after another: bursts would make piles.
#[inline(never)]
fn thin(calls: &[Call], least: u64, apart: &mut Vec<i64>) {
    apart.clear();
    for call in calls {
        if apart.last().is_none_or(|last| call.start.abs_diff(*last) >= least) {
            apart.push(call.start);
        }
    }
}

/// Compares a pile with what lies on both sides of it.
#[inline(never)]
fn look_closer(pile: &Pile, times: &[i64]) -> Option<Beat> {
    let &Pile { from, to, .. } = pile;
    let ratio = to as f64 / from as f64;
    let edge = |edge: u64| i64::try_from(edge).unwrap_or(i64::MAX);
    let edges = [(from as f64 / ratio) as i64, edge(from), edge(to), (to as f64 * ratio) as i64];
    // Both sides are wider or narrower than the pile by the ratio.
    let [nearer, here, farther] = pairs_apart(times, edges);
    let (nearer, farther) = (nearer * ratio, farther / ratio);
    let part = here / (here + nearer + farther).max(1.0);
    // A third of the pairs should lie in the pile, if nothing recurs.
    if part <= THIRD {
        return None;
    }
    let improbability = -(here + nearer + farther) * divergence(part, THIRD);
    // A step is no pile: it must stand out from the higher side.
    let around = nearer.max(farther).max(1.0);
    let share = ((here - around) / times.len() as f64).clamp(0.0, 1.0);
    let lift = 3.0 * (here / around - 1.0).max(0.0);
    Some(Beat { from, to, share, lift, improbability, ahead: AHEAD })
}

const THIRD: f64 = 1.0 / 3.0;

/// Space that is used again.
#[derive(Debug, Default)]
pub(super) struct Space {
    sums: Vec<u32>,
    piles: Vec<Pile>,
    apart: Vec<i64>,
}

/// The times from each call to the one so many ahead, in microseconds.
pub(super) fn distances(calls: &[Call], ahead: usize) -> impl Iterator<Item = u64> {
    let ends = calls.iter().zip(calls.iter().skip(ahead));
    ends.filter(|(from, to)| from.block == to.block).map(|(from, to)| to.start.abs_diff(from.start))
}

/// Distances that are commoner than those a little shorter or longer.
#[derive(Debug, Clone, Copy, Default)]
struct Pile {
    from: u64,
    to: u64,
    clear: f64,
}

/// The clearest pile of every octave, the shortest distances first.
#[inline(never)]
fn find_piles(histogram: &Histogram, sums: &[u32], calls: usize, resolution: u64, piles: &mut Vec<Pile>) {
    piles.clear();
    piles.resize(u64::BITS as usize, Pile::default());
    for width in WIDTHS {
        piles_of(width, sums, calls, &mut |above, clear| {
            let (from, to) = histogram.bounds(above, width);
            if to - from >= 16 * resolution
                && let Some(pile) = piles.get_mut(from.max(1).ilog2() as usize)
                && clear > pile.clear
            {
                *pile = Pile { from, to, clear };
            }
        });
    }
    piles.retain(|pile| pile.clear > 0.0);
}

/// Every pile of that width: how many bins above the lowest it begins, and how clear it is.
#[inline(never)]
fn piles_of(width: usize, sums: &[u32], calls: usize, each: &mut dyn FnMut(usize, f64)) {
    // Bins grow with the distance: so many times wider is the pile than its nearer side.
    let ratio = 1.0 + width as f64 / 48.0;
    let sides = sums.iter().zip(sums.iter().skip(width));
    let sides = sides.zip(sums.iter().skip(2 * width).zip(sums.iter().skip(3 * width)));
    for (at, ((start, low), (high, end))) in sides.enumerate().step_by(width.div_ceil(3)) {
        let here = high - low;
        let more = u64::from(here.saturating_sub(low - start));
        if more * more < WORTH as u64 * u64::from(here) {
            continue;
        }
        let (here, nearer, farther) = (f64::from(here), f64::from(low - start), f64::from(end - high));
        let around = (nearer * ratio).max(farther / ratio);
        let clear = (here - around).max(0.0) * (here - around) / (here + around);
        // A call is in several pairs, so their number varies more.
        if clear > WORTH * (1.0 + 2.0 * around / calls as f64) {
            each(at + width, clear);
        }
    }
}

/// How many pairs of these sorted times are apart by more than one edge and at most the next.
#[inline(never)]
fn pairs_apart(times: &[i64], edges: [i64; 4]) -> [f64; 3] {
    let [a, b, c, d] = edges.map(|edge| pairs_within(times, edge));
    [b - a, c - b, d - c]
}

/// How many pairs, with those of a time and itself, are at most that far apart.
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
