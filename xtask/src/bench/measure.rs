//! One process, and what it cost.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use wait4::Wait4;

use crate::tools::{Outcome, line};

/// What one run of one tool cost.
#[derive(Clone, Debug)]
pub struct Measured {
    /// User and system time of the whole process.
    pub cpu_seconds: f64,
    /// The part of it after start and imports, as the process itself measured it.
    pub query_cpu_seconds: f64,
    pub wall_seconds: f64,
    pub peak_bytes: u64,
    pub version: String,
}

/// Runs a tool with its answer in one file and its notices in another.
pub fn run(mut command: Command, input: Stdio, answer: &Path, notices: &Path) -> Outcome<Measured> {
    let name = line(&command);
    let fail = |error: std::io::Error| format!("`{name}`: {error}");
    command.stdin(input);
    command.stdout(File::create(answer).map_err(fail)?);
    command.stderr(File::create(notices).map_err(fail)?);
    let start = Instant::now();
    let ended = command.spawn().and_then(Wait4::wait4).map_err(fail)?;
    let wall_seconds = start.elapsed().as_secs_f64();
    let notices = fs::read_to_string(notices).map_err(fail)?;
    if !ended.status.success() {
        return Err(format!("`{name}` failed ({})\n{notices}", ended.status));
    }
    let (version, query_cpu_seconds) =
        told(&notices).ok_or_else(|| format!("`{name}` did not measure itself\n{notices}"))?;
    Ok(Measured {
        cpu_seconds: (ended.rusage.utime + ended.rusage.stime).as_secs_f64(),
        query_cpu_seconds,
        wall_seconds,
        peak_bytes: ended.rusage.maxrss,
        version,
    })
}

/// The line `measured VERSION CPU_SECONDS` that every tool prints to standard error.
fn told(notices: &str) -> Option<(String, f64)> {
    let line = notices.lines().rev().find_map(|line| line.strip_prefix("measured "))?;
    let (version, seconds) = line.split_once(' ')?;
    Some((version.to_owned(), seconds.parse().ok()?))
}
