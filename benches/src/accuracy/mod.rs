//! How well beacons are told from innocent traffic.

pub mod captures;
pub mod families;
pub mod measure;
pub mod score;
pub mod table;
mod timers;
