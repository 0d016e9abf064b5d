//! How well beacons are told from innocent traffic.

pub mod captures;
pub mod families;
mod score;
mod timers;

pub use score::{Scored, average_precision, recall, threshold};
