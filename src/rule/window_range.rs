//! The window of a rule as a range of time.

use super::definition::Rule;
use super::window::Window;
use crate::model::time::{HOUR, Timestamp};

/// `(after, until]` in UTC microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WindowRange {
    pub after: i64,
    pub until: i64,
}

impl WindowRange {
    /// The window of a rule over data; `time_extent` is the earliest and the latest start. None without flows.
    pub fn of(rule: &Rule, time_extent: Option<(i64, i64)>) -> Option<WindowRange> {
        let (first, last) = time_extent?;
        let until = rule.end().map_or(last, Timestamp::as_micros);
        let after = match rule.window() {
            Window::Hours(hours) => until - i64::from(hours) * HOUR,
            Window::All => first.min(until) - 1,
        };
        Some(WindowRange { after, until })
    }

    pub fn contains(self, start: i64) -> bool {
        self.after < start && start <= self.until
    }

    /// Whether the window contains all data.
    pub fn covers(self, (first, last): (i64, i64)) -> bool {
        self.contains(first) && self.contains(last)
    }
}
