//! The time span that is evaluated.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::model::error::{Error, ErrorKind, quoted};
use crate::text::json::{FromJson, JsonNode};

/// The time span that is evaluated: a number of hours before the end, or everything.
///
/// Its text form is `24h`, `7d` or `all`.
///
/// ```
/// use beaconlens::Window;
/// assert_eq!("7d".parse(), Ok(Window::Hours(168)));
/// assert_eq!(Window::Hours(6).to_string(), "6h");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Window {
    /// `(end - hours, end]`; at least 1, at most [`Window::MAX_HOURS`].
    Hours(u32),
    /// No limit, but a rule's `end` applies.
    All,
}

impl Window {
    /// The longest window in hours: a hundred years.
    pub const MAX_HOURS: u32 = 24 * 36_525;

    pub(super) const EXPECTED: &str = "hours or days such as \"24h\" or \"7d\", or \"all\"";

    /// Whether a rule can have this window.
    pub(super) fn is_in_range(self) -> bool {
        match self {
            Window::Hours(hours) => (1..=Window::MAX_HOURS).contains(&hours),
            Window::All => true,
        }
    }

    /// A window from its text form, in range or not.
    fn parse(text: &str) -> Option<Window> {
        if text == "all" {
            return Some(Window::All);
        }
        let (digits, hours_per_unit) = match text.strip_suffix('h') {
            Some(digits) => (digits, 1),
            None => (text.strip_suffix('d')?, 24),
        };
        // `parse` takes a sign, too.
        let number: u32 = digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())??;
        number.checked_mul(hours_per_unit).map(Window::Hours)
    }
}

impl Default for Window {
    fn default() -> Self {
        Window::Hours(24)
    }
}

impl FromStr for Window {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Window::parse(text).filter(|window| window.is_in_range()).ok_or_else(|| {
            let message = format!("found {}, expected {}", quoted(text), Window::EXPECTED);
            Error::new(ErrorKind::Rule, message)
        })
    }
}

impl FromJson for Window {
    fn from_json(node: JsonNode<'_>) -> Result<Self, Error> {
        node.text(Window::EXPECTED, |text| text.parse().ok())
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
