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
use timing::Found;

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
}

impl Judge {
    /// Judges the connections of one pair, sorted by start. None if fewer than four have a start of
    /// their own.
    pub fn judge(&mut self, connections: &[Connection]) -> Option<Regularity> {
        let resolution = resolution(connections);
        let found = timing::find(connections, resolution, &mut self.space)?;
        let timing::Space { histogram, calls, on_beat, .. } = &mut self.space;
        let size = size::alike(calls, on_beat, histogram);
        Some(conclude(calls, &found, size))
    }
}

const WEIGHTS: [f64; 3] = [0.35, 0.5, 0.15];

fn conclude(calls: &[calls::Call], found: &Found, size: f64) -> Regularity {
    let Found { beat, runs, .. } = found;
    let decades = -beat.improbability / std::f64::consts::LN_10;
    let timing = found.strength();
    let part = |weight: f64, of: f64| Thousandths::of(weight * timing * of);
    let parts = Parts {
        timing: part(WEIGHTS[0], 1.0),
        persistence: part(WEIGHTS[1], runs.persistence),
        size: part(WEIGHTS[2], size),
    };
    let (period, jitter) = timing::period(calls, beat);
    let mut answer = Regularity {
        regularity: Thousandths(parts.timing.0 + parts.persistence.0 + parts.size.0),
        parts,
        period_seconds: seconds(period),
        jitter_percent: (jitter * 1000.0).round() / 10.0,
        missed_percent: (runs.missed * 1000.0).round() / 10.0,
        active_span_seconds: seconds(runs.active as f64),
        calls: calls.len() as u64,
        calls_on_beat: runs.on_beat,
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
