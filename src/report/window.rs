//! The window as a report shows it.

use serde::Serialize;

use crate::model::time::{HOUR, Timestamp};
use crate::rule::{Rule, Window};

/// What was evaluated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct WindowReport {
    /// Start, not itself in the window. None for the window `all`.
    pub start: Option<Timestamp>,
    /// End, itself in the window. None if there are no flows and the rule has no end.
    pub end: Option<Timestamp>,
    /// Length in hours. None for the window `all`.
    pub hours: Option<u32>,
}

impl WindowReport {
    /// `time_extent`: the earliest and latest start of the flows.
    pub(crate) fn of(rule: &Rule, time_extent: Option<(i64, i64)>) -> WindowReport {
        let end = rule.end().or(time_extent.map(|(_, last)| Timestamp::clamped(last)));
        match rule.window() {
            Window::All => WindowReport { start: None, end, hours: None },
            Window::Hours(hours) => {
                let start = |end: Timestamp| Timestamp::clamped(end.as_micros() - i64::from(hours) * HOUR);
                WindowReport { start: end.map(start), end, hours: Some(hours) }
            }
        }
    }
}
