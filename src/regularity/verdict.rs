//! The verdict in plain words, and the JSON of which it is a field.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::score::Regularity;
use crate::text::append::append;

impl Regularity {
    /// All of this in one sentence.
    pub fn verdict(&self) -> String {
        let mut out = String::new();
        self.write_verdict(&mut out);
        out
    }

    /// Appends the verdict.
    #[inline(never)]
    pub(crate) fn write_verdict(&self, out: &mut String) {
        self.write_calls(out);
        let Some(period) = self.period_seconds else {
            return out.push_str(", no steady interval: random traffic looks like this");
        };
        let percent = |part: Option<f64>| part.unwrap_or(0.0).round() as u64;
        out.push_str(" about every ");
        interval(out, period);
        out.push_str(" (±");
        append(out, percent(self.jitter_percent));
        out.push_str(" %)");
        let missed = percent(self.missed_percent);
        if missed > 0 {
            out.push_str(", ");
            append(out, missed);
            out.push_str(" % missed");
        }
        out.push_str(", for ");
        duration(out, self.active_span_seconds.round() as u64);
        if self.active_parts > 1 {
            out.push_str(", in ");
            append(out, self.active_parts);
            out.push_str(" parts");
        }
        out.push_str("; chance below 1 in ");
        chance(out, self.significance.floor() as u64);
        out.push_str(" for random traffic of this rate");
    }

    fn write_calls(&self, out: &mut String) {
        let Regularity { calls, calls_on_period, connections, .. } = *self;
        if calls_on_period > 0 && calls_on_period * 20 < calls * 19 {
            append(out, calls_on_period);
            out.push_str(" of ");
        }
        append(out, calls);
        out.push_str(" calls");
        if calls < connections {
            out.push_str(" (");
            append(out, connections);
            out.push_str(" connections)");
        }
    }
}

impl Serialize for Regularity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("regularity", &self.regularity)?;
        map.serialize_entry("regularity_parts", &self.regularity_parts)?;
        map.serialize_entry("period_seconds", &self.period_seconds)?;
        map.serialize_entry("jitter_percent", &self.jitter_percent)?;
        map.serialize_entry("missed_percent", &self.missed_percent)?;
        map.serialize_entry("active_span_seconds", &self.active_span_seconds)?;
        map.serialize_entry("active_parts", &self.active_parts)?;
        map.serialize_entry("calls", &self.calls)?;
        map.serialize_entry("calls_on_period", &self.calls_on_period)?;
        map.serialize_entry("significance", &self.significance)?;
        map.serialize_entry("verdict", &self.verdict())?;
        map.end()
    }
}

/// Ten to the power of `decades`, which is capped: nobody can use a smaller chance than one in 10^9.
fn chance(out: &mut String, decades: u64) {
    match decades {
        0..=1 => out.push_str("10"),
        2 => out.push_str("100"),
        _ => {
            out.push_str("10^");
            append(out, decades.min(9));
        }
    }
}

/// An interval with three digits.
fn interval(out: &mut String, seconds: f64) {
    let tenths = (seconds * 10.0).round() as u64;
    match tenths {
        0..=9 => append(out, (seconds * 1000.0).round() as u64),
        10..1000 if !tenths.is_multiple_of(10) => {
            append(out, tenths / 10);
            out.push('.');
            append(out, tenths % 10);
        }
        10..72_000 => append(out, (tenths + 5) / 10),
        _ => return duration(out, (tenths + 5) / 10),
    }
    out.push_str(if tenths < 10 { " ms" } else { " s" });
}

/// A duration in its two largest units.
fn duration(out: &mut String, seconds: u64) {
    const UNITS: [(u64, &str); 4] = [(86_400, " d"), (3600, " h"), (60, " min"), (1, " s")];
    let largest = UNITS.iter().position(|(unit, _)| seconds >= *unit).unwrap_or(3);
    let (mut rest, begin) = (seconds, out.len());
    for (unit, name) in UNITS.iter().skip(largest).take(2) {
        let first = out.len() == begin;
        if rest / unit > 0 || first {
            out.push_str(if first { "" } else { " " });
            append(out, rest / unit);
            out.push_str(name);
        }
        rest %= unit;
    }
}

#[cfg(test)]
mod tests {
    fn duration(seconds: u64) -> String {
        let mut out = String::new();
        super::duration(&mut out, seconds);
        out
    }

    fn interval(seconds: f64) -> String {
        let mut out = String::new();
        super::interval(&mut out, seconds);
        out
    }

    #[test]
    fn durations_have_two_units() {
        assert_eq!(duration(24_600), "6 h 50 min");
        assert_eq!(duration(86_400), "1 d");
        assert_eq!(duration(59), "59 s");
        assert_eq!(duration(0), "0 s");
        assert_eq!(duration(61), "1 min 1 s");
    }

    #[test]
    fn intervals_have_three_digits() {
        assert_eq!(interval(0.0123), "12 ms");
        assert_eq!(interval(5.11), "5.1 s");
        assert_eq!(interval(60.04), "60 s");
        assert_eq!(interval(900.15), "900 s");
        assert_eq!(interval(14_400.2), "4 h");
    }
}
