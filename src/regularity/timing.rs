//! The interval that calls keep, if they keep one.

use super::calls::{self, Call};
use super::histogram::Histogram;
use super::null::{by_chance, improbability};
use super::recurrence::{self, distances};
use crate::flow::Connection;

/// Widths of the windows that are tried, in bins of the histogram: from 1.6–3 % to a factor of three,
/// which is what ±50 % makes.
const WIDTHS: [usize; 9] = [1, 2, 4, 7, 12, 18, 26, 38, 52];
/// Improbable enough to look no further: 10^-9, as a natural logarithm.
const SURE: f64 = -20.7;

/// The interval that the calls keep best: from `from` to below `to` microseconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Beat {
    pub from: u64,
    pub to: u64,
    /// The share of the calls that keep it, what chance explains left out.
    pub share: f64,
    /// How many times as many they are as chance explains, less one.
    pub lift: f64,
    /// Natural logarithm of the probability under the null model, all windows tried counted in.
    pub improbability: f64,
    /// It is kept to the next call (1), or to one of so many of the next.
    pub ahead: usize,
}

impl Beat {
    /// How strongly it speaks for a machine, from 0 to 1.
    pub fn strength(&self) -> f64 {
        let decades = -self.improbability / std::f64::consts::LN_10;
        let sure = ((decades - 1.0) / 5.0).clamp(0.0, 1.0);
        sure * self.lift.min(1.0) * (0.7 + 0.3 * self.share)
    }

    /// The stronger tells more; so does the narrower if it is about as strong.
    fn tells_more(&self, other: &Beat) -> bool {
        let narrow = |beat: &Beat| beat.strength() * beat.from as f64 / beat.to as f64;
        self.strength() > 0.9 * other.strength() && narrow(self) > narrow(other)
    }
}

/// What is used again for every pair.
#[derive(Debug, Default)]
pub(super) struct Space {
    pub histogram: Histogram,
    recurrence: recurrence::Space,
}

/// Finds the beat, and leaves the calls it is a beat of in `calls`.
pub(super) fn find(connections: &[Connection], resolution: u64, space: &mut Space, calls: &mut Vec<Call>) -> Option<Beat> {
    let (silences, found) = calls::silences(connections, &mut space.histogram);
    let (mut best, mut best_silence, mut tried) = (None::<Beat>, 0, 0.0);
    // The longest silence first: if the bursts as a whole keep time, what they are made of matters less.
    for &silence in silences.iter().take(found).rev() {
        if !calls::collect(connections, silence, calls) {
            continue;
        }
        tried += 1.0;
        let mut take = |beat: Option<Beat>| {
            if let Some(beat) = beat && best.is_none_or(|best| beat.tells_more(&best)) {
                (best, best_silence) = (Some(beat), silence);
            }
            best.is_some_and(|best| best.improbability < SURE && best.share > if best.to < 2 * best.from { 0.5 } else { 0.75 })
        };
        if take(to_the_next(calls, resolution, &mut space.histogram))
            || take(recurrence::find(calls, resolution, &mut space.recurrence, &mut space.histogram))
        {
            break;
        }
    }
    calls::collect(connections, best_silence, calls);
    let improbability = |beat: Beat| (beat.improbability + libm::log(tried)).min(0.0);
    best.map(|beat| Beat { improbability: improbability(beat), ..beat })
}

/// The beat from each call to the next.
fn to_the_next(calls: &[Call], resolution: u64, histogram: &mut Histogram) -> Option<Beat> {
    histogram.fill(distances(calls, 1));
    if histogram.total() < 3 {
        return None;
    }
    let each = WIDTHS.into_iter().map(|width| {
        let dense = histogram.densest(width);
        let chance = by_chance(dense.from, dense.to, resolution);
        let bound = improbability(dense.count, histogram.total(), chance) + libm::log(WIDTHS.len() as f64);
        let share = f64::from(dense.count) / f64::from(histogram.total());
        let share = ((share - chance) / (1.0 - chance)).max(0.0);
        Beat { from: dense.from, to: dense.to, share, lift: share / chance, improbability: bound.min(0.0), ahead: 1 }
    });
    each.min_by(|a, b| a.improbability.total_cmp(&b.improbability))
}

/// Marks the calls that another call follows or precedes at the beat's distance.
pub(super) fn mark(calls: &[Call], beat: &Beat, on_beat: &mut Vec<bool>) {
    on_beat.clear();
    on_beat.resize(calls.len(), false);
    let mut next = 0;
    for (at, call) in calls.iter().enumerate() {
        let due = |later: &Call| later.start.abs_diff(call.start);
        while calls.get(next).is_some_and(|later| later.start <= call.start || due(later) < beat.from) {
            next += 1;
        }
        let kept = calls.get(next).filter(|later| due(later) < beat.to && later.block == call.block);
        if kept.is_some() {
            for at in [at, next] {
                if let Some(mark) = on_beat.get_mut(at) {
                    *mark = true;
                }
            }
        }
    }
}

/// What the calls on the beat tell.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Runs {
    /// The mean of the intervals in the window, in microseconds.
    pub period: f64,
    /// Half the spread of a uniform distribution that deviates as much in the mean, as a share of it.
    pub jitter: f64,
    /// Calls missed, as a share of those due.
    pub missed: f64,
    /// From first to last call on the beat, in microseconds.
    pub active: u64,
    pub on_beat: usize,
    pub persistence: f64,
}

/// A silence of more than this many intervals ends a run.
const LONGEST_SILENCE: f64 = 8.5;
/// Runs with less than this share of the calls of the longest are chance, or an afterthought.
const LEAST_RUN: f64 = 0.1;
/// A run of this length persists half, however little of the time it covers: 2 h.
const LONG: f64 = 7.2e9;
/// A run of this length counts half, as it may be a visit: 10 min.
const SHORT: f64 = 600e6;

#[derive(Debug, Clone, Copy)]
struct Run {
    calls: u32,
    first: i64,
    last: i64,
}

/// How the calls on the beat go on.
pub(super) fn runs(calls: &[Call], on_beat: &[bool], beat: &Beat) -> Runs {
    let inside = || {
        let all = (1..=beat.ahead).flat_map(|ahead| distances(calls, ahead));
        all.filter(|distance| (beat.from..beat.to).contains(distance))
    };
    let hits = inside().count().max(1) as f64;
    let period = inside().sum::<u64>() as f64 / hits;
    let deviation = inside().map(|distance| (distance as f64 - period).abs()).sum::<f64>() / hits;
    let mut found = Runs { period, jitter: 2.0 * deviation / period, ..Runs::default() };
    let (mut runs, mut missed) = (Vec::<Run>::new(), 0.0);
    let mut block = 0;
    for (call, _) in calls.iter().zip(on_beat).filter(|(_, on)| **on) {
        found.on_beat += 1;
        let start = call.start;
        match runs.last_mut() {
            Some(run) if call.block == block => {
                let beats = call.start.abs_diff(run.last) as f64 / period;
                if beats > LONGEST_SILENCE {
                    runs.push(Run { calls: 1, first: start, last: start });
                } else {
                    missed += (beats - 0.5).floor().max(0.0);
                    *run = Run { calls: run.calls + 1, last: start, ..*run };
                }
            }
            _ => runs.push(Run { calls: 1, first: start, last: start }),
        }
        block = call.block;
    }
    let least = runs.iter().map(|run| f64::from(run.calls) * LEAST_RUN).fold(0.0, f64::max);
    let length = |run: &Run| run.last.abs_diff(run.first) as f64;
    let kept = || runs.iter().filter(|run| f64::from(run.calls) >= least);
    let covered: f64 = kept().map(length).sum();
    let in_runs: f64 = kept().map(|run| f64::from(run.calls)).sum();
    let typical = kept().map(|run| length(run) * f64::from(run.calls)).sum::<f64>() / in_runs.max(1.0);
    found.missed = missed / (missed + found.on_beat as f64);
    found.active = kept().next().zip(kept().last()).map_or(0, |(a, b)| b.last.abs_diff(a.first));
    let coverage = covered / (found.active as f64).max(1.0);
    let lasting = typical / (typical + LONG);
    found.persistence = (coverage + (1.0 - coverage) * lasting) * typical / (typical + SHORT);
    found
}
