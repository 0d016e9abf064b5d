//! The records of golden inputs, as lines that a person can read: what each format's reader finds in a row,
//! also what no report shows yet. `UPDATE_GOLDEN=1 cargo test --lib` writes them anew.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

use super::{Options, Sink, Source};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// The records that are read from an input, one a line, and then those that were left out.
fn listing(input: &[u8]) -> String {
    let options = Options::new();
    let mut sink = Sink::new(&options);
    sink.beside.listing = Some(Vec::new());
    let mut source = Source::new("input");
    source.ingest(input, &options, &mut sink).unwrap();
    source.finish(&options, &mut sink).unwrap();
    let mut lines = sink.beside.listing.take().unwrap();
    lines.push(format!("{} flows", sink.rows_used));
    lines.join("\n") + "\n"
}

#[test]
fn every_record_is_the_recorded_one() {
    let mut cases = 0;
    // A packed crate has no golden files.
    for entry in fs::read_dir(folder()).into_iter().flatten() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        let Some(name) = file.strip_suffix(".records.txt") else { continue };
        let input = ["csv", "json", "log", "txt"]
            .iter()
            .find_map(|ending| fs::read(folder().join(format!("{name}.{ending}"))).ok());
        let found = listing(&input.unwrap());
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write(folder().join(&file), &found).unwrap();
        }
        let recorded = fs::read_to_string(folder().join(&file)).unwrap();
        assert_eq!(found, recorded, "{name}");
        cases += 1;
    }
    assert!(cases > 40 || !folder().exists(), "only {cases} cases");
}

#[test]
fn every_format_is_in_the_table_and_has_a_golden_case() {
    let read = |path: &Path| fs::read_to_string(path).unwrap_or_default();
    let table = read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("FORMATS.md"));
    let reports: String = fs::read_dir(folder())
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().ends_with(".report.json"))
        .map(|path| read(&path))
        .collect();
    // A packed crate has neither.
    for name in super::format::names().filter(|_| !table.is_empty()) {
        assert!(table.contains(&format!("`{name}`")), "{name} is not in FORMATS.md");
        assert!(reports.contains(&format!("\"format\":\"{name}\"")), "{name} has no golden case");
    }
}
