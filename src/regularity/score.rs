//! The regularity of a pair.

use serde::{Serialize, Serializer};

/// A number from 0 to 1 in thousandths, so that parts add up exactly. Serializes as that number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Thousandths(pub u16);

impl Thousandths {
    pub(super) fn of(share: f64) -> Self {
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

/// The parts of [`Regularity::regularity`]. Persistence and size are weighted by the timing: constant sizes at
/// random times are no beacon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RegularityParts {
    /// Calls keep a period that random traffic would not keep: at most 0.35.
    pub timing: Thousandths,
    /// They keep it for a long time and without long interruptions: at most 0.5.
    pub persistence: Thousandths,
    /// They are similar in size: at most 0.15.
    pub size: Thousandths,
}

impl RegularityParts {
    /// The sum of the parts: the regularity.
    pub fn sum(&self) -> Thousandths {
        Thousandths(self.timing.0 + self.persistence.0 + self.size.0)
    }
}

/// How machine-like the connections of a pair are, and why.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Regularity {
    /// 0 for random or human traffic, 1 for a machine that keeps a steady period.
    pub regularity: Thousandths,
    /// The parts that add up to it.
    pub regularity_parts: RegularityParts,
    /// The mean interval of the calls that keep a period, in seconds. None if they keep none.
    pub period_seconds: Option<f64>,
    /// Half the spread of the interval, in percent of it: 10 is ±10 %. None without a period.
    pub jitter_percent: Option<f64>,
    /// Missed calls in percent of the calls that were due. None without a period.
    pub missed_percent: Option<f64>,
    /// Seconds from the first to the last call that keeps the period; of all calls without a period.
    pub active_span_seconds: f64,
    /// Number of active parts, which idle times of more than eight periods separate; 0 without a period.
    pub active_parts: u64,
    /// Calls: connections that were opened together are one call. An estimate above 2,048 connections.
    pub calls: u64,
    /// Calls that fit the period. An estimate above 2,048 connections.
    pub calls_on_period: u64,
    /// How improbable such timing is for random traffic of this rate, as -log10 of the chance: 9 is at most one
    /// in 10^9. From 0 to 100, to a tenth.
    pub significance: f64,
    /// Connections.
    pub(crate) connections: u64,
}
