//! Runs of calls that keep a period.

use super::calls::Call;
use super::period::PeriodCandidate;

/// Marks every call that another call follows or precedes at an interval of the candidate's band.
#[inline(never)]
pub(super) fn mark(calls: &[Call], candidate: &PeriodCandidate, on_period: &mut Vec<bool>) {
    on_period.clear();
    on_period.resize(calls.len(), false);
    let mut next = 0;
    for (at, call) in calls.iter().enumerate() {
        let interval = |later: &Call| later.start.abs_diff(call.start);
        while calls
            .get(next)
            .is_some_and(|later| later.start <= call.start || interval(later) < candidate.from)
        {
            next += 1;
        }
        let follows = |later: &&Call| interval(later) < candidate.to && later.block == call.block;
        if calls.get(next).is_some_and(|later| follows(&later)) {
            for at in [at, next] {
                if let Some(mark) = on_period.get_mut(at) {
                    *mark = true;
                }
            }
        }
    }
}

/// Statistics of the calls on the period.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Runs {
    /// Number of calls on the period.
    pub on_period: u64,
    /// Missed calls, as a share of the calls that were due.
    pub missed: f64,
    /// Microseconds from the first to the last call.
    pub active: u64,
    /// Number of runs.
    pub parts: u64,
    /// How long the runs last and how much of the active time they cover, from 0 to 1.
    pub persistence: f64,
    /// How many calls follow each other: 1 if a typical run has at least ten, or half of all.
    pub steady: f64,
}

/// An idle time of more periods than this ends a run.
const MAX_IDLE_PERIODS: f64 = 8.5;
/// Runs with a smaller share than this of the calls of the longest run are ignored as chance.
const MIN_RUN_SHARE: f64 = 0.1;
/// A run of this many calls is fully steady.
const STEADY_CALLS: f64 = 9.0;
/// A run of this length persists by half, however little of the active time it covers: 2 h.
const LONG_RUN: f64 = 7.2e9;
/// A run of this length counts by half, as it may be a visit: 10 min.
const SHORT_RUN: f64 = 600e6;

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

impl Runs {
    /// The runs of the calls that are marked.
    #[inline(never)]
    pub fn of(calls: &[Call], on_period: &[bool], candidate: &PeriodCandidate) -> Runs {
        let period = (candidate.from as f64 + candidate.to as f64) / 2.0;
        let (mut runs, mut missed, mut marked) = (Vec::<Run>::new(), 0.0, 0.0);
        let mut block = 0;
        for (call, _) in calls.iter().zip(on_period).filter(|(_, on)| **on) {
            marked += 1.0;
            let start = call.start;
            let periods = runs.last().map_or(f64::INFINITY, |run| run.last.abs_diff(start) as f64 / period);
            // Connections that were not examined are taken to continue the run.
            let bridged = call.block != block;
            match runs.last_mut() {
                Some(run) if bridged || periods <= MAX_IDLE_PERIODS => {
                    missed += if bridged { 0.0 } else { (periods - 0.5).floor().max(0.0) };
                    *run = Run { calls: run.calls + 1.0, last: start, ..*run };
                }
                _ => runs.push(Run { calls: 1.0, first: start, last: start }),
            }
            block = call.block;
        }
        let longest = runs.iter().map(|run| run.calls).fold(0.0, f64::max);
        runs.retain(|run| run.calls >= longest * MIN_RUN_SHARE);
        let sum = |of: fn(&Run) -> f64| runs.iter().map(of).sum::<f64>();
        let in_runs = sum(|run| run.calls).max(1.0);
        // Length and calls of the run that a call is in, on average.
        let typical_length = sum(|run| run.calls * run.length()) / in_runs;
        let typical_calls = sum(|run| run.calls * run.calls) / in_runs;
        let active = runs.first().zip(runs.last()).map_or(0, |(first, last)| last.last.abs_diff(first.first));
        let coverage = sum(Run::length) / (active as f64).max(1.0);
        let lasting = typical_length / (typical_length + LONG_RUN);
        let enough = (calls.len() as f64 / 2.0).min(STEADY_CALLS);
        Runs {
            on_period: marked as u64,
            missed: missed / (missed + marked).max(1.0),
            active,
            parts: runs.len() as u64,
            persistence: (coverage + (1.0 - coverage) * lasting) * typical_length
                / (typical_length + SHORT_RUN),
            steady: ((typical_calls - 1.0) / enough).clamp(0.0, 1.0),
        }
    }
}
