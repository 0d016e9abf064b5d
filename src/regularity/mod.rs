//! How machine-like the timing and the sizes of a pair are.

mod calls;
mod histogram;
mod null;
mod recurrence;
mod rita;
mod size;
mod timing;
mod verdict;

pub use rita::{RitaScore, rita_score};

use serde::{Serialize, Serializer};

use crate::flow::Connection;
use calls::Call;
use timing::Beat;

/// A number from 0 to 1 in thousandths, so that parts add up exactly. Serializes as that number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Thousandths(pub u16);

impl Thousandths {
    fn of(share: f64) -> Self {
        Thousandths((share.clamp(0.0, 1.0) * 1000.0).round() as u16)
    }

    /// The number from 0 to 1.
    pub fn value(self) -> f64 {
        f64::from(self.0) / 1000.0
    }
}

impl Serialize for Thousandths {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.value())
    }
}

/// What [`Regularity::regularity`] is the sum of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Parts {
    /// Calls keep an interval that random traffic would not keep: at most 0.5.
    pub timing: Thousandths,
    /// They keep it without long interruptions: at most 0.35.
    pub persistence: Thousandths,
    /// Calls are alike in size: at most 0.15.
    pub size: Thousandths,
}

/// How machine-like a pair is, and why.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Regularity {
    /// 0 for random or human traffic, 1 for a machine that keeps time.
    pub regularity: Thousandths,
    /// What it is the sum of.
    pub parts: Parts,
    /// The interval that calls keep, in seconds.
    pub period_seconds: f64,
    /// Half the spread of the interval, in percent of it: 10 is ±10 %.
    pub jitter_percent: f64,
    /// Calls that were due and did not come, in percent of those due.
    pub missed_percent: f64,
    /// From the first to the last call of the part that keeps the interval.
    pub active_span_seconds: f64,
    /// Calls: connections that were opened together are one.
    pub calls: u64,
    /// Calls that keep the interval to another one.
    pub calls_on_beat: u64,
    /// How improbable the timing is for random traffic: 9 is a chance of one in 10^9. 0 to 100.
    pub significance: f64,
    /// All of this in a sentence.
    pub verdict: String,
}

/// Judges pairs, one after the other; keeps its space between them.
#[derive(Debug, Default)]
pub struct Judge {
    space: timing::Space,
    calls: Vec<Call>,
    on_beat: Vec<bool>,
}

impl Judge {
    /// Judges the connections of one pair, sorted by start. None if fewer than four have a start of
    /// their own.
    pub fn judge(&mut self, connections: &[Connection]) -> Option<Regularity> {
        let resolution = resolution(connections);
        let Judge { space, calls, on_beat } = self;
        let beat = timing::find(connections, resolution, space, calls)?;
        timing::mark(calls, &beat, on_beat);
        let run = timing::runs(calls, on_beat, &beat);
        let size = size::alike(calls, on_beat, &mut space.histogram);
        Some(conclude(connections.len(), calls.len(), beat, run, size))
    }
}

const WEIGHTS: [f64; 3] = [0.35, 0.5, 0.15];

fn conclude(connections: usize, calls: usize, beat: Beat, runs: timing::Runs, size: f64) -> Regularity {
    let decades = -beat.improbability / std::f64::consts::LN_10;
    let timing = beat.strength();
    let part = |weight: f64, of: f64| Thousandths::of(weight * timing * of);
    let parts = Parts {
        timing: part(WEIGHTS[0], 1.0),
        persistence: part(WEIGHTS[1], runs.persistence),
        size: part(WEIGHTS[2], size),
    };
    let looked_at = calls as f64 / connections.min(calls::MOST) as f64;
    let scaled = |n: usize| (n as f64 / looked_at.min(1.0)).round() as u64;
    let _ = scaled;
    let mut answer = Regularity {
        regularity: Thousandths(parts.timing.0 + parts.persistence.0 + parts.size.0),
        parts,
        period_seconds: seconds(runs.period),
        jitter_percent: (runs.jitter * 1000.0).round() / 10.0,
        missed_percent: (runs.missed * 1000.0).round() / 10.0,
        active_span_seconds: seconds(runs.active as f64),
        calls: calls as u64,
        calls_on_beat: runs.on_beat as u64,
        significance: (decades.min(100.0) * 10.0).round() / 10.0,
        verdict: String::new(),
    };
    answer.verdict = verdict::sentence(&answer);
    answer
}

/// Microseconds as seconds, to a thousandth.
fn seconds(microseconds: f64) -> f64 {
    (microseconds / 1000.0).round() / 1000.0
}

/// The coarsest unit that all starts are multiples of: times are known no better.
fn resolution(connections: &[Connection]) -> u64 {
    let known = |unit: &u64| calls::blocks(connections).flatten().all(|c| c.start.unsigned_abs() % unit == 0);
    [60_000_000, 1_000_000, 1000].into_iter().find(known).unwrap_or(1)
}
