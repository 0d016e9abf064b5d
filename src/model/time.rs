//! Instants and their text forms.

use chrono::{Datelike, NaiveDate};
use serde::{Serialize, Serializer};

pub(crate) const SECOND: i64 = 1_000_000;
pub(crate) const MINUTE: i64 = 60 * SECOND;
pub(crate) const HOUR: i64 = 60 * MINUTE;

/// The greatest distance of a time zone from UTC: less than a day.
pub(crate) const MAX_UTC_OFFSET_MINUTES: i32 = 24 * 60 - 1;

/// 0001-01-01 and the last microsecond of 9999: the instants that a four-digit year can write.
pub(crate) const EARLIEST: i64 = -62_135_596_800 * SECOND;
pub(crate) const LATEST: i64 = 253_402_300_800 * SECOND - 1;

/// An instant, in UTC microseconds since 1970. Its text form is RFC 3339 in UTC.
///
/// Any instant of the years 1 to 9999.
///
/// ```
/// use beaconlens::Timestamp;
///
/// let end: Timestamp = "2026-03-02T19:00:00+01:00".parse()?;
/// assert_eq!(end.to_string(), "2026-03-02T18:00:00Z");
/// assert_eq!(Timestamp::from_micros(end.as_micros()), Some(end));
/// # Ok::<(), beaconlens::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The instant, if it is in the years 1 to 9999.
    pub fn from_micros(micros: i64) -> Option<Self> {
        (EARLIEST..=LATEST).contains(&micros).then_some(Timestamp(micros))
    }

    /// The instant, or the earliest or latest one if it is outside the years 1 to 9999.
    pub(crate) fn clamped(micros: i64) -> Self {
        Timestamp(micros.clamp(EARLIEST, LATEST))
    }

    /// The instant without a check, for starts of flows: ingest refuses those outside the years 1 to 9999.
    #[inline(always)]
    pub(crate) fn unchecked(micros: i64) -> Self {
        Timestamp(micros)
    }

    /// UTC microseconds since 1970.
    #[inline(always)]
    pub fn as_micros(self) -> i64 {
        self.0
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&rfc3339(self.0))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// RFC 3339 in UTC, with as many fraction digits as the instant needs (0, 3 or 6).
pub(crate) fn rfc3339(micros: i64) -> String {
    let mut out = query_format(micros, 0).replace(' ', "T");
    match micros.rem_euclid(SECOND) {
        0 => {}
        fraction if fraction % 1000 == 0 => out += &format!(".{:03}", fraction / 1000),
        fraction => out += &format!(".{fraction:06}"),
    }
    out.push('Z');
    out
}

/// A second in the rule's UTC offset. Its text form is that of the query's `DATEFORMAT`: `yyyy-MM-dd HH:mm:ss`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalTimestamp {
    /// Seconds since 1970 in that offset.
    pub(crate) second: i64,
}

impl LocalTimestamp {
    pub(crate) fn new(micros: i64, utc_offset_minutes: i32) -> Self {
        LocalTimestamp { second: micros.div_euclid(SECOND) + i64::from(utc_offset_minutes) * 60 }
    }

    /// Appends its text.
    #[inline(never)]
    pub(crate) fn write(self, out: &mut String) {
        const DAY: i64 = 86_400;
        let date = NaiveDate::from_epoch_days(self.second.div_euclid(DAY) as i32).unwrap_or_default();
        let (year, second) = (date.year().unsigned_abs(), self.second.rem_euclid(DAY) as u32);
        let mut text = *b"0000-00-00 00:00:00";
        for (at, two) in [
            (0, year / 100),
            (2, year % 100),
            (5, date.month()),
            (8, date.day()),
            (11, second / 3600),
            (14, second / 60 % 60),
            (17, second % 60),
        ] {
            if let Some([tens, ones]) = text.get_mut(at..at + 2) {
                (*tens, *ones) = (*tens + (two / 10) as u8, *ones + (two % 10) as u8);
            }
        }
        // Digits are text.
        out.push_str(std::str::from_utf8(&text).unwrap_or_default());
    }
}

impl std::fmt::Display for LocalTimestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut text = String::new();
        self.write(&mut text);
        f.write_str(&text)
    }
}

impl Serialize for LocalTimestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = String::new();
        self.write(&mut text);
        serializer.serialize_str(&text)
    }
}

/// The text of a [`LocalTimestamp`].
pub(crate) fn query_format(micros: i64, utc_offset_minutes: i32) -> String {
    let mut out = String::new();
    LocalTimestamp::new(micros, utc_offset_minutes).write(&mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_printed_as_the_query_prints_them() {
        assert_eq!(query_format(-1, 0), "1969-12-31 23:59:59");
        assert_eq!(query_format(1_772_445_599_999_999, 0), "2026-03-02 09:59:59");
        assert_eq!(query_format(1_772_445_599_999_999, -90), "2026-03-02 08:29:59");
        assert_eq!(query_format(EARLIEST, 0), "0001-01-01 00:00:00");
        assert_eq!(query_format(LATEST, 0), "9999-12-31 23:59:59");
        assert_eq!(rfc3339(1_772_445_599_999_000), "2026-03-02T09:59:59.999Z");
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00Z");
        assert_eq!(rfc3339(-1), "1969-12-31T23:59:59.999999Z");
        assert_eq!(rfc3339(EARLIEST + 20), "0001-01-01T00:00:00.000020Z");
    }
}
