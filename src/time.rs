//! Instants: UTC microseconds since 1970, and their text forms.

use chrono::{DateTime, Datelike, Timelike, Utc};

pub(crate) const SECOND: i64 = 1_000_000;
pub(crate) const MINUTE: i64 = 60 * SECOND;
pub(crate) const HOUR: i64 = 60 * MINUTE;

/// 0001-01-01 and the last microsecond of 9999: the instants that a four-digit year can write.
pub(crate) const EARLIEST: i64 = -62_135_596_800 * SECOND;
pub(crate) const LATEST: i64 = 253_402_300_800 * SECOND - 1;

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

/// `yyyy-MM-dd HH:mm:ss` in a zone that many minutes east of UTC: what the query's `DATEFORMAT` prints.
pub(crate) fn query_format(micros: i64, utc_offset_minutes: i32) -> String {
    let local = utc(micros + i64::from(utc_offset_minutes) * MINUTE);
    let mut out = String::with_capacity(19);
    let mut field = |value: u32, width: u32, end: &str| {
        for place in (0..width).rev() {
            // A digit is always a digit.
            out.push(char::from_digit(value / 10_u32.pow(place) % 10, 10).unwrap_or('0'));
        }
        out.push_str(end);
    };
    field(local.year().unsigned_abs(), 4, "-");
    field(local.month(), 2, "-");
    field(local.day(), 2, " ");
    field(local.hour(), 2, ":");
    field(local.minute(), 2, ":");
    field(local.second(), 2, "");
    out
}

fn utc(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or(DateTime::UNIX_EPOCH)
}

/// The rule's `end`: RFC 3339 in the document, microseconds inside.
pub(crate) fn rfc3339_option<S: serde::Serializer>(
    end: &Option<i64>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match end {
        Some(micros) => serializer.serialize_some(&rfc3339(*micros)),
        None => serializer.serialize_none(),
    }
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
