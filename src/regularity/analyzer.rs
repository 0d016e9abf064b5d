//! Connections of a pair → its regularity.

use super::calls::{self, Call};
use super::score::{Regularity, RegularityParts, Thousandths};
use super::size;
use super::timing::{self, PeriodFit};
use crate::model::flow::Connection;

/// The most that each part adds to the regularity.
pub(crate) const TIMING_WEIGHT: f64 = 0.35;
pub(crate) const PERSISTENCE_WEIGHT: f64 = 0.5;
pub(crate) const SIZE_WEIGHT: f64 = 0.15;

/// Computes the regularity of pairs, reusing its buffers.
///
/// ```
/// use beaconlens::regularity::Analyzer;
/// use beaconlens::{Connection, Timestamp};
///
/// let minutes = (0..60).filter_map(|minute| Timestamp::from_micros(minute * 60_000_000));
/// let hour: Vec<Connection> = minutes.map(|start| Connection::new(start, 300, 1200)).collect();
/// let regularity = Analyzer::default().analyze(&hour).ok_or("too few calls")?;
/// assert_eq!(regularity.period_seconds, Some(60.0));
/// assert!(regularity.regularity.value() > 0.9);
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug, Default)]
pub struct Analyzer {
    buffers: timing::Buffers,
}

impl Analyzer {
    /// The regularity of one pair's connections, sorted by start. None with fewer than four distinct start times.
    pub fn analyze(&mut self, connections: &[Connection]) -> Option<Regularity> {
        let fit = timing::find(connections, resolution(connections), &mut self.buffers)?;
        let timing::Buffers { histogram, calls, on_period, .. } = &mut self.buffers;
        let size = if fit.strength() > 0.0 { size::similarity(calls, on_period, histogram) } else { 0.0 };
        let mut regularity = conclude(calls, &fit, size);
        let scale = |count: u64| {
            count * connections.len() as u64 / connections.len().min(calls::MAX_CONNECTIONS) as u64
        };
        regularity.calls = scale(regularity.calls);
        regularity.calls_on_period = scale(regularity.calls_on_period);
        regularity.connections = connections.len() as u64;
        Some(regularity)
    }
}

#[inline(never)]
fn conclude(calls: &[Call], fit: &PeriodFit, size: f64) -> Regularity {
    let PeriodFit { candidate, runs, .. } = fit;
    let timing = fit.strength();
    let part = |weight: f64, of: f64| Thousandths::of(weight * timing * of);
    let parts = RegularityParts {
        timing: part(TIMING_WEIGHT, 1.0),
        persistence: part(PERSISTENCE_WEIGHT, runs.persistence),
        size: part(SIZE_WEIGHT, size),
    };
    let has_period = parts.timing.0 > 0;
    let (period, jitter) = if has_period { timing::period_and_jitter(calls, candidate) } else { (0.0, 0.0) };
    let ends = calls.first().zip(calls.last()).map_or(0, |(first, last)| last.start.abs_diff(first.start));
    Regularity {
        regularity: parts.sum(),
        regularity_parts: parts,
        period_seconds: has_period.then(|| rounded(period / 1e6, 1000.0)),
        jitter_percent: has_period.then(|| rounded(jitter * 100.0, 10.0)),
        missed_percent: has_period.then(|| rounded(runs.missed * 100.0, 10.0)),
        active_span_seconds: rounded(if has_period { runs.active } else { ends } as f64 / 1e6, 1000.0),
        active_parts: if has_period { runs.parts } else { 0 },
        calls: calls.len() as u64,
        calls_on_period: if has_period { runs.on_period } else { 0 },
        significance: rounded(candidate.neg_log10_p().min(100.0), 10.0),
        connections: 0,
    }
}

/// Rounds to one over `steps`, so that every platform prints the same.
fn rounded(number: f64, steps: f64) -> f64 {
    (number * steps).round() / steps
}

/// The coarsest unit that all starts are multiples of: the resolution of the times.
#[inline(never)]
fn resolution(connections: &[Connection]) -> u64 {
    let whole = |unit: u64| {
        let mut all = calls::blocks(connections).flatten();
        all.all(|connection| connection.start.as_micros().unsigned_abs().is_multiple_of(unit))
    };
    match () {
        () if !whole(1000) => 1,
        () if !whole(SECOND) => 1000,
        () if whole(60 * SECOND) && share_starts(connections) => 60 * SECOND,
        () => SECOND,
    }
}

const SECOND: u64 = 1_000_000;

/// Whether varying numbers of connections share their start. Only then whole minutes are a resolution: a machine that
/// calls by the clock every minute also calls at whole minutes, but not in varying numbers.
fn share_starts(connections: &[Connection]) -> bool {
    let mut counts = [0_u32; 8];
    for together in calls::blocks(connections).flat_map(|block| block.chunk_by(|a, b| a.start == b.start)) {
        if let Some(count) = counts.get_mut(together.len().min(8) - 1) {
            *count += 1;
        }
    }
    let (all, most) = (counts.iter().sum::<u32>(), counts.into_iter().max().unwrap_or(0));
    // Three in a hundred: with fewer, random traffic starts too rarely in adjacent minutes to matter.
    (all - most) * 33 > all
}
