//! Instants: UTC microseconds since 1970, and their text forms.

use chrono::{DateTime, FixedOffset, SecondsFormat, Utc};

pub(crate) const SECOND: i64 = 1_000_000;
pub(crate) const MINUTE: i64 = 60 * SECOND;
pub(crate) const HOUR: i64 = 60 * MINUTE;

/// 0001-01-01 and the last microsecond of 9999: the instants that a four-digit year can write.
pub(crate) const EARLIEST: i64 = -62_135_596_800 * SECOND;
pub(crate) const LATEST: i64 = 253_402_300_800 * SECOND - 1;

/// RFC 3339 in UTC, with as many fraction digits as the instant needs (0, 3 or 6).
pub(crate) fn rfc3339(micros: i64) -> String {
    utc(micros).to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// `yyyy-MM-dd HH:mm:ss` in a zone that many minutes east of UTC: what the query's `DATEFORMAT` prints.
pub(crate) fn query_format(micros: i64, utc_offset_minutes: i32) -> String {
    let zone =
        FixedOffset::east_opt(utc_offset_minutes * 60).unwrap_or(FixedOffset::east_opt(0).unwrap_or_else(
            // Zero is a valid offset.
            || unreachable!(),
        ));
    utc(micros).with_timezone(&zone).format("%Y-%m-%d %H:%M:%S").to_string()
}

fn utc(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or(DateTime::UNIX_EPOCH)
}

/// The rule's `end`: RFC 3339 in the document, microseconds inside.
pub(crate) mod rfc3339_option {
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::ingest::value::time::instant;

    pub fn serialize<S: Serializer>(end: &Option<i64>, serializer: S) -> Result<S::Ok, S::Error> {
        match end {
            Some(micros) => serializer.serialize_some(&super::rfc3339(*micros)),
            None => serializer.serialize_none(),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
        let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
        match instant(&text) {
            Some(micros) => Ok(Some(micros)),
            None => Err(serde::de::Error::custom(format!(
                "found {text:?}, expected an instant such as \"2026-03-02T18:00:00Z\""
            ))),
        }
    }
}
