//! Prints a rule as a query in another language:
//!
//! ```sh
//! cargo run --example query -- duckdb rule.json
//! ```
//!
//! The languages are the names of [`beaconlens::query::Target`]; without a file it is the default rule.

use std::error::Error;

use beaconlens::Rule;
use beaconlens::query::{Target, render};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let target = Target::from_name(&arguments.next().ok_or("usage: query TARGET [RULE]")?)?;
    let rule = match arguments.next() {
        Some(file) => Rule::from_json(&std::fs::read_to_string(file)?)?,
        None => Rule::default(),
    };
    print!("{}", render(&rule, target));
    Ok(())
}
