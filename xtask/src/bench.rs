//! `cargo xtask bench`: speed and memory.

use crate::tools::Outcome;

/// Says that there is nothing to measure with.
pub fn run(_args: &[String]) -> Outcome {
    Err("bench has no measurements yet".to_owned())
}
