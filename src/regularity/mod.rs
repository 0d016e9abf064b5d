//! How machine-like the timing and the sizes of a pair are, and how improbable that is for random traffic.
//!
//! A pair's connections are looked at in four steps:
//!
//! 1. What is opened together is one call (`calls`).
//! 2. The interval that the calls keep is where intervals lie most densely: from each call to the next
//!    (`timing`), or to one of the next eight, if other traffic lies between (`recurrence`). How improbable
//!    that is for a source without a memory is bounded from above (`null`).
//! 3. The calls that keep it make runs; long ones without interruptions persist (`timing`).
//! 4. They may be alike in size (`size`).
//!
//! Work is bounded: at most 2,048 connections of a pair are looked at closely.

mod calls;
mod histogram;
mod null;
mod recurrence;
mod rita;
mod size;
mod timing;
mod verdict;

pub use rita::{RitaScore, rita_score};

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::model::flow::Connection;
use calls::Call;
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

/// What [`Regularity::regularity`] is the sum of. Persistence and size count as far as the timing is that
/// of a machine: constant sizes at random times are no beacon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RegularityParts {
    /// Calls keep an interval that random traffic would not keep: at most 0.35.
    pub timing: Thousandths,
    /// They keep it for long and without long interruptions: at most 0.5.
    pub persistence: Thousandths,
    /// They are alike in size: at most 0.15.
    pub size: Thousandths,
}

impl RegularityParts {
    /// The regularity.
    pub fn sum(&self) -> Thousandths {
        Thousandths(self.timing.0 + self.persistence.0 + self.size.0)
    }
}

const TIMING: f64 = 0.35;
const PERSISTENCE: f64 = 0.5;
const SIZE: f64 = 0.15;

/// How machine-like a pair is, and why.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Regularity {
    /// 0 for random or human traffic, 1 for a machine that keeps time.
    pub regularity: Thousandths,
    /// What it is the sum of.
    pub regularity_parts: RegularityParts,
    /// The interval that calls keep, in seconds: its mean. None if they keep none.
    pub period_seconds: Option<f64>,
    /// Half the spread of the interval, in percent of it: 10 is ±10 %. None without a period.
    pub jitter_percent: Option<f64>,
    /// Calls that were due and did not come, in percent of those due. None without a period.
    pub missed_percent: Option<f64>,
    /// From the first to the last call of the part that keeps the interval; of all calls without one.
    pub active_span_seconds: f64,
    /// In how many parts it was active, with silences of more than eight periods between; 0 without one.
    pub active_parts: u64,
    /// Calls: connections that were opened together are one. An estimate above 2,048 connections.
    pub calls: u64,
    /// Calls that keep the interval to another call. An estimate above 2,048 connections.
    pub calls_on_period: u64,
    /// How improbable such timing is for random traffic of this rate: 9 is a chance of at most one in
    /// 10^9. From 0 to 100, to a tenth.
    pub significance: f64,
    /// Connections.
    pub(crate) connections: u64,
}

impl Regularity {
    /// All of this in a sentence.
    pub fn verdict(&self) -> String {
        let mut out = String::new();
        self.write_verdict(&mut out);
        out
    }
}

impl Serialize for Regularity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("regularity", &self.regularity)?;
        map.serialize_entry("regularity_parts", &self.regularity_parts)?;
        map.serialize_entry("period_seconds", &self.period_seconds)?;
        map.serialize_entry("jitter_percent", &self.jitter_percent)?;
        map.serialize_entry("missed_percent", &self.missed_percent)?;
        map.serialize_entry("active_span_seconds", &self.active_span_seconds)?;
        map.serialize_entry("active_parts", &self.active_parts)?;
        map.serialize_entry("calls", &self.calls)?;
        map.serialize_entry("calls_on_period", &self.calls_on_period)?;
        map.serialize_entry("significance", &self.significance)?;
        map.serialize_entry("verdict", &self.verdict())?;
        map.end()
    }
}

/// Judges pairs, one after the other; keeps its space between them.
///
/// ```
/// use beaconlens::Connection;
/// use beaconlens::regularity::Analyzer;
///
/// let call = |at: i64| Connection { start: at * 60_000_000, bytes_sent: 300, bytes_received: 1200 };
/// let hour: Vec<Connection> = (0..60).map(call).collect();
/// let found = Analyzer::default().analyze(&hour).ok_or("too few calls")?;
/// assert_eq!(found.period_seconds, Some(60.0));
/// assert!(found.regularity.value() > 0.9);
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug, Default)]
pub struct Analyzer {
    space: timing::Space,
}

impl Analyzer {
    /// Judges the connections of one pair, sorted by start. None if fewer than four have a start of
    /// their own.
    pub fn analyze(&mut self, connections: &[Connection]) -> Option<Regularity> {
        let found = timing::find(connections, resolution(connections), &mut self.space)?;
        let timing::Space { histogram, calls, on_beat, .. } = &mut self.space;
        let size = if found.strength() > 0.0 { size::alike(calls, on_beat, histogram) } else { 0.0 };
        let mut answer = conclude(calls, &found, size);
        let scale = |count: u64| count * connections.len() as u64 / connections.len().min(calls::MOST) as u64;
        answer.calls = scale(answer.calls);
        answer.calls_on_period = scale(answer.calls_on_period);
        answer.connections = connections.len() as u64;
        Some(answer)
    }
}

#[inline(never)]
fn conclude(calls: &[Call], found: &Found, size: f64) -> Regularity {
    let Found { beat, runs, .. } = found;
    let timing = found.strength();
    let part = |weight: f64, of: f64| Thousandths::of(weight * timing * of);
    let parts = RegularityParts {
        timing: part(TIMING, 1.0),
        persistence: part(PERSISTENCE, runs.persistence),
        size: part(SIZE, size),
    };
    let kept = parts.timing.0 > 0;
    let (period, jitter) = if kept { timing::period(calls, beat) } else { (0.0, 0.0) };
    let ends = calls.first().zip(calls.last()).map_or(0, |(first, last)| last.start.abs_diff(first.start));
    Regularity {
        regularity: parts.sum(),
        regularity_parts: parts,
        period_seconds: kept.then(|| rounded(period / 1e6, 1000.0)),
        jitter_percent: kept.then(|| rounded(jitter * 100.0, 10.0)),
        missed_percent: kept.then(|| rounded(runs.missed * 100.0, 10.0)),
        active_span_seconds: rounded(if kept { runs.active } else { ends } as f64 / 1e6, 1000.0),
        active_parts: if kept { runs.parts } else { 0 },
        calls: calls.len() as u64,
        calls_on_period: if kept { runs.on_beat } else { 0 },
        significance: rounded(beat.decades().min(100.0), 10.0),
        connections: 0,
    }
}

/// Rounded to one over `steps`, so that all hosts print the same.
fn rounded(number: f64, steps: f64) -> f64 {
    (number * steps).round() / steps
}

/// The coarsest unit that all starts are multiples of: times are known no better.
#[inline(never)]
fn resolution(connections: &[Connection]) -> u64 {
    let whole = |unit: u64| {
        let mut all = calls::blocks(connections).flatten();
        all.all(|connection| connection.start.unsigned_abs().is_multiple_of(unit))
    };
    match () {
        () if !whole(1000) => 1,
        () if !whole(SECOND) => 1000,
        () if whole(60 * SECOND) && crowds(connections) => 60 * SECOND,
        () => SECOND,
    }
}

const SECOND: u64 = 1_000_000;

/// Whether connections share their start in changing numbers. Whole minutes are a resolution only then:
/// what is started by the clock every minute also calls at whole minutes, but not in changing numbers.
fn crowds(connections: &[Connection]) -> bool {
    let mut counts = [0_u32; 8];
    for together in calls::blocks(connections).flat_map(|block| block.chunk_by(|a, b| a.start == b.start)) {
        if let Some(count) = counts.get_mut(together.len().min(8) - 1) {
            *count += 1;
        }
    }
    let (all, most) = (counts.iter().sum::<u32>(), counts.into_iter().max().unwrap_or(0));
    // Three in a hundred: random traffic of fewer starts too rarely in adjacent minutes to matter.
    (all - most) * 33 > all
}

#[cfg(test)]
mod tests;
