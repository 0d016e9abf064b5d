//! Prints the table of character pairs of `src/hunts/domains/bits.txt`: `name-bits LIST`, where the list
//! has lines `rank,domain`.

use std::process::ExitCode;

use beaconlens_bench::names::train;

fn main() -> ExitCode {
    let Some(path) = std::env::args().nth(1) else {
        eprintln!("usage: name-bits LIST");
        return ExitCode::from(2);
    };
    match std::fs::read_to_string(&path) {
        Ok(list) => {
            print!("{}", train::table(&train::halves(&list).0));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("name-bits: {path}: {error}");
            ExitCode::FAILURE
        }
    }
}
