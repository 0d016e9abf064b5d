//! The only build logic of beaconlens: `cargo xtask help` lists what it does.

mod accuracy;
mod bench;
mod build;
mod count;
mod crosscheck;
mod data;
mod python;
mod serve;
mod setup;
mod test;
mod tools;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask build              make dist/npm, dist/page, dist/beaconlens.html and dist/worker
cargo xtask serve [--port N]   build, then serve the page on this machine
cargo xtask test [STEP…]       run every check, or only the named ones
cargo xtask test --quick       format, clippy, unit tests and golden files: about two minutes
cargo xtask bench [ARG…]       measure speed and memory against other tools
cargo xtask accuracy [ARG…]    measure how well beacons are distinguished from benign traffic
cargo xtask check-data         read the files of ../shared/data, compare with labels and DuckDB
cargo xtask help               this text

Tools that are missing (the wasm target of Rust, the npm packages, Chromium)
are installed by the command that needs them.";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (verb, rest) = match args.split_first() {
        Some((verb, rest)) => (verb.as_str(), rest),
        None => ("help", &[][..]),
    };
    let outcome = match verb {
        "build" if rest.is_empty() => build::all(),
        "serve" => serve::run(rest),
        "test" => test::run(rest),
        "accuracy" => accuracy::run(rest),
        "bench" => bench::run(rest),
        "check-data" if rest.is_empty() => data::run(),
        "help" | "--help" | "-h" => {
            println!("{HELP}\n\nSteps of test: {}", test::names());
            Ok(())
        }
        "build" | "check-data" => Err(format!("{verb} takes no argument, found {}", rest.join(" "))),
        other => Err(format!("unknown command {other:?}\n\n{HELP}")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}
