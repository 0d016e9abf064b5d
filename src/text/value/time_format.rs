//! Units and formats of times.

/// The unit of epoch numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimeUnit {
    /// Seconds.
    Seconds,
    /// Milliseconds.
    Milliseconds,
    /// Microseconds.
    Microseconds,
    /// Nanoseconds; fractions of a microsecond are dropped.
    Nanoseconds,
}

impl TimeUnit {
    /// By magnitude: seconds up to the year 5138, then milliseconds since 1973 up to 5138, and so on.
    pub(super) fn of(whole: u64) -> Self {
        if whole < 100_000_000_000 {
            TimeUnit::Seconds
        } else if whole < 100_000_000_000_000 {
            TimeUnit::Milliseconds
        } else if whole < 100_000_000_000_000_000 {
            TimeUnit::Microseconds
        } else {
            TimeUnit::Nanoseconds
        }
    }

    /// Powers of ten from the unit to microseconds.
    pub(super) fn power(self) -> i32 {
        match self {
            TimeUnit::Seconds => 6,
            TimeUnit::Milliseconds => 3,
            TimeUnit::Microseconds => 0,
            TimeUnit::Nanoseconds => -3,
        }
    }
}

/// How a start time was written, for the report of its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TimeFormat {
    Epoch(TimeUnit),
    TextWithZone,
    TextWithoutZone,
}

/// How to read times that are ambiguous by themselves.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct TimeReading {
    /// The unit of epoch numbers; none to infer it from the magnitude.
    pub unit: Option<TimeUnit>,
    /// Minutes east of UTC, of texts without a zone.
    pub utc_offset_minutes: i32,
    /// Whether `03/07/2017` is the third of July. The text alone does not say, so only formats that do are read.
    pub day_first: bool,
}
