//! Start times: epoch numbers in four units, and calendar texts.

use chrono::NaiveDate;

use super::number::Decimal;
use crate::time::{EARLIEST, LATEST, MINUTE, SECOND};

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
    /// Nanoseconds; what is less than a microsecond is dropped.
    Nanoseconds,
}

impl TimeUnit {
    /// By magnitude: seconds up to the year 5138, then milliseconds since 1973 up to 5138, and so on.
    fn of(whole: u64) -> Self {
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
    fn power(self) -> i32 {
        match self {
            TimeUnit::Seconds => 6,
            TimeUnit::Milliseconds => 3,
            TimeUnit::Microseconds => 0,
            TimeUnit::Nanoseconds => -3,
        }
    }
}

/// How a start time was written; what a source's report says of its time column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TimeForm {
    Epoch(TimeUnit),
    TextWithZone,
    TextWithoutZone,
}

/// How to read what a text leaves open.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct TimeReading {
    /// The unit of epoch numbers; by magnitude if none.
    pub unit: Option<TimeUnit>,
    /// Of texts without a zone: minutes east of UTC.
    pub utc_offset_minutes: i32,
}

/// A start time from a cleaned text, in UTC microseconds.
pub(crate) fn start(text: &[u8], reading: TimeReading) -> Option<(i64, TimeForm)> {
    let (micros, form) = match text.get(4) {
        Some(b'-' | b'/') => calendar(text, reading.utc_offset_minutes)?,
        _ => epoch(text, reading.unit)?,
    };
    (EARLIEST..=LATEST).contains(&micros).then_some((micros, form))
}

/// A start time that is a plain number of 1 to 16 digits.
#[inline(always)]
pub(crate) fn plain_epoch(number: u64, unit: Option<TimeUnit>) -> Option<(i64, TimeForm)> {
    let unit = unit.unwrap_or_else(|| TimeUnit::of(number));
    let number = number as i64;
    let micros = match unit {
        TimeUnit::Seconds => number.checked_mul(SECOND)?,
        TimeUnit::Milliseconds => number.checked_mul(1000)?,
        TimeUnit::Microseconds => number,
        TimeUnit::Nanoseconds => number / 1000,
    };
    (micros <= LATEST).then_some((micros, TimeForm::Epoch(unit)))
}

/// An instant in the text form of the rule's `end`: RFC 3339, or without a zone for UTC.
pub(crate) fn instant(text: &str) -> Option<i64> {
    let text = text.trim().as_bytes();
    let (micros, _) = matches!(text.get(4), Some(b'-')).then(|| calendar(text, 0))??;
    (EARLIEST..=LATEST).contains(&micros).then_some(micros)
}

fn epoch(text: &[u8], unit: Option<TimeUnit>) -> Option<(i64, TimeForm)> {
    let number = Decimal::parse(text)?;
    let unit = match unit {
        Some(unit) => unit,
        None => TimeUnit::of(number.scaled(0)?.0),
    };
    let (micros, exact) = number.scaled(unit.power())?;
    let micros = i64::try_from(micros).ok()?;
    // Down, also before 1970.
    let micros = if number.negative { -micros - i64::from(!exact) } else { micros };
    Some((micros, TimeForm::Epoch(unit)))
}

/// `YYYY-MM-DD HH:MM[:SS[.f…]][zone]` with `-` or `/`, and `T` or a blank between date and time.
fn calendar(text: &[u8], utc_offset_minutes: i32) -> Option<(i64, TimeForm)> {
    let separator = *text.get(4)?;
    let date = NaiveDate::from_ymd_opt(
        number(text, 0, 4)? as i32,
        number(after(text, 4, separator)?, 0, 2)?,
        number(after(text, 7, separator)?, 0, 2)?,
    )?;
    if !matches!(text.get(10), Some(b'T' | b't' | b' ')) {
        return None;
    }
    let (hour, minute) = (number(text, 11, 2)?, number(after(text, 13, b':')?, 0, 2)?);
    let (second, rest) = match text.get(16) {
        Some(b':') => (number(text, 17, 2)?, text.get(19..)?),
        _ => (0, text.get(16..)?),
    };
    // Second 60 is a leap second; it counts as the next minute's first.
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let (fraction, rest) = fraction(rest)?;
    let zone = zone(rest)?;
    let days = i64::from(date.to_epoch_days());
    let seconds = days * 86_400 + i64::from(hour * 3600 + minute * 60 + second);
    let local = seconds * SECOND + fraction;
    Some(match zone {
        Some(minutes) => (local - minutes * MINUTE, TimeForm::TextWithZone),
        None => (local - i64::from(utc_offset_minutes) * MINUTE, TimeForm::TextWithoutZone),
    })
}

fn after(text: &[u8], at: usize, expected: u8) -> Option<&[u8]> {
    (*text.get(at)? == expected).then(|| text.get(at + 1..))?
}

/// `len` digits from `at`.
fn number(text: &[u8], at: usize, len: usize) -> Option<u32> {
    text.get(at..at + len)?
        .iter()
        .try_fold(0, |value, byte| byte.is_ascii_digit().then(|| value * 10 + u32::from(byte - b'0')))
}

/// Microseconds of `.f…` (or `,f…`) and what follows; digits after the sixth are dropped.
fn fraction(text: &[u8]) -> Option<(i64, &[u8])> {
    let Some(digits) = text.strip_prefix(b".").or_else(|| text.strip_prefix(b",")) else {
        return Some((0, text));
    };
    let len = digits.iter().take_while(|b| b.is_ascii_digit()).count();
    if len == 0 {
        return None;
    }
    let (digits, rest) = digits.split_at(len);
    let micros = (0..6).fold(0, |value, i| value * 10 + digits.get(i).map_or(0, |b| i64::from(b - b'0')));
    Some((micros, rest))
}

/// Minutes east of UTC of `Z`, `UTC`, `+01:00`, `+0100`, `+01`; `None` inside for no zone at all.
fn zone(text: &[u8]) -> Option<Option<i64>> {
    let text = text.trim_ascii();
    let (sign, digits) = match text {
        b"" => return Some(None),
        b"Z" | b"z" | b"UTC" | b"GMT" => return Some(Some(0)),
        [b'+', digits @ ..] => (1, digits),
        [b'-', digits @ ..] => (-1, digits),
        _ => return None,
    };
    let minutes = match digits.len() {
        2 => 0,
        4 => number(digits, 2, 2)?,
        5 => number(after(digits, 2, b':')?, 0, 2)?,
        _ => return None,
    };
    let hours = number(digits, 0, 2)?;
    (hours < 24 && minutes < 60).then_some(Some(sign * i64::from(hours * 60 + minutes)))
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
