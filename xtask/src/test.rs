//! Every check of the project, one after the other. A failed step does not
//! hide the ones after it.

use crate::count::{self, Count};
use crate::tools::{Outcome, cargo, line, node, npm_bin, root, run_and_keep, succeeds, target_dir};
use crate::{build, python, setup};
use std::process::Command;
use std::time::{Duration, Instant};

struct Step {
    name: &'static str,
    what: &'static str,
    needs: &'static [Need],
    commands: fn() -> Outcome<Vec<Command>>,
}

#[derive(Clone, Copy, PartialEq)]
enum Need {
    Wasm,
    Npm,
    Dist,
}
use Need::{Dist, Npm, Wasm};

const STEPS: &[Step] = &[
    Step { name: "format", what: "rustfmt finds nothing to change", needs: &[], commands: format },
    Step { name: "lint", what: "biome: JavaScript, TypeScript, JSON, CSS", needs: &[Npm], commands: lint },
    Step { name: "clippy", what: "clippy, native and wasm", needs: &[Wasm], commands: clippy },
    Step { name: "doc", what: "the documentation builds without a warning", needs: &[], commands: doc },
    Step { name: "rust", what: "tests of the crates", needs: &[], commands: rust },
    Step { name: "doctest", what: "examples in the documentation", needs: &[], commands: doctest },
    Step {
        name: "engines",
        what: "the rule as SQL, in DuckDB and ClickHouse",
        needs: &[],
        commands: engines,
    },
    Step { name: "fuzz", what: "the fuzz targets compile", needs: &[], commands: fuzz },
    Step {
        name: "dependency",
        what: "the crates in another WebAssembly program bring no exports and imports",
        needs: &[Wasm],
        commands: dependency,
    },
    Step { name: "types", what: "TypeScript types", needs: &[Dist], commands: types },
    Step { name: "publint", what: "the npm package is well formed", needs: &[Dist], commands: publint },
    Step { name: "size", what: "the modules keep to their sizes", needs: &[Dist], commands: size },
    Step {
        name: "package",
        what: "the npm package and its command, on every host",
        needs: &[Dist],
        commands: package,
    },
    Step { name: "edge", what: "the worker, in workerd", needs: &[Dist], commands: edge },
    Step { name: "browser", what: "the page, in Chromium", needs: &[Dist], commands: browser },
];

/// Two minutes: what most changes can break, without the hosts.
const QUICK: &[Step] = &[
    Step { name: "format", what: "rustfmt finds nothing to change", needs: &[], commands: format },
    Step { name: "clippy", what: "clippy, native and wasm", needs: &[Wasm], commands: clippy },
    Step { name: "core", what: "unit tests, golden files and layers", needs: &[], commands: core },
];

/// The names of the steps, for the help.
pub fn names() -> String {
    let names: Vec<_> = STEPS.iter().map(|step| step.name).collect();
    names.join(", ")
}

/// `test [--quick | STEP…]`: all steps, the quick ones, or the named ones.
pub fn run(wanted: &[String]) -> Outcome {
    if wanted == ["--quick"] {
        return perform_all(QUICK.iter());
    }
    if let Some(name) = wanted.iter().find(|name| !STEPS.iter().any(|step| step.name == *name)) {
        return Err(format!("unknown step {name:?}; the steps are {}", names()));
    }
    let chosen = |step: &&Step| wanted.is_empty() || wanted.iter().any(|name| name == step.name);
    perform_all(STEPS.iter().filter(chosen))
}

fn perform_all(steps: impl Iterator<Item = &'static Step>) -> Outcome {
    let mut results = Vec::new();
    let mut built: Option<bool> = None;
    for step in steps {
        if step.needs.contains(&Dist) && built.is_none() {
            let result = timed("build", "everything in dist/", || (None, build::all()));
            built = Some(result.outcome.is_ok());
            results.push(result);
        }
        results.push(timed(step.name, step.what, || perform(step, built)));
    }
    conclude(&results)
}

struct StepResult {
    name: &'static str,
    tests: Option<Count>,
    outcome: Outcome,
    time: Duration,
}

impl StepResult {
    /// A step counts as its tests, or as one check where it has none. A
    /// failure that no test accounts for is a failed check of its own.
    fn count(&self) -> Count {
        let mut count = self.tests.unwrap_or_default();
        match &self.outcome {
            Err(_) if count.failed == 0 => count.failed = 1,
            Ok(()) if self.tests.is_none() => count.passed = 1,
            _ => {}
        }
        count
    }
}

fn timed(name: &'static str, what: &str, work: impl FnOnce() -> (Option<Count>, Outcome)) -> StepResult {
    println!("\n━━ {name}: {what}");
    let start = Instant::now();
    let (tests, outcome) = work();
    if let Err(message) = &outcome {
        println!("xtask: {message}");
    }
    StepResult { name, tests, outcome, time: start.elapsed() }
}

fn perform(step: &Step, built: Option<bool>) -> (Option<Count>, Outcome) {
    let commands = match prepare(step, built) {
        Ok(commands) => commands,
        Err(message) => return (None, Err(message)),
    };
    let mut tests: Option<Count> = None;
    let mut outcome = Ok(());
    for mut command in commands {
        // Colours would hide the summaries from us.
        command.env("NO_COLOR", "1").env("CARGO_TERM_COLOR", "never");
        println!("   {}", line(&command));
        let (text, result) = run_and_keep(command);
        if let Some(count) = count::tests(&text) {
            tests.get_or_insert_default().add(count);
        }
        outcome = outcome.and(result);
    }
    if outcome.is_ok() && tests.is_some_and(|tests| tests.passed + tests.failed == 0) {
        outcome = Err("no test was run".to_owned());
    }
    (tests, outcome)
}

fn prepare(step: &Step, built: Option<bool>) -> Outcome<Vec<Command>> {
    for need in step.needs {
        match need {
            Wasm => setup::wasm_target()?,
            Npm => setup::npm_packages()?,
            Dist if built == Some(true) => {}
            Dist => return Err("not run: the build failed".to_owned()),
        }
    }
    (step.commands)()
}

fn conclude(results: &[StepResult]) -> Outcome {
    let mut total = Count::default();
    println!("\n━━ result\n   {:<10}{:>8}{:>8}{:>9}{:>9}", "step", "passed", "failed", "skipped", "time");
    for result in results {
        let count = result.count();
        total.add(count);
        let Count { passed, failed, skipped } = count;
        let seconds = result.time.as_secs_f64();
        println!("   {:<10}{passed:>8}{failed:>8}{skipped:>9}{seconds:>7.1} s", result.name);
    }
    for result in results {
        if let Err(message) = &result.outcome {
            println!("   {}: {message}", result.name);
        }
    }
    println!("\n{} passed, {} failed", total.passed, total.failed);
    if total.failed == 0 { Ok(()) } else { std::process::exit(1) }
}

fn format() -> Outcome<Vec<Command>> {
    Ok(vec![cargo(&["fmt", "--all", "--check"])])
}

fn lint() -> Outcome<Vec<Command>> {
    Ok(vec![npm_bin("biome", &["ci", "--error-on-warnings"])])
}

fn clippy() -> Outcome<Vec<Command>> {
    let native = ["clippy", "--workspace", "--all-features", "--all-targets", "--", "-D", "warnings"];
    let wasm = |package| {
        let target = ["--lib", "--target", "wasm32-unknown-unknown", "--", "-D", "warnings"];
        let mut clippy = cargo(&["clippy", "--package", package]);
        clippy.args(target);
        clippy
    };
    Ok(vec![cargo(&native), wasm("beaconlens"), wasm("beaconlens-capture")])
}

fn doc() -> Outcome<Vec<Command>> {
    let packages = ["--package", "beaconlens", "--package", "beaconlens-capture"];
    let mut doc = cargo(&["doc", "--no-deps", "--all-features"]);
    doc.args(packages);
    doc.env("RUSTDOCFLAGS", "-D warnings");
    Ok(vec![doc])
}

fn rust() -> Outcome<Vec<Command>> {
    if succeeds(cargo(&["nextest", "--version"])) {
        return Ok(vec![cargo(&["nextest", "run", "--workspace", "--all-features", "--no-fail-fast"])]);
    }
    Ok(vec![cargo(&["test", "--workspace", "--all-features", "--all-targets", "--no-fail-fast"])])
}

fn core() -> Outcome<Vec<Command>> {
    Ok(vec![cargo(&["test", "--package", "beaconlens", "--lib", "--test", "golden", "--test", "layers"])])
}

fn doctest() -> Outcome<Vec<Command>> {
    Ok(vec![cargo(&["test", "--package", "beaconlens", "--package", "beaconlens-capture", "--doc"])])
}

fn engines() -> Outcome<Vec<Command>> {
    python::install(python::DUCKDB)?;
    python::install(python::CHDB)?;
    let mut test = cargo(&["test", "--package", "beaconlens", "--test", "engines", "--", "--nocapture"]);
    test.env("BEACONLENS_PYTHON", python::interpreter());
    Ok(vec![test])
}

fn fuzz() -> Outcome<Vec<Command>> {
    let target = target_dir().join("fuzz");
    let target = target.to_string_lossy();
    let mut check = cargo(&["check", "--manifest-path", "fuzz/Cargo.toml", "--target-dir", &target]);
    // Checked, not linked: so the library of the fuzzer need not be compiled.
    check.env("CUSTOM_LIBFUZZER_PATH", "/unused/libfuzzer.a");
    Ok(vec![check])
}

fn dependency() -> Outcome<Vec<Command>> {
    let target = "wasm32-unknown-unknown";
    let build = cargo(&["build", "--package", "beaconlens-dependency", "--target", target]);
    let module = target_dir().join(target).join("debug/beaconlens_dependency.wasm");
    let mut tests = node_tests("dependency")?;
    tests.env("BEACONLENS_DEPENDENCY", module);
    Ok(vec![build, tests])
}

fn types() -> Outcome<Vec<Command>> {
    let projects = ["www", "pkg-config/worker", "tests/package"];
    Ok(projects.map(|project| npm_bin("tsc", &["--noEmit", "--project", project])).into())
}

fn publint() -> Outcome<Vec<Command>> {
    Ok(vec![npm_bin("publint", &["dist/npm", "--strict"])])
}

fn size() -> Outcome<Vec<Command>> {
    Ok(vec![node(&["pkg-config/npm/size.mjs"])])
}

fn package() -> Outcome<Vec<Command>> {
    let mut tests = node_tests("package")?;
    tests.env("CHROMIUM", setup::chromium()?);
    Ok(vec![tests])
}

fn edge() -> Outcome<Vec<Command>> {
    Ok(vec![node_tests("edge")?])
}

fn browser() -> Outcome<Vec<Command>> {
    let mut tests = node_tests("browser")?;
    tests.env("CHROMIUM", setup::chromium()?);
    Ok(vec![tests])
}

/// node's own runner over tests/<folder>/*.test.mjs.
fn node_tests(folder: &str) -> Outcome<Command> {
    let path = root().join("tests").join(folder);
    let entries = std::fs::read_dir(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut files: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".test.mjs"))
        .map(|name| format!("tests/{folder}/{name}"))
        .collect();
    if files.is_empty() {
        return Err(format!("tests/{folder} has no *.test.mjs"));
    }
    files.sort();
    let mut tests = node(&["--test", "--test-reporter=spec"]);
    tests.args(files);
    Ok(tests)
}
