//! Makes a fresh machine ready: each function installs one thing if, and only
//! if, it is missing.

use crate::tools::{Outcome, command, output, root, run, succeeds};
use std::path::Path;
use std::time::SystemTime;

const WASM: &str = "wasm32-unknown-unknown";

/// Rust's standard library for the module.
pub fn wasm_target() -> Outcome {
    let args = ["--print", "target-libdir", "--target", WASM];
    if Path::new(&output(command("rustc", &args))?).is_dir() {
        return Ok(());
    }
    eprintln!("adding Rust's {WASM} target");
    run(command("rustup", &["target", "add", WASM]))
}

/// The npm packages of package-lock.json, exactly.
pub fn npm_packages() -> Outcome {
    // npm writes this file last, so its time is that of the installation.
    let installed = changed(&root().join("node_modules/.package-lock.json"));
    let wanted = changed(&root().join("package-lock.json"));
    if installed.is_some() && installed >= wanted {
        return Ok(());
    }
    eprintln!("installing the npm packages");
    run(command("npm", &["ci", "--no-audit", "--no-fund"]))
}

/// The path of a Chromium, for the tests of the page.
pub fn chromium() -> Outcome<String> {
    if let Some(path) = find_chromium() {
        return Ok(path);
    }
    let is_root = output(command("id", &["-u"])).is_ok_and(|id| id == "0");
    if is_root && succeeds(command("apt-get", &["--version"])) {
        eprintln!("installing Chromium");
        run(command("apt-get", &["update", "-q"]))?;
        let args = ["install", "-y", "-q", "--no-install-recommends", "chromium"];
        run(command("apt-get", &args))?;
    }
    find_chromium().ok_or_else(|| {
        "no Chromium was found: install it (`apt-get install chromium`) \
         or name one in the variable CHROMIUM"
            .to_owned()
    })
}

fn find_chromium() -> Option<String> {
    if let Ok(path) = std::env::var("CHROMIUM") {
        return Path::new(&path).exists().then_some(path);
    }
    let paths = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
    let found = paths.iter().find(|path| Path::new(path).exists())?;
    Some((*found).to_owned())
}

fn changed(path: &Path) -> Option<SystemTime> {
    path.metadata().ok()?.modified().ok()
}
