//! The records of golden inputs, as lines that a person can read: what each format's reader finds in a row,
//! also what no report shows yet. `UPDATE_GOLDEN=1 cargo test --lib` writes them anew.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

use super::{DetectorOptions, Sink, Source};
use crate::model::flow::Connection;
use crate::model::pair_key::PairKey;
use crate::pairs::{History, TimedConnection};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

fn read(input: &[u8]) -> Sink {
    let options = DetectorOptions::new();
    let mut sink = Sink::new(&options);
    sink.side.listing = Some(Vec::new());
    let mut source = Source::new("input");
    source.ingest(input, &options, &mut sink).unwrap();
    source.finish(&options, &mut sink).unwrap();
    sink
}

/// The records that are read from an input, one a line, and then those that were left out.
fn listing(input: &[u8]) -> String {
    let mut sink = read(input);
    let mut lines = sink.side.listing.take().unwrap();
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

/// All connections, by pair.
fn connections(sink: &Sink) -> Vec<(PairKey, Vec<Connection>)> {
    let mut out = Vec::new();
    for chunk in sink.pairs.chunks() {
        chunk.for_each(|pair| {
            let mut history = History::default();
            pair.read(&mut history);
            history.connections.sort();
            out.push((pair.key(), history.connections));
        });
    }
    out.sort_by_key(|(key, _)| (key.addresses, key.port));
    out
}

/// All long connections, by pair.
fn long_connections(sink: &Sink) -> Vec<(PairKey, Vec<TimedConnection>)> {
    let mut out = Vec::new();
    sink.side.tables.durations.for_each(|key, connections| {
        let mut connections = connections.to_vec();
        connections.sort();
        out.push((key, connections));
    });
    out.sort_by_key(|(key, _)| (key.addresses, key.port));
    out
}

/// The fast reader of columns and the exact one, which quotes make necessary, keep the same long connections.
#[test]
fn durations_of_plain_rows_and_of_quoted_rows_are_read_alike() {
    const DURATIONS: &[&str] = &[
        "0",
        "9",
        "9.999999",
        "9.",
        ".5",
        "10",
        "10.0",
        "10.000001",
        "009.5",
        "-",
        "",
        "null",
        "-12",
        "1e1",
        "1.5E3",
        "9e9",
        "0:00:12",
        "1.5:00",
        "00:09",
        "12.5x",
        "5x",
        "3600.25",
        "99999",
        "9999",
        "10000",
        "9999999",
        "10000000.5",
        "9999999999",
        "10000000000",
        "12345678901234567890123",
        "+11",
        " 12 ",
        "NaN",
    ];
    const ENDS: &[&str] = &[
        "1772445600000",
        "1772445609999",
        "1772445610000",
        "1772445610000.5",
        "1772445600",
        "0",
        "",
        "-",
        "1772445599999",
        "1772449200000",
        "2026-03-02T10:00:30Z",
        "9999999999999999",
        "253402300800000",
        "x",
    ];
    let headers = [
        ("starttime,sourceip,destinationip,destinationport,duration", vec![DURATIONS]),
        ("starttime,sourceip,destinationip,destinationport,endtime", vec![ENDS]),
        ("starttime,sourceip,destinationip,destinationport,duration,endtime", vec![DURATIONS, ENDS]),
        ("bidirectional_first_seen_ms,src_ip,dst_ip,dst_port,bidirectional_duration_ms", vec![DURATIONS]),
        // The time comes after the end, and rows are too near to the beginning of the block.
        ("dur,sourceip,destinationip,destinationport,starttime", vec![]),
    ];
    for (header, values) in headers {
        let mut rows: Vec<Vec<String>> = Vec::new();
        for at in 0..4000_usize {
            let start = ["1772445600000", "1772445600", "99999999999", "bad"]
                [if at % 10 == 0 { at / 10 % 4 } else { 0 }];
            let source = format!("10.0.{}.{}", at % 7, if at % 31 == 0 { "x" } else { "5" });
            let mut row =
                vec![start.to_owned(), source, "203.0.113.9".to_owned(), (at % 5 * 100).to_string()];
            match values.as_slice() {
                [] => {
                    row = vec![
                        (at % 20).to_string(),
                        row[1].clone(),
                        row[2].clone(),
                        row[3].clone(),
                        row[0].clone(),
                    ]
                }
                [first] => row.push(first[at % first.len()].to_owned()),
                both => row.extend(both.iter().map(|values| values[at / 3 % values.len()].to_owned())),
            }
            rows.push(row);
        }
        let table = |quote: &str| {
            let row = |row: &Vec<String>| {
                row.iter().map(|field| format!("{quote}{field}{quote}")).collect::<Vec<_>>().join(",")
            };
            header.to_owned() + "\n" + &rows.iter().map(row).collect::<Vec<_>>().join("\n") + "\n"
        };
        let (plain, quoted) = (read(table("").as_bytes()), read(table("\"").as_bytes()));
        assert_eq!(long_connections(&plain), long_connections(&quoted), "{header}");
        assert_eq!(connections(&plain), connections(&quoted), "{header}");
        assert!(long_connections(&quoted).len() > 5, "{header}");
        let exactly = |sink: &Sink| sink.side.listing.as_ref().unwrap().len();
        assert!(exactly(&quoted) > 3000, "{header}");
        assert_eq!(
            exactly(&plain) < exactly(&quoted) / 2,
            !values.is_empty(),
            "{header}: {}",
            exactly(&plain)
        );
    }
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
    for name in super::format::registry::names().filter(|_| !table.is_empty()) {
        assert!(table.contains(&format!("`{name}`")), "{name} is not in FORMATS.md");
        assert!(reports.contains(&format!("\"format\":\"{name}\"")), "{name} has no golden case");
    }
}
