//! Generated names are still distinguished from ordinary ones; `cargo xtask accuracy --names ../shared/data` prints
//! the figures.

// A failed set-up is a failed test.
#![allow(clippy::expect_used)]

use std::path::{Path, PathBuf};

use beaconlens_bench::names::lists::{self, HELD_OUT, Kind, TYPOS};
use beaconlens_bench::names::measure::{Row, area, at_one_percent, judge, share_above};
use beaconlens_bench::names::{table, train};

fn data() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let here = folder.is_dir();
    if !here {
        eprintln!("skipped: ../shared is not here");
    }
    here.then_some(folder)
}

fn rows() -> Option<Vec<Row>> {
    Some(judge(&lists::read(&data()?).expect("the lists can be read")))
}

#[test]
fn single_names_that_look_random_are_found() {
    let Some(rows) = rows() else { return };
    let ordinary = &rows.iter().find(|row| row.name == HELD_OUT).expect("is there").evidence;
    let random = table::together(&rows, Kind::Random);
    assert!(area(&random, ordinary) > 0.99, "{}", area(&random, ordinary));
    assert!(share_above(&random, at_one_percent(ordinary)) > 0.88);
    for row in &rows {
        let area = area(&row.evidence, ordinary);
        let expected = match row.kind {
            Kind::Random => 0.965..=1.0,
            Kind::Syllables => 0.82..=1.0,
            // Joined words look ordinary: they cannot be found.
            Kind::Words => 0.0..=0.12,
            Kind::Ordinary => 0.4..=0.6,
        };
        assert!(expected.contains(&area), "{}: {area}", row.name);
    }
}

#[test]
fn ten_names_of_a_generator_are_beyond_doubt() {
    let Some(rows) = rows() else { return };
    let mistyped = rows.iter().find(|row| row.name == TYPOS).expect("is there").sets(10);
    for row in &rows {
        let sets = row.sets(10);
        let above = sets.iter().filter(|mean| **mean >= 0.6).count() as f64 / sets.len() as f64;
        let (area, name) = (area(&sets, &mistyped), row.name);
        match row.kind {
            Kind::Random => assert!(area > 0.9995 && above > 0.999, "{name}: {area} {above}"),
            Kind::Syllables => assert!(area > 0.97 && above > 0.6, "{name}: {area} {above}"),
            Kind::Words | Kind::Ordinary => assert!(above < 0.015, "{name}: {above}"),
        }
    }
}

#[test]
fn the_table_is_made_from_the_list() {
    let Some(folder) = data() else { return };
    let list = std::fs::read_to_string(folder.join("toplist-alexa100k/alexa_100k.csv")).expect("can be read");
    let made = train::table(&train::halves(&list).0);
    assert!(
        made == include_str!("../../src/hunts/domains/bits.txt"),
        "bits.txt is not what name-bits prints"
    );
}
