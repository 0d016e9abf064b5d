//! The interval that calls keep, if they keep one.

use super::calls::{self, Call};
use super::histogram::Histogram;
use super::null::{by_chance, improbability};
use super::recurrence::{self, distances};
use crate::model::flow::Connection;

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
    /// The improbability as a power of ten.
    pub fn decades(&self) -> f64 {
        // Less 0 and not its negative, so that an improbability of 0 is no negative 0.
        (0.0 - self.improbability / std::f64::consts::LN_10).max(0.0)
    }

    /// How strongly it speaks for a machine, from 0 to 1.
    pub fn strength(&self) -> f64 {
        let sure = ((self.decades() - 1.0) / 5.0).clamp(0.0, 1.0);
        sure * self.lift.min(1.0) * (0.7 + 0.3 * self.share)
    }
}

/// What is used again for every pair.
#[derive(Debug, Default)]
pub(super) struct Space {
    pub histogram: Histogram,
    pub calls: Vec<Call>,
    pub on_beat: Vec<bool>,
    recurrence: recurrence::Space,
}

/// A beat, and how the calls go on with it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    pub beat: Beat,
    /// All noughts if the beat may well be chance.
    pub runs: Runs,
    silence: u64,
}

impl Found {
    /// How strongly it speaks for a machine, from 0 to 1.
    pub fn strength(&self) -> f64 {
        self.beat.strength() * self.runs.steady
    }

    /// What is clearly stronger tells more; so does what is about as strong and narrows the other down.
    /// Of a period its multiples recur too, so they must be clearly stronger.
    fn tells_more(&self, other: &Found) -> bool {
        let narrows = self.beat.from >= other.beat.from && self.beat.to <= other.beat.to;
        self.strength() > other.strength() * if narrows { 0.9 } else { 1.15 }
    }

    /// Whether there is no need to look for a better one.
    fn settles(&self) -> bool {
        let wide = self.beat.to / 2 >= self.beat.from;
        let explained = self.beat.share > if wide { 0.75 } else { 0.5 };
        self.beat.improbability < SURE && explained && self.runs.steady > 0.9
    }
}

/// Finds the beat, and leaves the calls it is a beat of in the space, those on the beat marked.
#[inline(never)]
pub(super) fn find(connections: &[Connection], resolution: u64, space: &mut Space) -> Option<Found> {
    let Space { histogram, calls, on_beat, recurrence } = space;
    let (silences, count) = calls::silences(connections, histogram);
    let (mut best, mut tried, mut last) = (None::<Found>, 0.0, 0);
    // The longest silence first: if the bursts as a whole keep time, what they are made of matters less.
    for &silence in silences.iter().take(count).rev() {
        if !calls::collect(connections, silence, calls) {
            continue;
        }
        (tried, last) = (tried + 1.0, silence);
        let mut take = |best: &mut Option<Found>, beat: Beat| {
            let runs = if beat.strength() > 0.0 {
                mark(calls, &beat, on_beat);
                runs(calls, on_beat, &beat)
            } else {
                Runs::default()
            };
            let found = Found { beat, runs, silence };
            if best.is_none_or(|best| found.tells_more(&best)) {
                *best = Some(found);
            }
        };
        // Without bursts the histogram is that of the intervals already.
        if count > 1 {
            histogram.fill(distances(calls, 1));
        }
        if let Some(beat) = to_the_next(resolution, histogram) {
            take(&mut best, beat);
        }
        if calls.len() >= recurrence::LEAST && !best.is_some_and(|best| best.settles()) {
            tried += 1.0;
            recurrence::find(calls, resolution, recurrence, histogram, &mut |beat| {
                if beat.strength() > 0.0 {
                    take(&mut best, beat);
                }
            });
        }
        if best.is_some_and(|best| best.settles()) {
            break;
        }
    }
    let mut best = best?;
    best.beat.improbability = (best.beat.improbability + libm::log(tried)).min(0.0);
    if best.silence != last {
        calls::collect(connections, best.silence, calls);
    }
    if best.strength() > 0.0 {
        mark(calls, &best.beat, on_beat);
    }
    Some(best)
}

/// The beat from each call to the next.
#[inline(never)]
fn to_the_next(resolution: u64, histogram: &Histogram) -> Option<Beat> {
    if histogram.total() < 3 {
        return None;
    }
    let each = WIDTHS.into_iter().map(|width| {
        let dense = histogram.densest(width);
        let chance = by_chance(dense.from, dense.to, resolution);
        let bound = improbability(dense.count, histogram.total(), chance) + libm::log(WIDTHS.len() as f64);
        let share = f64::from(dense.count) / f64::from(histogram.total());
        let share = ((share - chance) / (1.0 - chance)).max(0.0);
        Beat {
            from: dense.from,
            to: dense.to,
            share,
            lift: share / chance,
            improbability: bound.min(0.0),
            ahead: 1,
        }
    });
    each.min_by(|a, b| a.improbability.total_cmp(&b.improbability))
}

/// Marks the calls that another call follows or precedes at the beat's distance.
#[inline(never)]
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
    /// How many they are.
    pub on_beat: u64,
    /// Calls missed, as a share of those due.
    pub missed: f64,
    /// From first to last, in microseconds.
    pub active: u64,
    /// In how many parts.
    pub parts: u64,
    /// How far they go on without long interruptions, from 0 to 1.
    pub persistence: f64,
    /// Whether they follow each other: 1 if at least ten do, typically, or half of all.
    pub steady: f64,
}

/// A silence of more than this many intervals ends a run.
const LONGEST_SILENCE: f64 = 8.5;
/// Runs with less than this share of the calls of the longest are chance, or an afterthought.
const LEAST_RUN: f64 = 0.1;
/// As many calls in a row make a beat.
const IN_A_ROW: f64 = 9.0;
/// A run of this length persists half, however little of the time it covers: 2 h.
const LONG: f64 = 7.2e9;
/// A run of this length counts half, as it may be a visit: 10 min.
const SHORT: f64 = 600e6;

#[derive(Debug, Clone, Copy)]
struct Run {
    calls: f64,
    first: i64,
    last: i64,
}

impl Run {
    fn length(&self) -> f64 {
        self.last.abs_diff(self.first) as f64
    }
}

/// How the calls on the beat go on.
#[inline(never)]
pub(super) fn runs(calls: &[Call], on_beat: &[bool], beat: &Beat) -> Runs {
    let period = (beat.from as f64 + beat.to as f64) / 2.0;
    let (mut runs, mut missed, mut marked) = (Vec::<Run>::new(), 0.0, 0.0);
    let mut block = 0;
    for (call, _) in calls.iter().zip(on_beat).filter(|(_, on)| **on) {
        marked += 1.0;
        let start = call.start;
        let beats = runs.last().map_or(f64::INFINITY, |run| run.last.abs_diff(start) as f64 / period);
        // What was not looked at is taken to go on as what was.
        let bridged = call.block != block;
        match runs.last_mut() {
            Some(run) if bridged || beats <= LONGEST_SILENCE => {
                missed += if bridged { 0.0 } else { (beats - 0.5).floor().max(0.0) };
                *run = Run { calls: run.calls + 1.0, last: start, ..*run };
            }
            _ => runs.push(Run { calls: 1.0, first: start, last: start }),
        }
        block = call.block;
    }
    let longest = runs.iter().map(|run| run.calls).fold(0.0, f64::max);
    runs.retain(|run| run.calls >= longest * LEAST_RUN);
    let sum = |of: fn(&Run) -> f64| runs.iter().map(of).sum::<f64>();
    let in_runs = sum(|run| run.calls).max(1.0);
    // A call's run, typically: its length, and how many calls are in it.
    let typical = sum(|run| run.calls * run.length()) / in_runs;
    let in_a_row = sum(|run| run.calls * run.calls) / in_runs;
    let active = runs.first().zip(runs.last()).map_or(0, |(first, last)| last.last.abs_diff(first.first));
    let coverage = sum(Run::length) / (active as f64).max(1.0);
    let lasting = typical / (typical + LONG);
    let enough = (calls.len() as f64 / 2.0).min(IN_A_ROW);
    Runs {
        on_beat: marked as u64,
        missed: missed / (missed + marked).max(1.0),
        active,
        parts: runs.len() as u64,
        persistence: (coverage + (1.0 - coverage) * lasting) * typical / (typical + SHORT),
        steady: ((in_a_row - 1.0) / enough).clamp(0.0, 1.0),
    }
}

/// The mean of the intervals in the beat's window, in microseconds, and their jitter: half the spread of
/// a uniform distribution that deviates as much in the mean, as a share of it.
#[inline(never)]
pub(super) fn period(calls: &[Call], beat: &Beat) -> (f64, f64) {
    let inside = || {
        let all = (1..=beat.ahead).flat_map(|ahead| distances(calls, ahead));
        all.filter(|distance| (beat.from..beat.to).contains(distance))
    };
    let hits = inside().count().max(1) as f64;
    let period = inside().map(|distance| distance as f64).sum::<f64>() / hits;
    let deviation = inside().map(|distance| (distance as f64 - period).abs()).sum::<f64>() / hits;
    (period, 2.0 * deviation / period)
}
