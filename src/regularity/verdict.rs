//! The verdict in plain words.

use super::Regularity;

/// One sentence that says what was found.
#[inline(never)]
pub(super) fn sentence(found: &Regularity, connections: usize) -> String {
    let Some(period) = found.period_seconds else {
        return format!("{}, no steady interval: random traffic looks like this", calls(found, connections));
    };
    let percent = |part: Option<f64>| part.unwrap_or(0.0).round() as u64;
    let missed = match percent(found.missed_percent) {
        0 => String::new(),
        missed => format!(", {missed} % missed"),
    };
    let parts = match found.active_parts {
        2.. => format!(", in {} parts", found.active_parts),
        _ => String::new(),
    };
    format!(
        "{} about every {} (±{} %){missed}, for {}{parts}; {} for random traffic of this rate",
        calls(found, connections),
        interval(period),
        percent(found.jitter_percent),
        duration(found.active_span_seconds.round() as u64),
        chance(found.significance.floor() as u64),
    )
}

/// A chance as a power of ten.
fn chance(decades: u64) -> String {
    match decades {
        0..=1 => "1 in 10".to_owned(),
        2 => "1 in 100".to_owned(),
        _ => format!("1 in 10^{decades}"),
    }
}

fn calls(found: &Regularity, connections: usize) -> String {
    let Regularity { calls, calls_on_beat, .. } = *found;
    let of = if calls_on_beat > 0 && calls_on_beat * 20 < calls * 19 {
        format!("{calls_on_beat} of {calls} calls")
    } else {
        format!("{calls} calls")
    };
    if calls < connections as u64 { format!("{of} ({connections} connections)") } else { of }
}

/// An interval to three digits.
fn interval(seconds: f64) -> String {
    let tenths = (seconds * 10.0).round() as u64;
    match tenths {
        0..=9 => format!("{} ms", (seconds * 1000.0).round() as u64),
        10..1000 if !tenths.is_multiple_of(10) => format!("{}.{} s", tenths / 10, tenths % 10),
        10..72_000 => format!("{} s", (tenths + 5) / 10),
        _ => duration((tenths + 5) / 10),
    }
}

/// Two units of a duration.
fn duration(seconds: u64) -> String {
    const UNITS: [(u64, &str); 4] = [(86_400, "d"), (3600, "h"), (60, "min"), (1, "s")];
    let largest = UNITS.iter().position(|(unit, _)| seconds >= *unit).unwrap_or(3);
    let mut rest = seconds;
    let mut words = Vec::new();
    for (unit, name) in UNITS.iter().skip(largest).take(2) {
        if rest / unit > 0 || words.is_empty() {
            words.push(format!("{} {name}", rest / unit));
        }
        rest %= unit;
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_said_in_two_units() {
        assert_eq!(duration(24_600), "6 h 50 min");
        assert_eq!(duration(86_400), "1 d");
        assert_eq!(duration(59), "59 s");
        assert_eq!(duration(0), "0 s");
        assert_eq!(duration(61), "1 min 1 s");
    }

    #[test]
    fn intervals_are_said_to_three_digits() {
        assert_eq!(interval(0.0123), "12 ms");
        assert_eq!(interval(5.11), "5.1 s");
        assert_eq!(interval(60.04), "60 s");
        assert_eq!(interval(900.15), "900 s");
        assert_eq!(interval(14_400.2), "4 h");
    }
}
