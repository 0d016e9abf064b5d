//! Prints how well beacons are distinguished from benign traffic, by regularity and by RITA's score:
//! `accuracy [--pairs N] [--seeds N]`, or `accuracy --captures FOLDER` for real captures with labels; and how
//! well generated names are distinguished from ordinary ones: `accuracy --names FOLDER`.

use std::path::Path;
use std::process::ExitCode;

use beaconlens_bench::accuracy::families::{DRAWN, HELD_OUT, LISTED};
use beaconlens_bench::accuracy::measure::measure;
use beaconlens_bench::accuracy::{captures, table};
use beaconlens_bench::names;

const USAGE: &str =
    "usage: accuracy [--pairs N] [--seeds N] | accuracy --captures FOLDER | accuracy --names FOLDER";

fn main() -> ExitCode {
    match run(std::env::args().skip(1)) {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("accuracy: {message}\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn run(mut words: impl Iterator<Item = String>) -> Result<String, String> {
    let (mut pairs, mut seeds) = (50, 5);
    while let Some(word) = words.next() {
        let value = words.next().ok_or(format!("{word} needs a value"))?;
        let number = || value.parse().map_err(|_| format!("{value} is not a number"));
        match word.as_str() {
            "--pairs" => pairs = number()?,
            "--seeds" => seeds = number()?,
            "--captures" => return ranks(Path::new(&value)),
            "--names" => return of_names(Path::new(&value)),
            _ => return Err(format!("unknown argument {word}")),
        }
    }
    if pairs == 0 || seeds == 0 {
        return Err("nothing to do".to_owned());
    }
    let mut out = String::new();
    for (title, families) in [
        ("Listed", LISTED),
        ("Other parameters and kinds", HELD_OUT),
        ("Every pair its own parameters", DRAWN),
    ] {
        let outcome = measure(families, pairs as usize, seeds);
        out += &format!(
            "## {title}: {} families, {pairs} pairs each, {seeds} seeds\n{}\n",
            families.len(),
            table::render(families, &outcome)
        );
    }
    Ok(out)
}

fn ranks(folder: &Path) -> Result<String, String> {
    match captures::rank(folder) {
        ranked if ranked.is_empty() => Err(format!("no labelled pair in {}", folder.display())),
        ranked => Ok(captures::render(&ranked)),
    }
}

fn of_names(folder: &Path) -> Result<String, String> {
    let lists = names::lists::read(folder)?;
    Ok(names::table::render(&names::measure::judge(&lists)))
}
