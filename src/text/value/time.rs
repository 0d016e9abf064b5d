//! Start times: epoch numbers in four units, and calendar texts.

use std::str::FromStr;

use super::calendar::{calendar, day_first, named_month};
use super::number::Decimal;
use super::time_format::{TimeFormat, TimeReading, TimeUnit};
use crate::model::error::{Error, ErrorKind, quoted};
use crate::model::time::{EARLIEST, LATEST, SECOND, Timestamp};

/// A start time from a cleaned text, in UTC microseconds.
pub(crate) fn start(text: &[u8], reading: TimeReading) -> Option<(i64, TimeFormat)> {
    let (micros, format) = match text {
        [_, _, _, _, b'-' | b'/', ..] => calendar(text, reading.utc_offset_minutes)?,
        [b'A'..=b'Z', ..] => named_month(text, reading.utc_offset_minutes)?,
        _ if reading.day_first => day_first(text, reading.utc_offset_minutes)?,
        _ => epoch(text, reading.unit)?,
    };
    Some((within(micros)?, format))
}

/// The instant, if its year has four digits.
fn within(micros: i64) -> Option<i64> {
    (EARLIEST..=LATEST).contains(&micros).then_some(micros)
}

/// A start time that is a plain number of 1 to 16 digits.
#[inline(always)]
pub(crate) fn plain_epoch(number: u64, unit: Option<TimeUnit>) -> Option<(i64, TimeFormat)> {
    let unit = unit.unwrap_or_else(|| TimeUnit::of(number));
    let number = number as i64;
    let micros = match unit {
        TimeUnit::Seconds => number.checked_mul(SECOND)?,
        TimeUnit::Milliseconds => number.checked_mul(1000)?,
        TimeUnit::Microseconds => number,
        TimeUnit::Nanoseconds => number / 1000,
    };
    (micros <= LATEST).then_some((micros, TimeFormat::Epoch(unit)))
}

/// What errors expect of the text of a timestamp.
pub(crate) const TIMESTAMP_EXPECTED: &str = "an instant such as \"2026-03-02T18:00:00Z\"";

impl FromStr for Timestamp {
    type Err = Error;

    /// RFC 3339; a text without a zone is in UTC.
    fn from_str(text: &str) -> Result<Self, Error> {
        let bytes = text.trim().as_bytes();
        let instant = matches!(bytes.get(4), Some(b'-')).then(|| calendar(bytes, 0)).flatten();
        instant.and_then(|(micros, _)| Timestamp::from_micros(micros)).ok_or_else(|| {
            let message = format!("found {}, expected {TIMESTAMP_EXPECTED}", quoted(text));
            Error::new(ErrorKind::Rule, message)
        })
    }
}

fn epoch(text: &[u8], unit: Option<TimeUnit>) -> Option<(i64, TimeFormat)> {
    let number = Decimal::parse(text)?;
    let unit = match unit {
        Some(unit) => unit,
        None => TimeUnit::of(number.scaled(0)?.0),
    };
    let (micros, exact) = number.scaled(unit.power())?;
    let micros = i64::try_from(micros).ok()?;
    // Rounded down, also before 1970.
    let micros = if number.negative { -micros - i64::from(!exact) } else { micros };
    Some((micros, TimeFormat::Epoch(unit)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<i64> {
        start(text.as_bytes(), TimeReading::default()).map(|(micros, _)| micros)
    }

    #[test]
    fn epoch_numbers_in_every_unit() {
        let expected = Some(1_531_169_112_345_678);
        assert_eq!(read("1531169112.345678"), expected);
        assert_eq!(read("1531169112345.678"), expected);
        assert_eq!(read("1531169112345678"), expected);
        assert_eq!(read("1531169112345678901"), expected);
        assert_eq!(read("1.531169112345678E9"), expected);
        assert_eq!(read("0.001531169112345678e15"), expected);
        assert_eq!(read("0.001531169112E12"), Some(1_531_169_112_000_000));
        assert_eq!(read("12.5"), Some(12_500_000));
        assert_eq!(read("-0.0000001"), Some(-1));
        assert_eq!(read("0"), Some(0));
    }

    #[test]
    fn a_given_unit_wins_over_the_magnitude() {
        let reading = TimeReading { unit: Some(TimeUnit::Milliseconds), ..TimeReading::default() };
        assert_eq!(start(b"86400000", reading).map(|t| t.0), Some(86_400_000_000));
        assert_eq!(plain_epoch(86_400_000, reading.unit).map(|t| t.0), Some(86_400_000_000));
    }

    #[test]
    fn plain_epochs_are_what_the_exact_parser_reads() {
        for number in [
            0,
            1,
            99_999_999_999,
            100_000_000_000,
            1_531_169_112_345,
            99_999_999_999_999,
            9_999_999_999_999_999,
        ] {
            let exact = start(number.to_string().as_bytes(), TimeReading::default());
            assert_eq!(plain_epoch(number, None), exact, "{number}");
        }
    }

    #[test]
    fn calendar_texts() {
        let expected = Some(1_531_169_112_345_600);
        for text in [
            "2018-07-09T20:45:12.3456Z",
            "2018-07-09 20:45:12.3456",
            "2018/07/09 20:45:12.345600",
            "2018-07-09T22:45:12.3456+0200",
            "2018-07-09T15:15:12.345600999-05:30",
            "2018-07-09 20:45:12,3456 UTC",
            "2018-07-09t21:45:12.3456+01",
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
        assert_eq!(read("2018-07-09 20:45"), Some(1_531_169_100_000_000));
        assert_eq!(read("2016-12-31T23:59:60Z"), read("2017-01-01T00:00:00Z"));
        assert_eq!(read("1969-12-31 23:59:59.999999"), Some(-1));
        let reading = TimeReading { utc_offset_minutes: 120, ..TimeReading::default() };
        assert_eq!(start(b"2018/07/09 22:45:12.3456", reading).map(|t| t.0), expected);
        assert_eq!(start(b"2018/07/09 20:45:12.3456Z", reading).map(|t| t.0), expected);
    }

    #[test]
    fn dates_with_the_month_by_name() {
        let expected = read("2026-03-02 13:00:00");
        for text in [
            "Mar 02 2026 13:00:00",
            "Mar  2 2026 13:00:00",
            "Mar 2, 2026 @ 13:00:00.000",
            "Mar 2, 2026, 1:00:00 PM",
            "Mar 2, 2026 01:00:00 pm",
            "Mar 2 2026 14:00:00 +0100",
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
        assert_eq!(read("Feb 29 12:30:00 AM"), read("2000-02-29 00:30:00"));
        for text in ["Mar", "Mar 2", "Mar 2 2026", "Mars 2 2026 13:00:00", "Mar 2 2026 10", "Abc 2 1:00"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn days_before_months_only_where_the_format_says_so() {
        let reading = TimeReading { day_first: true, ..TimeReading::default() };
        let read_so = |text: &str| start(text.as_bytes(), reading).map(|(micros, _)| micros);
        assert_eq!(read_so("03/07/2017 08:55:58 PM"), read("2017-07-03 20:55:58"));
        assert_eq!(read_so("3/7/2017 8:55"), read("2017-07-03 08:55:00"));
        assert_eq!(read_so("2017-07-03 08:55:00.5"), read("2017-07-03 08:55:00.5"));
        assert_eq!(read("03/07/2017 08:55:58"), None);
        assert_eq!(read_so("13/13/2017 08:55:58"), None);
    }

    #[test]
    fn what_is_not_a_time() {
        for text in [
            "",
            "abc",
            "2018-02-30 00:00:00",
            "2018-13-01 00:00:00",
            "2018-07-09",
            "2018-07-09 24:00:00",
            "2018-07-09 20:61:00",
            "2018-07/09 20:45:12",
            "2018-07-09 20:45:12.",
            "2018-07-09 20:45:12+1",
            "2018-07-09 20:45:12 CET",
            "0000-01-01 00:00:00",
            "1e300",
            "99999999999999999999",
            "nan",
            "1 2",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
