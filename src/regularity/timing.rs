//! The interval that calls keep, if they keep one.

use super::calls::{self, Call};
use super::histogram::Histogram;
use super::null::Window;
use crate::flow::Connection;

/// Widths of the windows that are tried, in bins of the histogram: from 1.6–3 % to a factor of three,
/// which is what ±50 % makes.
const WIDTHS: [usize; 11] = [1, 2, 3, 4, 6, 8, 12, 16, 24, 36, 52];
/// Sums of up to this many intervals are tried: with other traffic in between, one call of the beacon
/// and the next are several intervals apart.
const LAGS: u32 = 4;
/// Improbable enough to look no further: 10^-9, as a natural logarithm.
const SURE: f64 = -20.7;

/// The interval that the calls keep best.
#[derive(Debug, Clone, Copy)]
pub(super) struct Beat {
    pub window: Window,
    /// What a memoryless source would put into the window at most.
    pub chance: f64,
    /// Natural logarithm of the probability under the null model, all windows tried counted in.
    pub improbability: f64,
}

/// Finds the beat, and leaves the calls it is a beat of in `calls`.
pub(super) fn find(
    connections: &[Connection],
    resolution: u64,
    histogram: &mut Histogram,
    calls: &mut Vec<Call>,
) -> Option<Beat> {
    let (silences, found) = calls::silences(connections, histogram);
    let (mut best, mut best_silence, mut tried) = (None::<Beat>, 0, 0);
    // The longest silence first: if the bursts as a whole keep time, what they are made of matters less.
    for &silence in silences.iter().take(found).rev() {
        calls::collect(connections, silence, calls);
        let beat = of_calls(calls, resolution, histogram, &mut tried);
        if let Some(beat) = beat
            && best.is_none_or(|best| beat.improbability < best.improbability)
        {
            (best, best_silence) = (Some(beat), silence);
        }
        if best.is_some_and(|best| best.improbability < SURE) {
            break;
        }
    }
    calls::collect(connections, best_silence, calls);
    best
}

fn of_calls(calls: &[Call], resolution: u64, histogram: &mut Histogram, tried: &mut u32) -> Option<Beat> {
    let mut best = None::<Beat>;
    for lag in 1..=LAGS {
        histogram.fill(sums(calls, lag));
        if histogram.total() < 3 * lag {
            break;
        }
        *tried += WIDTHS.len() as u32;
        for width in WIDTHS {
            let dense = histogram.densest(width);
            let window =
                Window { from: dense.from, to: dense.to, lag, hits: dense.count, of: histogram.total() };
            let chance = window.by_chance(resolution);
            let improbability = window.improbability(chance, *tried);
            if best.is_none_or(|best| improbability < best.improbability) {
                best = Some(Beat { window, chance, improbability });
            }
        }
        if best.is_some_and(|best| best.improbability < SURE) {
            break;
        }
    }
    best
}

/// The sums of `lag` intervals in a row, in microseconds.
pub(super) fn sums(calls: &[Call], lag: u32) -> impl Iterator<Item = u64> {
    let ends = calls.iter().zip(calls.iter().skip(lag as usize));
    ends.filter(|(from, to)| from.block == to.block).map(|(from, to)| to.start.abs_diff(from.start))
}

/// Marks the calls that another call follows or precedes at the beat's distance.
pub(super) fn mark(calls: &[Call], window: Window, on_beat: &mut Vec<bool>) {
    on_beat.clear();
    on_beat.resize(calls.len(), false);
    let mut next = 0;
    for (at, call) in calls.iter().enumerate() {
        let due = |later: &Call| later.start.abs_diff(call.start);
        while calls.get(next).is_some_and(|later| later.start <= call.start || due(later) < window.from) {
            next += 1;
        }
        let kept = calls.get(next).filter(|later| due(later) < window.to && later.block == call.block);
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
const LONGEST_SILENCE: f64 = 4.5;
/// A run of this many calls persists, however many there are.
const LONG_RUN: f64 = 100.0;
/// What is active only for this long persists half as much.
const SHORT: f64 = 600_000_000.0;

/// How the calls on the beat go on.
pub(super) fn runs(calls: &[Call], on_beat: &[bool], window: Window) -> Runs {
    let inside = || sums(calls, window.lag).filter(|sum| (window.from..window.to).contains(sum));
    let hits = f64::from(window.hits).max(1.0);
    let period = inside().sum::<u64>() as f64 / hits;
    let deviation = inside().map(|sum| (sum as f64 - period).abs()).sum::<f64>() / hits;
    let mut runs = Runs { period, jitter: 2.0 * deviation / period, ..Runs::default() };
    let (mut first, mut last) = (None::<&Call>, None::<&Call>);
    let (mut run, mut squares, mut missed) = (0_u64, 0.0, 0.0);
    let mut end = |run: u64| squares += (run * run) as f64;
    for (call, _) in calls.iter().zip(on_beat).filter(|(_, on)| **on) {
        let beats = last.map_or(0.0, |last| call.start.abs_diff(last.start) as f64 / period);
        if last.is_some_and(|last| last.block == call.block) && beats > LONGEST_SILENCE {
            end(run);
            run = 0;
        } else if beats > 1.5 && last.is_some_and(|last| last.block == call.block) {
            missed += (beats.round() - 1.0).max(0.0);
        }
        run += 1;
        runs.on_beat += 1;
        first = first.or(Some(call));
        last = Some(call);
    }
    end(run);
    let on_beat = (runs.on_beat as f64).max(1.0);
    runs.missed = missed / (missed + on_beat);
    runs.active = first.zip(last).map_or(0, |(first, last)| last.start.abs_diff(first.start));
    let unbroken = (squares / (on_beat * on_beat)).max((squares / on_beat / LONG_RUN).min(1.0));
    runs.persistence = unbroken * runs.active as f64 / (runs.active as f64 + SHORT);
    runs
}
