//! A virtual environment for the Python peers, in target/bench/venv.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::folder;
use crate::tools::{Outcome, command as program, root, run, target_dir};

fn place() -> PathBuf {
    target_dir().join("bench/venv")
}

/// The interpreter of the environment.
pub fn command() -> Command {
    let mut python = Command::new(place().join("bin/python"));
    // Scripts import `job` beside them; leave no caches in the source tree.
    python.current_dir(root()).env("PYTHONDONTWRITEBYTECODE", "1");
    python
}

/// Installs one pinned package, once.
pub fn install(package: &str) -> Outcome {
    let venv = place();
    if !venv.join("bin/pip").exists() {
        folder()?;
        let made = run(program("python3", &["-m", "venv", &venv.to_string_lossy()]));
        made.map_err(|error| format!("{error}: install Python 3 with venv (apt-get install python3-venv)"))?;
    }
    let mark = venv.join(format!("installed-{package}"));
    if mark.exists() {
        return Ok(());
    }
    eprintln!("installing {package}");
    let mut pip = Command::new(venv.join("bin/pip"));
    pip.args(["install", "--quiet", "--disable-pip-version-check", package]);
    run(pip)?;
    fs::write(&mark, "").map_err(|error| format!("{}: {error}", mark.display()))
}
