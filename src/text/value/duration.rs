//! Durations.

use super::number::Decimal;
use super::time_format::TimeUnit;
use crate::model::time::SECOND;

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

#[cfg(test)]
mod tests {
    use super::*;

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
}
