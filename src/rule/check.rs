//! The values that a rule can have. Every rule is checked here, whether a document or a program made it.

use std::collections::HashSet;
use std::fmt::Display;
use std::ops::RangeInclusive;

use super::definition::Rule;
use super::hunt_settings::HuntSettings;
use super::priority_settings::PrioritySettings;
use super::window::Window;
use crate::model::error::{Error, ErrorKind, quoted};
use crate::model::hash::Mixing;
use crate::model::time::MAX_UTC_OFFSET_MINUTES;

/// The hint of every error in a rule.
pub(super) const HINT: &str = "every field is optional, and `{}` is the default rule; print it to start from";

/// Characters of a list's name.
const MAX_NAME_LENGTH: usize = 100;

/// The longest sliding window of a hunt: a day.
const MAX_HUNT_MINUTES: u64 = 24 * 60;

/// An error that names the field if a value is out of its range.
pub(super) fn check(rule: &Rule) -> Result<(), Error> {
    if !rule.window().is_in_range() {
        return Err(invalid("window", &rule.window(), Window::EXPECTED));
    }
    in_range(
        "utc_offset_minutes",
        rule.utc_offset_minutes(),
        -MAX_UTC_OFFSET_MINUTES..=MAX_UTC_OFFSET_MINUTES,
    )?;
    check_names("reference_sets", rule.reference_sets().iter().map(|set| set.name()))?;
    check_names("threat_lists", rule.threat_lists().iter().map(|list| list.name()))?;
    check_hunts(rule.hunts())?;
    check_priority(rule.priority())
}

/// Names identify lists, and are written into reports and queries.
fn check_names<'a>(field: &str, names: impl Iterator<Item = &'a str>) -> Result<(), Error> {
    let mut earlier = HashSet::with_hasher(Mixing::default());
    for (position, name) in names.enumerate() {
        let wrong = |expected: &str| {
            let shown: String = name.chars().take(MAX_NAME_LENGTH).collect();
            Err(invalid(&format!("{field}[{position}].name"), &quoted(&shown), expected))
        };
        let length = name.chars().count();
        if name.trim().is_empty() || length > MAX_NAME_LENGTH || name.chars().any(char::is_control) {
            return wrong("a name of 1 to 100 characters, none of them a control character");
        }
        if !earlier.insert(name) {
            return wrong("a name that no other list has");
        }
    }
    Ok(())
}

fn check_hunts(hunts: &HuntSettings) -> Result<(), Error> {
    if let Some(burst) = &hunts.burst {
        in_range("hunts.burst.minutes", burst.minutes, 1..=MAX_HUNT_MINUTES)?;
    }
    if let Some(scan) = &hunts.scan {
        at_least("hunts.scan.ports", scan.ports, 2)?;
        at_least("hunts.scan.destinations", scan.destinations, 2)?;
        in_range("hunts.scan.minutes", scan.minutes, 1..=MAX_HUNT_MINUTES)?;
    }
    if let Some(dga) = &hunts.dga {
        at_least("hunts.dga.domains", dga.domains, 1)?;
        in_range("hunts.dga.percent", dga.percent, 0..=100)?;
        in_range("hunts.dga.randomness", dga.randomness, 0..=100)?;
    }
    Ok(())
}

fn check_priority(priority: &PrioritySettings) -> Result<(), Error> {
    in_range("priority.rare_percent", priority.rare_percent, 0..=100)?;
    in_range("priority.common_percent", priority.common_percent, 0..=100)
}

fn in_range<T: PartialOrd + Display>(field: &str, value: T, range: RangeInclusive<T>) -> Result<(), Error> {
    if range.contains(&value) {
        return Ok(());
    }
    let expected = format!("a whole number from {} to {}", range.start(), range.end());
    Err(invalid(field, &value, &expected))
}

fn at_least(field: &str, value: u64, min: u64) -> Result<(), Error> {
    if value >= min { Ok(()) } else { Err(invalid(field, &value, &format!("a whole number from {min}"))) }
}

#[cold]
fn invalid(field: &str, found: &dyn Display, expected: &str) -> Error {
    let message = format!("rule, field `{field}`: found {found}, expected {expected}");
    Error::new(ErrorKind::Rule, message).with_field(field).with_hint(HINT)
}
