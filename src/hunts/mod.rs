//! Hunts: detections that are not about pairs.

pub mod names;
