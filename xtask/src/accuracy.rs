//! `cargo xtask accuracy`: how well beacons are distinguished from benign traffic, beside RITA's score.

use crate::tools::{Outcome, cargo, run as run_command};

/// Measures and prints tables in Markdown.
pub fn run(args: &[String]) -> Outcome {
    let mut accuracy = cargo(&[
        "run",
        "--profile",
        "native",
        "--quiet",
        "--package",
        "beaconlens-bench",
        "--bin",
        "accuracy",
        "--",
    ]);
    accuracy.args(args);
    run_command(accuracy)
}
