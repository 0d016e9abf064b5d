//! Durations in words.

/// A duration in words, from microseconds: two units at most.
pub(super) fn duration_text(micros: i64) -> String {
    let seconds = micros / 1_000_000;
    let two = |large: i64, unit: &str, small: i64, less: &str| match small {
        0 => format!("{large} {unit}"),
        _ => format!("{large} {unit} {small} {less}"),
    };
    match seconds {
        0 => "less than a second".to_owned(),
        1..60 => format!("{seconds} s"),
        60..3600 => two(seconds / 60, "min", seconds % 60, "s"),
        _ => two(seconds / 3600, "h", seconds % 3600 / 60, "min"),
    }
}
