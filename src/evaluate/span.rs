//! The window of a rule on the data at hand.

use crate::model::time::{HOUR, Timestamp};
use crate::rule::{Rule, Window};

/// `(after, until]` in UTC microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub after: i64,
    pub until: i64,
}

impl Span {
    /// The rule's window; `data` is the earliest and latest start. None without flows.
    pub fn of(rule: &Rule, data: Option<(i64, i64)>) -> Option<Span> {
        let (first, last) = data?;
        let until = rule.end().map_or(last, Timestamp::as_micros);
        let after = match rule.window() {
            Window::Hours(hours) => until - i64::from(hours) * HOUR,
            Window::All => first.min(until) - 1,
        };
        Some(Span { after, until })
    }

    pub fn contains(self, start: i64) -> bool {
        self.after < start && start <= self.until
    }

    /// Whether all data lies inside.
    pub fn covers(self, (first, last): (i64, i64)) -> bool {
        self.contains(first) && self.contains(last)
    }
}
