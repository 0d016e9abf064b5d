//! A virtual environment for what is a Python package: the engines that run our queries in tests, and
//! peers in benchmarks.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::tools::{Outcome, command as program, root, run, target_dir};

/// The packages, pinned.
pub const DUCKDB: &str = "duckdb==2.0.0";
pub const CHDB: &str = "chdb==4.4.0";
pub const POLARS: &str = "polars==2.1.0";

fn place() -> PathBuf {
    target_dir().join("venv")
}

/// The path of the interpreter of the environment.
pub fn interpreter() -> PathBuf {
    place().join("bin/python")
}

/// The interpreter of the environment.
pub fn command() -> Command {
    let mut python = Command::new(interpreter());
    // Scripts import `job` beside them; leave no caches in the source tree.
    python.current_dir(root()).env("PYTHONDONTWRITEBYTECODE", "1");
    python
}

/// Installs one pinned package, once.
pub fn install(package: &str) -> Outcome {
    let venv = place();
    if !venv.join("bin/pip").exists() {
        fs::create_dir_all(target_dir()).map_err(|error| format!("{}: {error}", target_dir().display()))?;
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
