//! When connections count, as a language says it.

use super::text::Text;
use crate::model::time::{EARLIEST, HOUR, MINUTE, SECOND, Timestamp, query_format};
use crate::rule::{Rule, Window};

/// Patterns for the places `from`, `until` and `condition`, each for these cases of a rule:
/// hours up to now, all up to now, hours up to an end, all up to an end.
///
/// Places in them: `#hours#`; and of `end`, or of `after`, which is the hours before it: `#end_text#`
/// (`2026-03-02 18:00:00.000000`, UTC), `#end_minute#` (`2026-03-02 18:00`), `#end_ms#` and `#end_s#` (since
/// 1970, rounded down), `#end_epoch#` (seconds since 1970, with all digits).
pub(super) struct Words {
    pub from: [&'static str; 4],
    pub until: [&'static str; 4],
    pub condition: [&'static str; 4],
}

#[inline(never)]
pub(super) fn write(out: &mut Text, rule: &Rule, words: &Words, place: &str) {
    let of_place = match place {
        "from" => words.from,
        "until" => words.until,
        _ => words.condition,
    };
    let hours = match rule.window() {
        Window::Hours(hours) => Some(i64::from(hours)),
        Window::All => None,
    };
    let case = usize::from(hours.is_none()) + 2 * usize::from(rule.end().is_some());
    let end = rule.end().map_or(0, Timestamp::as_micros);
    let pattern = of_place.get(case).copied().unwrap_or_default();
    out.pattern(pattern, &mut |out, place| match place.split_once('_') {
        Some(("after", unit)) => instant(out, (end - hours.unwrap_or_default() * HOUR).max(EARLIEST), unit),
        // QRadar and Splunk stop before what they are told.
        Some(("stop", unit)) => instant(out, end + if unit == "minute" { MINUTE } else { SECOND }, unit),
        Some((_, unit)) => instant(out, end, unit),
        None => out.show(&hours.unwrap_or_default()),
    });
}

#[inline(never)]
fn instant(out: &mut Text, micros: i64, unit: &str) {
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
