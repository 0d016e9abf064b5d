//! The window of a rule in a query.

use super::text::QueryText;
use crate::model::time::{EARLIEST, HOUR, MINUTE, SECOND, Timestamp, query_format};
use crate::rule::{Rule, Window};

/// Patterns for the placeholders `from`, `until` and `condition`. Each has four, for a window of hours up to
/// now, all up to now, hours up to an end, and all up to an end.
///
/// Their placeholders are `#hours#`, and several forms of the end: `#end_text#` (`2026-03-02 18:00:00.000000`,
/// UTC), `#end_minute#` (`2026-03-02 18:00`), `#end_ms#` and `#end_s#` (since 1970, rounded down) and
/// `#end_epoch#` (seconds since 1970, with all digits). With `after` instead of `end` they are the start, and
/// with `stop` the next minute or second after the end.
pub(super) struct WindowPatterns {
    pub from: [&'static str; 4],
    pub until: [&'static str; 4],
    pub condition: [&'static str; 4],
}

pub(super) fn write(out: &mut QueryText, rule: &Rule, patterns: &WindowPatterns, name: &str) {
    let patterns = match name {
        "from" => patterns.from,
        "until" => patterns.until,
        _ => patterns.condition,
    };
    let hours = match rule.window() {
        Window::Hours(hours) => Some(i64::from(hours)),
        Window::All => None,
    };
    let case = usize::from(hours.is_none()) + 2 * usize::from(rule.end().is_some());
    let end = rule.end().map_or(0, Timestamp::as_micros);
    let pattern = patterns.get(case).copied().unwrap_or_default();
    out.pattern(pattern, &mut |out, name| match name.split_once('_') {
        Some(("after", unit)) => instant(out, (end - hours.unwrap_or_default() * HOUR).max(EARLIEST), unit),
        // QRadar and Splunk exclude the end of a search.
        Some(("stop", unit)) => instant(out, end + if unit == "minute" { MINUTE } else { SECOND }, unit),
        Some((_, unit)) => instant(out, end, unit),
        None => out.show(&hours.unwrap_or_default()),
    });
}

fn instant(out: &mut QueryText, micros: i64, unit: &str) {
    let fraction = micros.rem_euclid(SECOND);
    let begin = out.0.len();
    match unit {
        "ms" => out.show(&micros.div_euclid(1000)),
        "s" => out.show(&micros.div_euclid(SECOND)),
        "epoch" => {
            let sign = if micros < 0 { "-" } else { "" };
            let micros = micros.unsigned_abs();
            out.show(&format_args!("{sign}{}.{:06}", micros / 1_000_000, micros % 1_000_000));
        }
        _ => {
            out.show(&format_args!("{}.{fraction:06}", query_format(micros, 0)));
            if unit == "minute" {
                out.0.truncate(begin + "2026-03-02 18:00".len());
            }
        }
    }
}
