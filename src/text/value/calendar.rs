//! Dates and times of day as text.

use chrono::NaiveDate;

use super::time_format::TimeFormat;
use crate::model::time::{MINUTE, SECOND};
use crate::text::pieces::{find, join, words};

/// The year of texts without one. The real year is unknown; in a leap year every date exists.
const NO_YEAR: i32 = 2000;

/// `YYYY-MM-DD HH:MM[:SS[.f…]][zone]` with `-` or `/`, and `T` or a blank between date and time.
pub(super) fn calendar(text: &[u8], utc_offset_minutes: i32) -> Option<(i64, TimeFormat)> {
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

/// Seconds since midnight of `HH:MM[:SS]`, and the text that follows.
fn clock(text: &[u8]) -> Option<(u32, &[u8])> {
    let (hour, minute) = (number(text, 0, 2)?, number(after(text, 2, b':')?, 0, 2)?);
    let (second, rest) = match text.get(5) {
        Some(b':') => (number(text, 6, 2)?, text.get(8..)?),
        _ => (0, text.get(5..)?),
    };
    // Second 60 is a leap second; it counts as the first of the next minute.
    (hour <= 23 && minute <= 59 && second <= 60).then_some((hour * 3600 + minute * 60 + second, rest))
}

/// A date and a time of day as an instant: in their zone, or at the given offset if they have none.
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

/// A date with the name of the month, as syslog, Kibana and QRadar's page write it: `Mar  2 10:00:00`,
/// `Mar 02 2026 10:00:00`, `Mar 2, 2026 @ 10:00:00.000`, `Mar 2, 2026, 1:00:00 PM`.
#[inline(never)]
pub(super) fn named_month(text: &[u8], utc_offset_minutes: i32) -> Option<(i64, TimeFormat)> {
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
pub(super) fn day_first(text: &[u8], utc_offset_minutes: i32) -> Option<(i64, TimeFormat)> {
    let parts = words(text, b" /");
    let number = |at: usize| whole(parts.get(at)?);
    let date = NaiveDate::from_ymd_opt(number(2)? as i32, number(1)?, number(0)?)?;
    time_of_day(date, parts.get(3..)?, utc_offset_minutes)
}

/// `8:55`, `08:31:01 AM`, `10:00:00.000 +0100` on a date; the text is split into words.
#[inline(never)]
fn time_of_day(date: NaiveDate, words: &[&[u8]], utc_offset_minutes: i32) -> Option<(i64, TimeFormat)> {
    // An hour of one digit gets a leading zero.
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

fn after(text: &[u8], at: usize, expected: u8) -> Option<&[u8]> {
    (*text.get(at)? == expected).then(|| text.get(at + 1..))?
}

/// The number of `len` digits at `at`.
fn number(text: &[u8], at: usize, len: usize) -> Option<u32> {
    text.get(at..at + len)?
        .iter()
        .try_fold(0, |value, byte| byte.is_ascii_digit().then(|| value * 10 + u32::from(byte - b'0')))
}

/// Microseconds of `.f…` (or `,f…`), and the text that follows. Digits after the sixth are dropped.
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

/// Minutes east of UTC of `Z`, `UTC`, `+01:00`, `+0100`, `+01`. The inner option is `None` if there is no zone.
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
