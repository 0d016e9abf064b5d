//! Start times: epoch numbers in four units, and calendar texts.

use std::str::FromStr;

use chrono::NaiveDate;

use super::number::Decimal;
use crate::model::error::{Error, ErrorKind, quoted};
use crate::model::time::{EARLIEST, LATEST, MINUTE, SECOND, Timestamp};
use crate::text::pieces::{find, join, words};

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
pub(crate) enum TimeFormat {
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
    /// Whether `03/07/2017` is the third of July. Which of the two it is cannot be told from the text, so
    /// that only a format that says so is read.
    pub day_first: bool,
}

/// The year of texts that name none. Nothing tells the real one; it is a leap year, so that every date
/// exists.
const NO_YEAR: i32 = 2000;

/// A start time from a cleaned text, in UTC microseconds.
pub(crate) fn start(text: &[u8], reading: TimeReading) -> Option<(i64, TimeFormat)> {
    let (micros, form) = match text {
        [_, _, _, _, b'-' | b'/', ..] => calendar(text, reading.utc_offset_minutes)?,
        [b'A'..=b'Z', ..] => named_month(text, reading.utc_offset_minutes)?,
        _ if reading.day_first => day_first(text, reading.utc_offset_minutes)?,
        _ => epoch(text, reading.unit)?,
    };
    Some((within(micros)?, form))
}

/// The instant, if a four-digit year can write it.
pub(crate) fn within(micros: i64) -> Option<i64> {
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

/// What errors say that a timestamp is.
pub(crate) const TIMESTAMP_EXPECTED: &str = "an instant such as \"2026-03-02T18:00:00Z\"";

fn epoch(text: &[u8], unit: Option<TimeUnit>) -> Option<(i64, TimeFormat)> {
    let number = Decimal::parse(text)?;
    let unit = match unit {
        Some(unit) => unit,
        None => TimeUnit::of(number.scaled(0)?.0),
    };
    let (micros, exact) = number.scaled(unit.power())?;
    let micros = i64::try_from(micros).ok()?;
    // Down, also before 1970.
    let micros = if number.negative { -micros - i64::from(!exact) } else { micros };
    Some((micros, TimeFormat::Epoch(unit)))
}

/// `YYYY-MM-DD HH:MM[:SS[.f…]][zone]` with `-` or `/`, and `T` or a blank between date and time.
fn calendar(text: &[u8], utc_offset_minutes: i32) -> Option<(i64, TimeFormat)> {
    let separator = *text.get(4)?;
    let date = NaiveDate::from_ymd_opt(
        number(text, 0, 4)? as i32,
        number(after(text, 4, separator)?, 0, 2)?,
        number(after(text, 7, separator)?, 0, 2)?,
    )?;
    if !matches!(text.get(10), Some(b'T' | b't' | b' ')) {
        return None;
    }
    let (clock, rest) = clock(text.get(11..)?)?;
    let (fraction, rest) = fraction(rest)?;
    instant_of(date, clock, fraction, zone(rest)?, utc_offset_minutes)
}

/// Seconds of the day of `HH:MM[:SS]`, and what follows.
fn clock(text: &[u8]) -> Option<(u32, &[u8])> {
    let (hour, minute) = (number(text, 0, 2)?, number(after(text, 2, b':')?, 0, 2)?);
    let (second, rest) = match text.get(5) {
        Some(b':') => (number(text, 6, 2)?, text.get(8..)?),
        _ => (0, text.get(5..)?),
    };
    // Second 60 is a leap second; it counts as the next minute's first.
    (hour <= 23 && minute <= 59 && second <= 60).then_some((hour * 3600 + minute * 60 + second, rest))
}

/// A date and a time of day in their zone, or without one at the offset given, in UTC.
fn instant_of(
    date: NaiveDate,
    clock: u32,
    fraction: i64,
    zone: Option<i64>,
    utc_offset_minutes: i32,
) -> Option<(i64, TimeFormat)> {
    let seconds = i64::from(date.to_epoch_days()) * 86_400 + i64::from(clock);
    let local = seconds * SECOND + fraction;
    Some(match zone {
        Some(minutes) => (local - minutes * MINUTE, TimeFormat::TextWithZone),
        None => (local - i64::from(utc_offset_minutes) * MINUTE, TimeFormat::TextWithoutZone),
    })
}

/// A date with the month's name, as syslog, Kibana and QRadar's page write it: `Mar  2 10:00:00`,
/// `Mar 02 2026 10:00:00`, `Mar 2, 2026 @ 10:00:00.000`, `Mar 2, 2026, 1:00:00 PM`.
#[inline(never)]
fn named_month(text: &[u8], utc_offset_minutes: i32) -> Option<(i64, TimeFormat)> {
    let parts = words(text, b" ,@");
    let (month, day) = (month(parts.first()?)?, whole(parts.get(1)?)?);
    let year = whole(parts.get(2)?).filter(|year| *year > 99);
    let clock = 2 + usize::from(year.is_some());
    let date = NaiveDate::from_ymd_opt(year.map_or(NO_YEAR, |year| year as i32), month, day)?;
    time_of_day(date, parts.get(clock..)?, utc_offset_minutes)
}

/// The number of a month by the first letters of its name.
pub(crate) fn month(name: &[u8]) -> Option<u32> {
    let at = find(b"JanFebMarAprMayJunJulAugSepOctNovDec", name)?;
    (name.len() == 3 && at.is_multiple_of(3)).then_some(at as u32 / 3 + 1)
}

/// `14/02/2018 08:31:01 AM`, `3/7/2017 8:55`: the day before the month.
#[inline(never)]
fn day_first(text: &[u8], utc_offset_minutes: i32) -> Option<(i64, TimeFormat)> {
    let parts = words(text, b" /");
    let number = |at: usize| whole(parts.get(at)?);
    let date = NaiveDate::from_ymd_opt(number(2)? as i32, number(1)?, number(0)?)?;
    time_of_day(date, parts.get(3..)?, utc_offset_minutes)
}

/// `8:55`, `08:31:01 AM`, `10:00:00.000 +0100` on that day, as words.
#[inline(never)]
fn time_of_day(date: NaiveDate, words: &[&[u8]], utc_offset_minutes: i32) -> Option<(i64, TimeFormat)> {
    // An hour of one digit gets a second one.
    let text = join(&[b"0", &join(words)]).to_ascii_uppercase();
    let text = text.get(usize::from(text.get(2) != Some(&b':'))..)?;
    // 12:30 AM is half past midnight, 12:30 PM is half past noon.
    let (text, half) = match text {
        [text @ .., b'A', b'M'] => (text, Some(0)),
        [text @ .., b'P', b'M'] => (text, Some(12 * 3600)),
        _ => (text, None),
    };
    let (mut clock, rest) = clock(text)?;
    if let Some(half) = half {
        clock = clock % (12 * 3600) + half;
    }
    let (fraction, rest) = fraction(rest)?;
    (clock < 24 * 3600).then_some(())?;
    instant_of(date, clock, fraction, zone(rest)?, utc_offset_minutes)
}

/// A number of up to four digits.
fn whole(text: &[u8]) -> Option<u32> {
    (1..=4).contains(&text.len()).then(|| number(text, 0, text.len()))?
}

/// A duration from a cleaned text, in microseconds: a number in that unit, or `H:MM:SS[.f]`.
#[inline(never)]
pub(crate) fn duration(text: &[u8], unit: TimeUnit) -> Option<u64> {
    let mut seconds: u64 = 0;
    let mut last = text;
    while let Some(colon) = last.iter().position(|&b| b == b':') {
        let (part, after) = last.split_at(colon);
        seconds = seconds.checked_add(Decimal::parse(part)?.scaled(0)?.0)?.checked_mul(60)?;
        last = after.get(1..)?;
    }
    let number = Decimal::parse(last).filter(|number| !number.negative)?;
    let unit = if last.len() < text.len() { TimeUnit::Seconds } else { unit };
    seconds.checked_mul(SECOND as u64)?.checked_add(number.scaled(unit.power())?.0)
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
    fn durations() {
        for (text, unit, micros) in [
            ("0.084044", TimeUnit::Seconds, Some(84_044)),
            ("12", TimeUnit::Milliseconds, Some(12_000)),
            ("1500", TimeUnit::Nanoseconds, Some(1)),
            ("0:01:10", TimeUnit::Seconds, Some(70_000_000)),
            ("00:00:04.053", TimeUnit::Seconds, Some(4_053_000)),
            ("100:00:00", TimeUnit::Seconds, Some(360_000_000_000)),
            ("-1", TimeUnit::Seconds, None),
            ("1:2:x", TimeUnit::Seconds, None),
            ("", TimeUnit::Seconds, None),
        ] {
            assert_eq!(duration(text.as_bytes(), unit), micros, "{text}");
        }
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
