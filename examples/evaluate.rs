//! Evaluates flow files without WebAssembly: shows how to use the library, and its reports can be compared with
//! those of the module.
//!
//! ```sh
//! cargo run --profile native --example evaluate -- --format csv --rule rule.json flows.csv more.csv
//! ```
//!
//! The format is `json` (default), `csv`, `ndjson` or `query`. A refused file is named on standard error
//! and in the report; the others are still read. The exit code is then 2.

use std::error::Error;
use std::fs::File;
use std::io::Read;
use std::process::ExitCode;

use beaconlens::{Detector, DetectorOptions, Rule};

const USAGE: &str = "usage: evaluate [--format json|csv|ndjson|query] [--rule FILE] FILE…";

/// Bytes read at a time.
const CHUNK: usize = 1 << 20;

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(2),
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

/// Prints the report; false if a file was refused.
fn run() -> Result<bool, Box<dyn Error>> {
    let (mut format, mut rule, mut files) = ("json".to_owned(), Rule::default(), Vec::new());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--format" => format = arguments.next().ok_or(USAGE)?,
            "--rule" => rule = Rule::from_json(&std::fs::read_to_string(arguments.next().ok_or(USAGE)?)?)?,
            _ => files.push(argument),
        }
    }
    if files.is_empty() {
        return Err(USAGE.into());
    }
    let mut detector = Detector::new(DetectorOptions::new());
    let mut all_read = true;
    for name in &files {
        detector.start_source(name);
        let mut file = File::open(name).map_err(|error| format!("{name}: {error}"))?;
        if let Err(refused) = read(&mut file, &mut detector)? {
            eprintln!("{name}: {refused}");
            all_read = false;
        }
    }
    let report = detector.evaluate(&rule);
    match format.as_str() {
        "json" => println!("{}", report.to_json()),
        "csv" => print!("{}", report.to_csv()),
        "query" => print!("{}", report.to_query_csv()),
        "ndjson" => print!("{}", report.to_ndjson()),
        _ => return Err(USAGE.into()),
    }
    Ok(all_read)
}

/// Reads a file into the detector; the inner error is a refusal.
fn read(file: &mut File, detector: &mut Detector) -> std::io::Result<Result<(), beaconlens::Error>> {
    let mut chunk = vec![0; CHUNK];
    loop {
        let length = file.read(&mut chunk)?;
        if length == 0 {
            return Ok(detector.finish());
        }
        if let Err(refused) = detector.ingest(chunk.get(..length).unwrap_or_default()) {
            return Ok(Err(refused));
        }
    }
}
