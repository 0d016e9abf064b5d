//! A folder for the npm packages of the JavaScript peers: target/bench/node.

use std::fs;
use std::path::PathBuf;

use super::folder;
use crate::tools::{Outcome, command, run, target_dir};

/// Where the packages are, and the peers are started.
pub fn place() -> PathBuf {
    target_dir().join("bench/node")
}

/// Installs one pinned package, once. Without the scripts of packages: nothing of them is needed.
pub fn install(package: &str) -> Outcome {
    folder()?;
    let place = place();
    let fail = |error: std::io::Error| format!("{}: {error}", place.display());
    fs::create_dir_all(&place).map_err(fail)?;
    let mark = place.join(format!("installed-{}", package.replace('/', "-")));
    if mark.exists() {
        return Ok(());
    }
    eprintln!("installing {package}");
    let manifest = place.join("package.json");
    if !manifest.exists() {
        fs::write(&manifest, "{ \"private\": true }\n").map_err(fail)?;
    }
    let mut npm = command("npm", &["install", "--no-audit", "--no-fund", "--ignore-scripts", package]);
    npm.current_dir(&place);
    run(npm)?;
    fs::write(&mark, "").map_err(fail)
}
