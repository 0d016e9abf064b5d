//! How well beacons are distinguished from benign traffic.

pub mod captures;
pub mod families;
pub mod measure;
pub mod score;
pub mod table;
mod timers;
