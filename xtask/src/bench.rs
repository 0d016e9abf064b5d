//! `cargo xtask bench`: beaconlens beside other tools, on the same rows, in the same run.
//!
//! Every tool is measured as a user runs it, as a whole process: CPU seconds
//! (user and system), wall time and peak memory come from the operating system.
//! So nobody is charged for how long an interpreter takes to start, each process
//! also tells the CPU seconds after its imports. Tools take turns, round by
//! round, and ratios are taken within a round: what disturbs the machine
//! disturbs all of them. All outputs must be the same bytes.

mod answer;
mod growth;
mod machine;
mod measure;
mod npm;
mod table;
mod tool;

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::tools::{Outcome, cargo, node, output, root, run as run_command, target_dir};
use crate::{build, setup};
use measure::Measured;
use tool::{Family, Job, Tool};

const USAGE: &str = "\
usage: cargo xtask bench [--quick | --rows N] [--rounds K] [--seed S] [--peers LIST] [--no-build]
       cargo xtask bench growth [--quick | --rows N] [--seed S] [--no-build]

--quick      1 million rows instead of 10; the growth up to 10 million instead of 100
--peers      the tools to compare with, of duckdb, polars, chdb, duckdb-wasm, udsv and papaparse
             (default: all of them); `none` for none. duckdb-wasm is also measured in Chromium
--no-build   measure dist/ as it is

growth       time and memory by the number of rows, which are made as they are read and never stored";

/// Measures and prints a table in Markdown.
pub fn run(args: &[String]) -> Outcome {
    if let Some((verb, args)) = args.split_first()
        && verb == "growth"
    {
        let options = Options::read(args, 100_000_000)?;
        options.build_or_say()?;
        println!("{}", machine::describe());
        return growth::run(options.rows, options.seed);
    }
    let options = Options::read(args, 10_000_000)?;
    options.build_or_say()?;
    let tools = prepare(&options)?;
    let job = make_data(options.rows, options.seed)?;
    let results = measure_in_turns(&tools, &job, options.rounds)?;
    println!("{}", machine::describe());
    println!("{}", table::render(&tools, &results, &job));
    if options.families.contains(&Family::DuckdbWasm) {
        println!("\n{}", in_chromium(&job, options.rounds)?);
    }
    println!("\n{}\n", output(node(&["benches/figures.mjs", &job.file.to_string_lossy()]))?);
    println!("{}", output(node(&["benches/sizes.mjs"]))?);
    Ok(())
}

/// The page beside DuckDB-WASM.
fn in_chromium(job: &Job, rounds: usize) -> Outcome<String> {
    let mut run = node(&["benches/chromium/run.mjs", &job.file.to_string_lossy()]);
    run.args([job.end_ms.to_string(), rounds.to_string()]).arg(npm::place());
    run.env("CHROMIUM", setup::chromium()?);
    output(run)
}

struct Options {
    rows: u64,
    rounds: usize,
    seed: u64,
    families: Vec<Family>,
    build: bool,
}

impl Options {
    fn read(args: &[String], rows: u64) -> Outcome<Self> {
        let mut options = Self { rows, rounds: 5, seed: 1, families: Family::ALL.to_vec(), build: true };
        let mut args = args.iter();
        while let Some(name) = args.next() {
            let mut value = || args.next().ok_or(format!("{name} needs a value\n\n{USAGE}"));
            match name.as_str() {
                "--quick" => options.rows = rows / 10,
                "--rows" => options.rows = number(value()?)?,
                "--rounds" => options.rounds = number(value()?)?.max(1) as usize,
                "--seed" => options.seed = number(value()?)?,
                "--peers" => options.families = families(value()?)?,
                "--no-build" => options.build = false,
                _ => return Err(format!("unknown argument {name}\n\n{USAGE}")),
            }
        }
        Ok(options)
    }
}

impl Options {
    fn build_or_say(&self) -> Outcome {
        if self.build {
            return build::all();
        }
        eprintln!("measuring dist/ as it is");
        Ok(())
    }
}

fn number(text: &str) -> Outcome<u64> {
    text.replace('_', "").parse().map_err(|_| format!("{text} is not a number\n\n{USAGE}"))
}

fn families(list: &str) -> Outcome<Vec<Family>> {
    let names = list.split(',').filter(|name| *name != "none");
    names.map(|name| Family::named(name).ok_or(format!("unknown peer {name}\n\n{USAGE}"))).collect()
}

/// beaconlens first, then every tool of the chosen families that can be installed.
fn prepare(options: &Options) -> Outcome<Vec<Tool>> {
    let mut tools = Tool::OURS.to_vec();
    for &family in &options.families {
        match family.install() {
            Ok(()) => tools.extend(Tool::of(family)),
            // Without a peer that was asked for, there is no comparison; say so and go on with the rest.
            Err(message) => eprintln!("WITHOUT {}: {message}", family.name()),
        }
    }
    if tools.len() == Tool::OURS.len() && !options.families.is_empty() {
        return Err("no peer could be installed".to_owned());
    }
    Ok(tools)
}

/// Generates the rows unless they are there from an earlier run.
fn make_data(rows: u64, seed: u64) -> Outcome<Job> {
    let file = folder()?.join(format!("flows-{rows}-seed{seed}.csv"));
    if !file.exists() {
        eprintln!("generating {rows} rows");
        let unfinished = file.with_extension("part");
        let mut generator = generator(rows, seed)?;
        generator.arg("-o").arg(&unfinished);
        run_command(generator)?;
        fs::rename(&unfinished, &file).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    let end_ms = last_start(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(Job { file, rows, end_ms })
}

/// What writes that many rows.
fn generator(rows: u64, seed: u64) -> Outcome<Command> {
    let build =
        ["build", "--quiet", "--profile", "native", "--package", "beaconlens-bench", "--bin", "flows"];
    run_command(cargo(&build))?;
    let mut generator = Command::new(target_dir().join("native/flows"));
    generator.args(["--rows", &rows.to_string(), "--seed", &seed.to_string()]);
    Ok(generator)
}

/// The latest start: the first field of the last row, as the rows are in time order.
fn last_start(path: &Path) -> std::io::Result<u64> {
    let mut file = File::open(path)?;
    let length = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(length.saturating_sub(512)))?;
    let mut tail = String::new();
    file.read_to_string(&mut tail)?;
    let row = tail.lines().last().unwrap_or_default();
    let field = row.split(',').next().unwrap_or_default();
    field.parse().map_err(|_| std::io::Error::other(format!("no start time in the last row {row:?}")))
}

/// Where everything that bench makes is kept.
fn folder() -> Outcome<PathBuf> {
    let folder = target_dir().join("bench");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(folder)
}

/// The measurements of each tool, one a round.
fn measure_in_turns(tools: &[Tool], job: &Job, rounds: usize) -> Outcome<Vec<Vec<Measured>>> {
    let folder = folder()?;
    let mut results = vec![Vec::new(); tools.len()];
    for round in 1..=rounds {
        let mut expected: Option<String> = None;
        for (tool, results) in tools.iter().zip(&mut results) {
            let out = folder.join("answer.csv");
            let measured = measure::run(tool.command(job), Stdio::null(), &out, &folder.join("notices.txt"))?;
            eprintln!(
                "round {round} of {rounds}: {:<28} {:6.2} CPU s, {:6.2} s",
                tool.label(),
                measured.cpu_seconds,
                measured.wall_seconds
            );
            let found = answer::read(&out, tool.order_is_exact)?;
            match &expected {
                None => expected = Some(found),
                Some(expected) => answer::compare(expected, &found, &tool.label())?,
            }
            results.push(measured);
        }
    }
    Ok(results)
}

/// A script of a peer.
fn script(name: &str) -> String {
    root().join("benches/peers").join(name).to_string_lossy().into_owned()
}
