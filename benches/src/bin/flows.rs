//! Writes the data of the benchmark to a file or standard output: `flows --rows N [--seed S] [-o FILE]`.

use std::fs::File;
use std::io::{self, Write};
use std::process::ExitCode;

use beaconlens_bench::HEADER;
use beaconlens_bench::company_day::CompanyDay;

const USAGE: &str = "usage: flows --rows N [--seed S] [-o FILE]";

fn main() -> ExitCode {
    match Arguments::read(std::env::args().skip(1)) {
        Ok(arguments) => match write(&arguments) {
            Ok(()) => ExitCode::SUCCESS,
            // The reader closed the pipe (`flows … | head`).
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
            Err(error) => fail(&error.to_string()),
        },
        Err(message) => fail(&format!("{message}\n{USAGE}")),
    }
}

fn fail(message: &str) -> ExitCode {
    eprintln!("flows: {message}");
    ExitCode::from(2)
}

struct Arguments {
    rows: u64,
    seed: u64,
    output: Option<String>,
}

impl Arguments {
    fn read(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let (mut rows, mut seed, mut output) = (None, 1, None);
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or(format!("{word} needs a value"));
            match word.as_str() {
                "--rows" => rows = Some(number(&value()?)?),
                "--seed" => seed = number(&value()?)?,
                "-o" => output = Some(value()?),
                _ => return Err(format!("unknown argument {word}")),
            }
        }
        let rows = rows.ok_or("--rows is missing")?;
        Ok(Self { rows, seed, output })
    }
}

/// Digits, optionally separated by `_`.
fn number(text: &str) -> Result<u64, String> {
    text.replace('_', "").parse().map_err(|_| format!("{text} is not a number"))
}

fn write(arguments: &Arguments) -> io::Result<()> {
    let mut out: Box<dyn Write> = match &arguments.output {
        Some(path) => Box::new(File::create(path)?),
        None => Box::new(io::stdout().lock()),
    };
    const BLOCK: usize = 1 << 20;
    let mut block = Vec::with_capacity(BLOCK + 1024);
    block.extend_from_slice(HEADER.as_bytes());
    for flow in CompanyDay::new(arguments.rows, arguments.seed) {
        flow.write_csv(&mut block);
        if block.len() >= BLOCK {
            out.write_all(&block)?;
            block.clear();
        }
    }
    out.write_all(&block)?;
    out.flush()
}
