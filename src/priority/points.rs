//! The points of the parts. They are this project's own.

/// The highest priority.
pub(super) const MAX_PRIORITY: i64 = 100;
/// Points of the most regular pair.
pub(super) const MAX_REGULARITY_POINTS: i64 = 90;
/// Points of a listed command-and-control endpoint.
pub(super) const THREAT: i64 = 95;
/// Points of the beaconing scores 1, 2 and 3.
pub(super) const SCORES: [i64; 3] = [10, 25, 60];
pub(super) const RARE: i64 = 8;
pub(super) const COMMON: i64 = -15;
pub(super) const SHARED: i64 = -10;
pub(super) const ODD_PORT: i64 = 4;
pub(super) const SMALL_SIZE: i64 = 4;
