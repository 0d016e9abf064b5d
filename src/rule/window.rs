//! The span that is evaluated.

use crate::model::error::quoted;
use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// The span that is evaluated: the hours before the end, or all there is.
///
/// In text form `24h`, `7d` or `all`.
///
/// ```
/// use beaconlens::Window;
/// assert_eq!("7d".parse(), Ok(Window::Hours(168)));
/// assert_eq!(Window::Hours(6).to_string(), "6h");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// `(end - hours, end]`; at least 1, at most [`Window::MAX_HOURS`].
    Hours(u32),
    /// No cut.
    All,
}

impl Window {
    /// The longest window in hours: a hundred years.
    pub const MAX_HOURS: u32 = 24 * 36_525;

    pub(crate) const EXPECTED: &str = "hours or days such as \"24h\" or \"7d\", or \"all\"";
}

impl Default for Window {
    fn default() -> Self {
        Window::Hours(24)
    }
}

impl FromStr for Window {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bad = || format!("found {}, expected {}", quoted(text), Window::EXPECTED);
        if text == "all" {
            return Ok(Window::All);
        }
        let (digits, hours_each) = match (text.strip_suffix('h'), text.strip_suffix('d')) {
            (Some(digits), _) => (digits, 1),
            (_, Some(digits)) => (digits, 24),
            _ => return Err(bad()),
        };
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(bad());
        }
        let hours = digits.parse::<u32>().ok().and_then(|n| n.checked_mul(hours_each)).ok_or_else(bad)?;
        if (1..=Window::MAX_HOURS).contains(&hours) { Ok(Window::Hours(hours)) } else { Err(bad()) }
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Window::All => f.write_str("all"),
            Window::Hours(hours) if *hours > 24 && hours % 24 == 0 => write!(f, "{}d", hours / 24),
            Window::Hours(hours) => write!(f, "{hours}h"),
        }
    }
}

impl Serialize for Window {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
