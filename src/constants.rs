//! Names and limits of the engine, for the forms, tables and messages of platforms.

use serde::{Serialize, Serializer};

use crate::hunts::Hunt;
use crate::model::time::MAX_UTC_OFFSET_MINUTES;
use crate::query::Target;
use crate::regularity::{PERSISTENCE_WEIGHT, SIZE_WEIGHT, TIMING_WEIGHT};
use crate::rule::Rule;

/// Names and limits of the engine.
///
/// ```
/// let constants = beaconlens::Constants::new();
/// assert!(constants.query_targets.iter().any(|target| target.name == "qradar"));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Constants {
    /// The languages that a rule can be rendered in.
    pub query_targets: Vec<QueryTarget>,
    /// The names of the ready-made rules.
    pub profiles: Vec<&'static str>,
    /// The most that each part adds to the regularity.
    pub regularity_weights: RegularityWeights,
    /// How the count of a hunt's hit compares with its threshold.
    #[serde(serialize_with = "as_map")]
    pub hunt_comparisons: Vec<(&'static str, Comparison)>,
    /// The greatest port.
    pub max_port: u16,
    /// The greatest distance from UTC, in minutes.
    pub max_utc_offset_minutes: i32,
}

/// A language that a rule can be rendered in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct QueryTarget {
    /// Its name in commands and functions.
    pub name: &'static str,
    /// The product and its language, for people.
    pub title: &'static str,
    /// The usual extension of files with such queries.
    pub extension: &'static str,
}

/// The most that each part adds to the regularity.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RegularityWeights {
    /// Calls keep a period.
    pub timing: f64,
    /// They keep it for long.
    pub persistence: f64,
    /// They are similar in size.
    pub size: f64,
}

/// How a count compares with a threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Comparison {
    /// It reaches the threshold.
    AtLeast,
    /// It is above the threshold.
    MoreThan,
}

fn as_map<S: Serializer>(pairs: &[(&str, Comparison)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(pairs.iter().copied())
}

impl Constants {
    /// The constants of this version.
    pub fn new() -> Self {
        let target = |target: Target| QueryTarget {
            name: target.name(),
            title: target.title(),
            extension: target.extension(),
        };
        let comparison = |hunt: Hunt| match hunt.is_above_threshold() {
            true => (hunt.name(), Comparison::MoreThan),
            false => (hunt.name(), Comparison::AtLeast),
        };
        Constants {
            query_targets: Target::ALL.into_iter().map(target).collect(),
            profiles: Rule::PROFILES.to_vec(),
            regularity_weights: RegularityWeights {
                timing: TIMING_WEIGHT,
                persistence: PERSISTENCE_WEIGHT,
                size: SIZE_WEIGHT,
            },
            hunt_comparisons: Hunt::ALL.into_iter().map(comparison).collect(),
            max_port: u16::MAX,
            max_utc_offset_minutes: MAX_UTC_OFFSET_MINUTES,
        }
    }
}

impl Default for Constants {
    fn default() -> Self {
        Constants::new()
    }
}
