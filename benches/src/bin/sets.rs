//! What a reference set of 100,000 networks adds to the time of an evaluation, alternating with and without it:
//! `cargo run --profile native -p beaconlens-bench --bin sets -- target/bench/flows-10000000-seed1.csv`
//!
//! Native, and with rules already parsed; `figures.mjs` measures the parsing from JavaScript.

use std::error::Error;
use std::fmt::Write;
use std::fs::File;
use std::io::Read;
use std::net::Ipv4Addr;
use std::time::Instant;

use beaconlens::{Detector, DetectorOptions, ReferenceSet, Rule};
use beaconlens_bench::Random;

const ROUNDS: usize = 7;
const NETWORKS: usize = 100_000;

/// Kinds of changes; `@` is replaced by another number in every round.
const CHANGES: [(&str, &str); 3] = [
    ("another gate", r#"{"gates": {"min_connections": 5@}}"#),
    ("another excluded network", r#"{"excluded_destinations": ["10.0.0.0/8", "23.@.0.0/16"]}"#),
    ("another window", r#"{"window": "1@h"}"#),
];

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("the file is missing")?;
    // One detector each, so that both keep their cache of the last rule.
    let (plain, listed) = (read(&path)?, read(&path)?);
    let set = networks()?;
    println!("| evaluate | ms | × with a set of {NETWORKS} networks |\n|---|--:|--:|");
    for (name, change) in CHANGES {
        let mut rounds = Vec::new();
        for round in 0..ROUNDS {
            let rule = Rule::from_json(&change.replace('@', &round.to_string()))?;
            let with_set = rule.clone().with_reference_sets([set.clone()])?;
            // The first of a kind has no cache and is not counted.
            let (without, with) = match round % 2 {
                0 => (timed(&plain, &rule), timed(&listed, &with_set)),
                _ => {
                    let with = timed(&listed, &with_set);
                    (timed(&plain, &rule), with)
                }
            };
            if round > 0 {
                rounds.push((without, with / without));
            }
        }
        println!("| {name} | {:.1} | {:.2} |", median(&rounds, |of| of.0), median(&rounds, |of| of.1));
    }
    Ok(())
}

fn read(path: &str) -> Result<Detector, Box<dyn Error>> {
    let mut detector = Detector::new(DetectorOptions::new());
    let (mut file, mut block) = (File::open(path)?, vec![0; 1 << 20]);
    loop {
        let length = file.read(&mut block)?;
        if length == 0 {
            break;
        }
        detector.ingest(block.get(..length).unwrap_or_default())?;
    }
    detector.finish()?;
    Ok(detector)
}

/// Random networks from /20 to single addresses.
fn networks() -> Result<ReferenceSet, Box<dyn Error>> {
    let mut random = Random::new(1);
    let mut text = String::new();
    for _ in 0..NETWORKS {
        let bits = random.bits();
        let length = 20 + 4 * (bits >> 32 & 3);
        writeln!(text, "{}/{length}", Ipv4Addr::from_bits(bits as u32))?;
    }
    Ok(ReferenceSet::from_list("networks", &text, None)?)
}

/// Milliseconds.
fn timed(detector: &Detector, rule: &Rule) -> f64 {
    let start = Instant::now();
    std::hint::black_box(detector.evaluate(rule));
    start.elapsed().as_secs_f64() * 1e3
}

fn median(rounds: &[(f64, f64)], of: fn(&(f64, f64)) -> f64) -> f64 {
    let mut values: Vec<f64> = rounds.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
