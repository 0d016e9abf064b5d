//! The window as a report shows it.

use serde::Serialize;

use crate::model::time::{HOUR, rfc3339};
use crate::rule::{Rule, Window};

/// What was evaluated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct WindowReport {
    /// Start, not itself in the window (RFC 3339, UTC). None for the window `all`.
    pub start: Option<String>,
    /// End, itself in the window (RFC 3339, UTC). None if there are no flows and the rule gives no end.
    pub end: Option<String>,
    /// Length in hours. None for the window `all`.
    pub hours: Option<u32>,
}

impl WindowReport {
    /// `time_extent`: the earliest and latest start of the flows.
    pub(crate) fn of(rule: &Rule, time_extent: Option<(i64, i64)>) -> WindowReport {
        let until = rule.end.or(time_extent.map(|(_, last)| last));
        match rule.window {
            Window::All => WindowReport { start: None, end: until.map(rfc3339), hours: None },
            Window::Hours(hours) => WindowReport {
                start: until.map(|until| rfc3339(until - i64::from(hours) * HOUR)),
                end: until.map(rfc3339),
                hours: Some(hours),
            },
        }
    }
}
