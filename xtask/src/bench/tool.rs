//! The tools that are measured. A new peer is a script in benches/peers/, an
//! entry in `PEERS` and, if it is the first of its kind, a family.

use std::path::PathBuf;
use std::process::Command;

use super::{npm, script};
use crate::python;
use crate::tools::{Outcome, node};

/// What every tool is asked to do: the default rule on this file.
pub struct Job {
    pub file: PathBuf,
    pub rows: u64,
    /// The latest start. beaconlens finds it; peers are told, and so need only one pass.
    pub end_ms: u64,
}

/// Tools that are installed by one package.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Family {
    Duckdb,
    Polars,
    Chdb,
    DuckdbWasm,
    Udsv,
    Papaparse,
}

impl Family {
    pub const ALL: [Self; 6] =
        [Self::Duckdb, Self::Polars, Self::Chdb, Self::DuckdbWasm, Self::Udsv, Self::Papaparse];

    pub fn name(self) -> &'static str {
        match self {
            Self::Duckdb => "duckdb",
            Self::Polars => "polars",
            Self::Chdb => "chdb",
            Self::DuckdbWasm => "duckdb-wasm",
            Self::Udsv => "udsv",
            Self::Papaparse => "papaparse",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|family| family.name() == name)
    }

    /// Installs the pinned package into target/bench/, unless it is there.
    pub fn install(self) -> Outcome {
        match self {
            Self::Duckdb => python::install(python::DUCKDB),
            Self::Polars => python::install(python::POLARS),
            Self::Chdb => python::install(python::CHDB),
            Self::DuckdbWasm => npm::install("@duckdb/duckdb-wasm@1.32.0"),
            Self::Udsv => npm::install("udsv@0.7.3"),
            Self::Papaparse => npm::install("papaparse@5.7.1"),
        }
    }
}

/// One line of the table.
#[derive(Clone, Copy)]
pub struct Tool {
    pub name: &'static str,
    pub threads: u32,
    /// Whether rows with the same score and count come in the rule's order (else in textual order).
    pub order_is_exact: bool,
    runs: Runs,
}

#[derive(Clone, Copy)]
enum Runs {
    /// The command of the npm package, printing in a format.
    Beaconlens(&'static str),
    /// A script of benches/peers/ in the virtual environment.
    Python(Family, &'static str),
    /// A script of benches/peers/ in Node, with the packages of target/bench/node.
    Node(Family, &'static str),
}

const PEERS: [Tool; 10] = [
    Tool::python("DuckDB", 1, Family::Duckdb, "duckdb_sql.py"),
    Tool::python("DuckDB", 2, Family::Duckdb, "duckdb_sql.py"),
    Tool::python("DuckDB, hours as bits", 1, Family::Duckdb, "duckdb_bits.py"),
    Tool::python("polars, hours as bits", 1, Family::Polars, "polars_lazy.py"),
    Tool::python("polars, hours as bits", 2, Family::Polars, "polars_lazy.py"),
    Tool::python("chdb, hours as bits", 1, Family::Chdb, "chdb_sql.py"),
    Tool::python("chdb, hours as bits", 2, Family::Chdb, "chdb_sql.py"),
    Tool::node("DuckDB-WASM in Node, hours as bits", Family::DuckdbWasm, "duckdb_wasm.mjs"),
    Tool::node("uDSV and a Map, in Node", Family::Udsv, "udsv.mjs"),
    Tool::node("PapaParse and a Map, in Node", Family::Papaparse, "papaparse.mjs"),
];

/// With the regularity and priority of all findings; and what the peers do, the query alone.
const WHOLE: &str = "beaconlens (wasm in Node)";
const QUERY: &str = "beaconlens, the query alone";

/// The command, which measures itself.
pub fn beaconlens(threads: u32) -> Command {
    let mut command = node(&["--import", &script("node-cpu.mjs"), "dist/npm/cli.mjs", "evaluate"]);
    command.args(["--workers", &threads.to_string()]);
    command
}

impl Tool {
    /// Ours; the others are compared with the first.
    pub const OURS: [Self; 4] = [
        Self::beaconlens(WHOLE, 1, "csv"),
        Self::beaconlens(WHOLE, 2, "csv"),
        Self::beaconlens(QUERY, 1, "query"),
        Self::beaconlens(QUERY, 2, "query"),
    ];

    const fn beaconlens(name: &'static str, threads: u32, format: &'static str) -> Self {
        Self { name, threads, order_is_exact: true, runs: Runs::Beaconlens(format) }
    }

    const fn python(name: &'static str, threads: u32, family: Family, script: &'static str) -> Self {
        Self { name, threads, order_is_exact: false, runs: Runs::Python(family, script) }
    }

    const fn node(name: &'static str, family: Family, script: &'static str) -> Self {
        Self { name, threads: 1, order_is_exact: false, runs: Runs::Node(family, script) }
    }

    /// The tools of a family.
    pub fn of(family: Family) -> impl Iterator<Item = Self> {
        PEERS
            .into_iter()
            .filter(move |tool| matches!(tool.runs, Runs::Python(of, _) | Runs::Node(of, _) if of == family))
    }

    pub fn label(&self) -> String {
        format!("{}, {} thread{}", self.name, self.threads, if self.threads == 1 { "" } else { "s" })
    }

    pub fn command(&self, job: &Job) -> Command {
        let file = job.file.to_string_lossy();
        match self.runs {
            Runs::Beaconlens(format) => {
                let mut command = beaconlens(self.threads);
                command.args(["--format", format, "--order", "rule", &file]);
                command
            }
            Runs::Node(_, name) => {
                let mut command = node(&[&script(name)]);
                command.arg(&job.file).arg(job.end_ms.to_string()).current_dir(npm::place());
                command
            }
            Runs::Python(_, name) => {
                let mut command = python::command();
                command.arg(script(name)).arg(&job.file);
                command.args([job.end_ms.to_string(), self.threads.to_string()]);
                command.env("POLARS_MAX_THREADS", self.threads.to_string());
                command
            }
        }
    }
}
