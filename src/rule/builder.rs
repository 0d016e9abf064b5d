//! Rules made by a program: what a document can say, as methods.

use ipnet::IpNet;

use super::check::check;
use super::definition::Rule;
use super::gates::Gates;
use super::hunt_settings::HuntSettings;
use super::lists::{ReferenceSet, ThreatList};
use super::priority_settings::PrioritySettings;
use super::window::Window;
use crate::model::error::Error;
use crate::model::time::Timestamp;

/// Rules made by a program. Methods that return a `Result` give
/// [`ErrorKind::Rule`](crate::ErrorKind::Rule) with the [field](Error::field) for a value out of its range.
impl Rule {
    /// The default rule.
    pub fn new() -> Self {
        Rule::default()
    }

    /// Sets the [name](Rule::name).
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Sets the [window](Rule::window).
    ///
    /// # Errors
    ///
    /// For less than an hour, or more than [`Window::MAX_HOURS`].
    pub fn with_window(mut self, window: Window) -> Result<Self, Error> {
        self.window = window;
        checked(self)
    }

    /// Sets the [end of the window](Rule::end).
    pub fn with_end(mut self, end: Option<Timestamp>) -> Self {
        self.end = end;
        self
    }

    /// Sets the [UTC offset](Rule::utc_offset_minutes) of the calendar hours.
    ///
    /// # Errors
    ///
    /// Outside -1439 to 1439.
    pub fn with_utc_offset_minutes(mut self, minutes: i32) -> Result<Self, Error> {
        self.utc_offset_minutes = minutes;
        checked(self)
    }

    /// Sets the [gates](Rule::gates).
    pub fn with_gates(mut self, gates: Gates) -> Self {
        self.gates = gates;
        self
    }

    /// Sets the [destination networks to ignore](Rule::excluded_destinations).
    pub fn with_excluded_destinations(mut self, networks: impl Into<Vec<IpNet>>) -> Self {
        self.excluded_destinations = networks.into();
        self
    }

    /// Sets the [ports with a score of 3](Rule::c2_ports).
    pub fn with_c2_ports(mut self, ports: impl Into<Vec<u16>>) -> Self {
        self.c2_ports = ports.into();
        self
    }

    /// Sets the [number of connections for a score of 2](Rule::high_volume).
    pub fn with_high_volume(mut self, connections: u64) -> Self {
        self.high_volume = connections;
        self
    }

    /// Sets the [reference sets](Rule::reference_sets).
    ///
    /// # Errors
    ///
    /// For a name that is empty or too long, or that two sets have.
    pub fn with_reference_sets(mut self, sets: impl Into<Vec<ReferenceSet>>) -> Result<Self, Error> {
        self.reference_sets = sets.into();
        checked(self)
    }

    /// Sets the [threat lists](Rule::threat_lists).
    ///
    /// # Errors
    ///
    /// For a name that is empty or too long, or that two lists have.
    pub fn with_threat_lists(mut self, lists: impl Into<Vec<ThreatList>>) -> Result<Self, Error> {
        self.threat_lists = lists.into();
        checked(self)
    }

    /// Sets the [hunts](Rule::hunts).
    ///
    /// # Errors
    ///
    /// For a threshold out of its range.
    pub fn with_hunts(mut self, hunts: HuntSettings) -> Result<Self, Error> {
        self.hunts = hunts;
        checked(self)
    }

    /// Sets the [thresholds of the priority](Rule::priority).
    ///
    /// # Errors
    ///
    /// For a percentage above 100.
    pub fn with_priority(mut self, priority: PrioritySettings) -> Result<Self, Error> {
        self.priority = priority;
        checked(self)
    }
}

fn checked(rule: Rule) -> Result<Rule, Error> {
    check(&rule)?;
    Ok(rule)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(rule: Result<Rule, Error>) -> Option<String> {
        rule.err().and_then(|error| error.field().map(str::to_owned))
    }

    #[test]
    fn a_window_of_u32_max_hours_that_overflowed_is_an_error() {
        let error = Rule::new().with_window(Window::Hours(u32::MAX)).err();
        let message = error.as_ref().map(ToString::to_string).unwrap_or_default();
        assert!(message.starts_with("rule, field `window`: found 4294967295h, expected hours"), "{message}");
        assert_eq!(error.and_then(|error| error.field().map(str::to_owned)).as_deref(), Some("window"));
    }

    #[test]
    fn burst_minutes_of_half_u64_max_that_overflowed_are_an_error() {
        let mut hunts = HuntSettings::new();
        if let Some(burst) = &mut hunts.burst {
            burst.minutes = u64::MAX / 2;
        }
        assert_eq!(field(Rule::new().with_hunts(hunts)).as_deref(), Some("hunts.burst.minutes"));
    }
}
