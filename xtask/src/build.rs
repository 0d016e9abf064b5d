//! From the crates to everything in dist/: the WebAssembly modules, then what
//! each host imports.

use crate::setup;
use crate::tools::{Outcome, cargo, node, root, run, target_dir};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use wasm_bindgen_cli_support::Bindgen;

/// The features are those that every supported engine has; wasm-opt needs each that the compiler may have used.
/// The manifest gives the same flags to wasm-pack.
const WASM_OPT: &[&str] = &[
    "-O3",
    // An engine compiles hot functions again with more care: 3 % faster if rare code is not inlined into them.
    "--one-caller-inline-max-function-size=20",
    // The first KiB of memory holds no data: the stack ends there.
    "--low-memory-unused",
    "--strip-target-features",
    "--enable-simd",
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// Everything, in the order in which one part needs the other.
pub fn all() -> Outcome {
    setup::wasm_target()?;
    setup::npm_packages()?;
    let (engine, capture) = (module()?, make("beaconlens-capture", "capture")?);
    assemble("pkg-config/npm/build.mjs", &[&engine.to_string_lossy(), &capture.to_string_lossy()])?;
    assemble("www/build.mjs", &[])?;
    assemble("pkg-config/standalone/build.mjs", &[])?;
    assemble("pkg-config/worker/build.mjs", &[])
}

/// The engine's module and its JavaScript glue, optimised; answers their folder.
pub fn module() -> Outcome<PathBuf> {
    make("beaconlens", "beaconlens")
}

/// The module of a crate and its JavaScript glue, under a name.
fn make(package: &str, name: &str) -> Outcome<PathBuf> {
    let compiled = compile(package)?;
    let folder = target_dir().join("module").join(name);
    let stamp = folder.join("made-from");
    let mark = fingerprint(&compiled)?;
    if fs::read_to_string(&stamp).is_ok_and(|made_from| made_from == mark) {
        return Ok(folder);
    }
    let _ = fs::remove_dir_all(&folder);
    bind(&compiled, &folder, name)?;
    optimise(&folder.join(format!("{name}_bg.wasm")))?;
    fs::write(&stamp, mark).map_err(|error| format!("{}: {error}", stamp.display()))?;
    Ok(folder)
}

fn compile(package: &str) -> Outcome<PathBuf> {
    let mut build = cargo(&["build", "--release", "--lib"]);
    build.args(["--package", package, "--target", "wasm32-unknown-unknown"]);
    // These variables replace the flags of .cargo/config.toml, and the module
    // would silently be made without simd128.
    for variable in [
        "RUSTFLAGS",
        "CARGO_ENCODED_RUSTFLAGS",
        "CARGO_BUILD_RUSTFLAGS",
        "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS",
    ] {
        build.env_remove(variable);
    }
    run(build)?;
    let file = format!("{}.wasm", package.replace('-', "_"));
    Ok(target_dir().join("wasm32-unknown-unknown/release").join(file))
}

/// What the finished module depends on: the compiled one and the options here.
fn fingerprint(compiled: &Path) -> Outcome<String> {
    let bytes = fs::read(compiled).map_err(|error| format!("{}: {error}", compiled.display()))?;
    let mut hasher = DefaultHasher::new();
    (bytes, WASM_OPT, include_str!("build.rs")).hash(&mut hasher);
    Ok(format!("{:016x}\n", hasher.finish()))
}

fn bind(compiled: &Path, folder: &Path, name: &str) -> Outcome {
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(compiled)
        .out_name(name)
        .typescript(true)
        .omit_default_module_path(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        // Lets the facade replace an instance that has failed.
        .reset_state_function(true);
    bindgen
        .web(true)
        .and_then(|bindgen| bindgen.generate(folder))
        .map_err(|error| format!("wasm-bindgen: {error:#}"))
}

fn optimise(file: &Path) -> Outcome {
    let wasm = file.to_string_lossy();
    // The one from npm: Debian's binaryen 108 writes modules that do not start.
    let mut wasm_opt = node(&["node_modules/binaryen/bin/wasm-opt"]);
    wasm_opt.args(WASM_OPT).args([&wasm, "-o", &wasm]);
    run(wasm_opt)
}

fn assemble(script: &str, args: &[&str]) -> Outcome {
    if !root().join(script).is_file() {
        return Err(format!("{script} is missing"));
    }
    let mut build = node(&[script]);
    build.args(args);
    run(build)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wasm_pack_is_told_the_same() {
        let manifest = include_str!("../../Cargo.toml");
        let told = manifest.lines().find_map(|line| line.strip_prefix("wasm-opt = ")).unwrap_or_default();
        assert_eq!(told, format!("{WASM_OPT:?}"));
    }
}
