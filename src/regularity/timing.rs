//! The period that calls keep, if they keep one.

use super::calls::{self, Call, distances};
use super::histogram::Histogram;
use super::null_model::{ln_p_bound, max_probability};
use super::period::PeriodCandidate;
use super::recurrence;
use super::runs::{Runs, mark};
use crate::model::flow::Connection;

/// Widths of the interval bands that are tried, in bins of the histogram: from 1.6–3 % to a factor of three,
/// which is what ±50 % makes.
const WIDTHS: [usize; 9] = [1, 2, 4, 7, 12, 18, 26, 38, 52];
/// Improbable enough to search no further: 10^-9, as a natural logarithm.
const CONCLUSIVE_LN_P: f64 = -20.7;

/// Buffers that are reused for every pair.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    pub histogram: Histogram,
    pub calls: Vec<Call>,
    pub on_period: Vec<bool>,
    recurrence: recurrence::Buffers,
}

/// A candidate with the runs of calls that keep it.
#[derive(Debug, Clone, Copy)]
pub(super) struct PeriodFit {
    pub candidate: PeriodCandidate,
    /// All zero if the candidate may well be chance.
    pub runs: Runs,
    /// The idle time that separated the calls.
    idle_time: u64,
}

impl PeriodFit {
    /// How strongly it indicates a machine, from 0 to 1.
    pub fn strength(&self) -> f64 {
        self.candidate.strength() * self.runs.steady
    }

    /// A clearly stronger fit is better, and so is one of about the same strength that narrows the other down.
    /// Multiples of a period recur too, so they must be clearly stronger.
    fn is_better_than(&self, other: &PeriodFit) -> bool {
        let narrows = self.candidate.from >= other.candidate.from && self.candidate.to <= other.candidate.to;
        self.strength() > other.strength() * if narrows { 0.9 } else { 1.15 }
    }

    /// Whether no search for a better one is needed.
    fn is_conclusive(&self) -> bool {
        let is_wide = self.candidate.to / 2 >= self.candidate.from;
        let explains_most = self.candidate.share > if is_wide { 0.75 } else { 0.5 };
        self.candidate.ln_p_bound < CONCLUSIVE_LN_P && explains_most && self.runs.steady > 0.9
    }
}

/// Finds the best fit. Leaves its calls in the buffers, with those on the period marked.
#[inline(never)]
pub(super) fn find(connections: &[Connection], resolution: u64, buffers: &mut Buffers) -> Option<PeriodFit> {
    let Buffers { histogram, calls, on_period, recurrence } = buffers;
    let (idle_times, count) = calls::idle_times(connections, histogram);
    let (mut best, mut tried, mut last) = (None::<PeriodFit>, 0.0, 0);
    // The longest idle time first: if the bursts as a whole keep a period, their parts matter less.
    for &idle_time in idle_times.iter().take(count).rev() {
        if !calls::collect(connections, idle_time, calls) {
            continue;
        }
        (tried, last) = (tried + 1.0, idle_time);
        let mut consider = |best: &mut Option<PeriodFit>, candidate: PeriodCandidate| {
            let runs = if candidate.strength() > 0.0 {
                mark(calls, &candidate, on_period);
                Runs::of(calls, on_period, &candidate)
            } else {
                Runs::default()
            };
            let fit = PeriodFit { candidate, runs, idle_time };
            if best.is_none_or(|best| fit.is_better_than(&best)) {
                *best = Some(fit);
            }
        };
        // Without bursts the histogram already holds the intervals.
        if count > 1 {
            histogram.fill(distances(calls, 1));
        }
        if let Some(candidate) = find_next_call_period(resolution, histogram) {
            consider(&mut best, candidate);
        }
        if calls.len() >= recurrence::MIN_CALLS && !best.is_some_and(|best| best.is_conclusive()) {
            tried += 1.0;
            recurrence::find(calls, resolution, recurrence, histogram, &mut |candidate| {
                if candidate.strength() > 0.0 {
                    consider(&mut best, candidate);
                }
            });
        }
        if best.is_some_and(|best| best.is_conclusive()) {
            break;
        }
    }
    let mut best = best?;
    best.candidate.ln_p_bound = (best.candidate.ln_p_bound + libm::log(tried)).min(0.0);
    if best.idle_time != last {
        calls::collect(connections, best.idle_time, calls);
    }
    if best.strength() > 0.0 {
        mark(calls, &best.candidate, on_period);
    }
    Some(best)
}

/// The most improbable band of the intervals from each call to the next.
#[inline(never)]
fn find_next_call_period(resolution: u64, histogram: &Histogram) -> Option<PeriodCandidate> {
    if histogram.total() < 3 {
        return None;
    }
    let candidates = WIDTHS.into_iter().map(|width| {
        let dense = histogram.densest(width);
        let chance = max_probability(dense.from, dense.to, resolution);
        let bound = ln_p_bound(dense.count, histogram.total(), chance) + libm::log(WIDTHS.len() as f64);
        let share = f64::from(dense.count) / f64::from(histogram.total());
        let share = ((share - chance) / (1.0 - chance)).max(0.0);
        PeriodCandidate {
            from: dense.from,
            to: dense.to,
            share,
            lift: share / chance,
            ln_p_bound: bound.min(0.0),
            lag: 1,
        }
    });
    candidates.min_by(|a, b| a.ln_p_bound.total_cmp(&b.ln_p_bound))
}

/// The mean of the intervals in the candidate's band, in microseconds, and their jitter: half the spread of a
/// uniform distribution with the same mean deviation, as a share of the mean.
#[inline(never)]
pub(super) fn period_and_jitter(calls: &[Call], candidate: &PeriodCandidate) -> (f64, f64) {
    let inside = || {
        let all = (1..=candidate.lag).flat_map(|lag| distances(calls, lag));
        all.filter(|distance| (candidate.from..candidate.to).contains(distance))
    };
    let hits = inside().count().max(1) as f64;
    let period = inside().map(|distance| distance as f64).sum::<f64>() / hits;
    let deviation = inside().map(|distance| (distance as f64 - period).abs()).sum::<f64>() / hits;
    (period, 2.0 * deviation / period)
}
