//! `cargo xtask bench growth`: what a row costs, from a hundred thousand of them to a hundred million.
//!
//! The rows go from the generator straight into the command; only what the command needs is counted. One
//! thread, so that all memory of the engine is in one module.

use std::fs;
use std::process::Stdio;

use super::measure::{self, Measured};
use super::table::{grouped, middle};
use super::tool::beaconlens;
use super::{folder, generator};
use crate::tools::Outcome;

const FEWEST: u64 = 100_000;
/// More rows than this are measured once.
const MANY: u64 = 10_000_000;
const ROUNDS: usize = 3;

/// The memory that is allowed: histories are exact, and a day has three flows a pair.
const BYTES_A_PAIR: u64 = 64;
const BYTES_A_FLOW: u64 = 4;
const FIXED_BYTES: u64 = 16 << 20;

/// Measures from [`FEWEST`] rows to so many, by tens, and prints a table in Markdown.
pub fn run(most: u64, seed: u64) -> Outcome {
    println!(
        "Rows from a generator through a pipe, one thread, medians of {ROUNDS} runs ({} rows and more: one run).\n",
        grouped(MANY * 10)
    );
    println!(
        "| rows | pairs | CPU s | ns a row | × of 1 million | peak RSS MB | engine MB | of what is allowed |"
    );
    println!("|--:|--:|--:|--:|--:|--:|--:|--:|");
    let mut rows = FEWEST;
    let mut of_a_million = None;
    while rows <= most {
        let runs = if rows > MANY { 1 } else { ROUNDS };
        let runs: Vec<Run> = (0..runs).map(|_| one(rows, seed)).collect::<Outcome<_>>()?;
        let cpu = middle(runs.iter().map(|run| run.measured.query_cpu_seconds).collect());
        let each = cpu / rows as f64 * 1e9;
        if rows == 1_000_000 {
            of_a_million = Some(each);
        }
        let times = of_a_million.map_or(String::new(), |million| format!("{:.2}", each / million));
        let engine = runs[0].engine_bytes;
        println!(
            "| {} | {} | {cpu:.2} | {each:.0} | {times} | {:.0} | {:.0} | {:.0} % |",
            grouped(rows),
            grouped(runs[0].pairs),
            middle(runs.iter().map(|run| run.measured.peak_bytes as f64).collect()) / 1e6,
            engine as f64 / 1e6,
            engine as f64 * 100.0 / allowed(runs[0].pairs, rows) as f64,
        );
        rows *= 10;
    }
    println!(
        "\nCPU after the start of Node. Allowed are {BYTES_A_PAIR} bytes a pair, {BYTES_A_FLOW} bytes a flow and 16 MiB."
    );
    Ok(())
}

struct Run {
    measured: Measured,
    pairs: u64,
    engine_bytes: u64,
}

fn one(rows: u64, seed: u64) -> Outcome<Run> {
    eprintln!("{} rows", grouped(rows));
    let mut generator =
        generator(rows, seed)?.stdout(Stdio::piped()).spawn().map_err(|error| format!("flows: {error}"))?;
    let input = generator.stdout.take().ok_or("flows has no output")?;
    let mut command = beaconlens(1);
    command.args(["--format", "csv", "--order", "rule", "-"]);
    let folder = folder()?;
    let notices = folder.join("notices.txt");
    let measured = measure::run(command, input.into(), &folder.join("answer.csv"), &notices)?;
    generator.wait().map_err(|error| format!("flows: {error}"))?;
    let told = fs::read_to_string(&notices).map_err(|error| format!("{}: {error}", notices.display()))?;
    let pairs = pairs_of(&told).ok_or(format!("no number of pairs in\n{told}"))?;
    let engine_bytes = memory_of(&told).ok_or(format!("no size of the memory in\n{told}"))?;
    Ok(Run { measured, pairs, engine_bytes })
}

fn allowed(pairs: u64, flows: u64) -> u64 {
    pairs * BYTES_A_PAIR + flows * BYTES_A_FLOW + FIXED_BYTES
}

/// `window: …: 10,000,000 flows of 3,464,083 pairs`
fn pairs_of(notices: &str) -> Option<u64> {
    let window = notices.lines().find(|line| line.starts_with("window: "))?;
    let (_, pairs) = window.split_once(" flows of ")?;
    pairs.split(' ').next()?.replace(',', "").parse().ok()
}

/// The line `memory BYTES`.
fn memory_of(notices: &str) -> Option<u64> {
    notices.lines().find_map(|line| line.strip_prefix("memory "))?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{memory_of, pairs_of};

    #[test]
    fn what_the_command_tells_is_understood() {
        let notices = "window: after a up to b: 10,000,000 flows of 3,464,083 pairs\nmemory 65536\n";
        assert_eq!(pairs_of(notices), Some(3_464_083));
        assert_eq!(memory_of(notices), Some(65_536));
        assert_eq!((pairs_of(""), memory_of("")), (None, None));
    }
}
