//! Windows event logs → rows: logs made by code, and recorded ones if they are available.

// A test that cannot read its own files has failed.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod made;

use std::path::Path;

use beaconlens::{Detector, DetectorOptions, Report, Rule};
use beaconlens_capture::{CaptureFormat, Converter};
use made::log::{Made, Value, evtx};
use made::{rows, rows_in};
use proptest::prelude::*;

const SAMPLE: &str = "../tests/golden/evtx.json";
const RECORDED: &str = "../../shared/data/sysmon-evtx";

/// 2026-03-02T10:00:00Z
const START: u64 = 1_772_445_600_000_000;

fn sysmon(id: u16, data: Vec<(&'static str, Value)>) -> Made {
    Made { provider: "Microsoft-Windows-Sysmon", id, micros: START + 2_000_000, data }
}

fn connection(time: &'static str, initiated: bool, ends: [(&'static str, u16); 2]) -> Made {
    let [(source, source_port), (destination, port)] = ends;
    sysmon(
        3,
        vec![
            ("RuleName", Value::Text("-")),
            ("UtcTime", Value::Text(time)),
            ("ProcessId", Value::U32(4321)),
            ("Image", Value::Text("C:\\Users\\Jürgen\\up \"date\".exe")),
            ("Protocol", Value::Text("tcp")),
            ("Initiated", Value::Bool(initiated)),
            ("SourceIp", Value::Text(source)),
            ("SourcePort", Value::U16(source_port)),
            ("DestinationIp", Value::Text(destination)),
            ("DestinationHostname", Value::Text(if initiated { "c2.example.net" } else { "-" })),
            ("DestinationPort", Value::U16(port)),
        ],
    )
}

fn permitted(direction: &'static str, ends: [(&'static str, &'static str); 2]) -> Made {
    let [(source, source_port), (destination, port)] = ends;
    Made {
        provider: "Microsoft-Windows-Security-Auditing",
        id: 5156,
        micros: START + 500_001,
        data: vec![
            ("ProcessID", Value::U64(4)),
            ("Application", Value::Text("\\device\\harddiskvolume2\\a.exe")),
            ("Direction", Value::Text(direction)),
            ("SourceAddress", Value::Text(source)),
            ("SourcePort", Value::Text(source_port)),
            ("DestAddress", Value::Text(destination)),
            ("DestPort", Value::Text(port)),
            ("Protocol", Value::U32(6)),
        ],
    }
}

fn events() -> Vec<Made> {
    let lookup = |status| {
        let name = Value::Text("xkqzv.example.org");
        let time = ("UtcTime", Value::Text("2026-03-02 10:00:05.000"));
        sysmon(22, vec![time, ("QueryName", name), ("QueryStatus", Value::Text(status))])
    };
    vec![
        connection("2026-03-02 10:00:00.123", true, [("10.0.0.5", 50_001), ("203.0.113.9", 443)]),
        sysmon(1, vec![("UtcTime", Value::Text("2026-03-02 10:00:01.000")), ("Image", Value::Text("x"))]),
        connection("2026-03-02 10:00:02.000", false, [("10.0.0.7", 50_002), ("10.0.0.5", 3389)]),
        // Sysmon sometimes gives the machine itself as the source of an inbound connection.
        connection("2026-03-02 10:00:03.000", false, [("10.0.0.5", 3389), ("10.0.0.8", 50_003)]),
        lookup("9003"),
        lookup("0"),
        permitted("%%14593", [("10.0.0.5", "50004"), ("198.51.100.7", "8443")]),
        permitted("%%14592", [("10.0.0.5", "445"), ("10.0.0.9", "50005")]),
        // The same event number of another provider.
        Made { provider: "Microsoft-Windows-Other", ..sysmon(3, Vec::new()) },
    ]
}

fn report(rows: &str) -> Report {
    let mut detector = Detector::new(DetectorOptions::new());
    detector.start_source("made");
    detector.ingest(rows.as_bytes()).unwrap();
    detector.finish().unwrap();
    detector.evaluate(&Rule::default())
}

/// The rows are a golden input of the engine; its golden output is next to them.
#[test]
fn the_rows_of_a_log_are_the_recorded_ones() {
    let rows = rows(&evtx(&events(), 4));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(SAMPLE, &rows).unwrap();
        // For a look at it with other programs.
        if let Some(path) = std::env::var_os("KEEP_EVTX") {
            std::fs::write(path, evtx(&events(), 4)).unwrap();
        }
    }
    assert_eq!(rows, std::fs::read_to_string(SAMPLE).unwrap());
    // Independent of the number of events per chunk.
    assert_eq!(made::rows(&evtx(&events(), 1)), rows);
    assert_eq!(made::rows(&evtx(&events(), 100)), rows);
}

#[test]
fn the_engine_reads_the_rows() {
    let report = report(&rows(&evtx(&events(), 4)));
    let source = &report.sources[0];
    assert_eq!((source.format, source.rows_used, source.rows_skipped), (Some("evtx"), 5, 3));
    let note =
        "9 events, 7 used; not used: 2 of other kinds (used are Sysmon's 3 and 22, and Security's 5156)";
    assert!(source.notes.iter().any(|found| found == note), "{:?}", source.notes);
}

#[test]
fn any_chunking_gives_the_same_rows() {
    let file = evtx(&events(), 2);
    let expected = rows(&file);
    for piece in [1, 7, 4096, 5000, 65_536, 70_000] {
        assert!(rows_in(&file, piece) == expected, "{piece}");
    }
}

#[test]
fn damage_affects_one_chunk() {
    let mut file = evtx(&events(), 3);
    file[4096] = b'X';
    assert!(rows(&file).contains("6 events, 5 used"), "{}", rows(&file));
    assert!(rows(&file).contains("1 parts of 64 KiB of the log are damaged"), "{}", rows(&file));
    // A chunk that was never written to is not damaged.
    file[4096..][..65_536].fill(0);
    assert!(!rows(&file).contains("damaged"));
    let file = evtx(&events(), 3);
    let cut = rows(&file[..file.len() - 65_536 + 512]);
    assert!(cut.contains("6 events") && cut.contains("the log ends within a part of 64 KiB"), "{cut}");
}

#[test]
fn truncated_logs_are_read_to_their_end() {
    let file = evtx(&events(), 100);
    for end in (8..8000).chain([file.len() - 1]) {
        let rows = rows(&file[..end]);
        assert!(rows.contains("the log ends within") || end == 4096 || end == file.len(), "{end}");
    }
}

proptest! {
    #[test]
    fn any_damage_is_accepted(at in 4096usize..9000, bytes in any::<[u8; 4]>(), piece in 100usize..70_000) {
        let mut file = evtx(&events(), 100);
        file[at..at + 4].copy_from_slice(&bytes);
        prop_assert_eq!(rows_in(&file, piece), rows(&file));
    }

    #[test]
    fn any_bytes_are_accepted(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        // In place of the first record's XML, with lengths that fit.
        let length = (bytes.len() + 28) as u32;
        let record = [b"**\0\0", &length.to_le_bytes()[..], &[0; 16], &bytes, &length.to_le_bytes()].concat();
        let mut file = evtx(&events(), 100);
        file[4096 + 512..][..record.len()].copy_from_slice(&record);
        let mut converter = Converter::new(CaptureFormat::Evtx);
        let mut rows = Vec::new();
        converter.push(&file, &mut rows);
        converter.finish(&mut rows);
        prop_assert!(String::from_utf8(rows).is_ok());
    }
}

/// Next to the logs are the results of another program, one event per line.
#[test]
fn recorded_logs_are_read_as_another_program_reads_them() {
    if !Path::new(RECORDED).is_dir() {
        eprintln!("skipped: {RECORDED} is not there");
        return;
    }
    for (name, count) in [("DE_sysmon-3-rdp-tun", 42), ("tunna_iis_rdp_smb_tunneling_sysmon_3", 12)] {
        let path = Path::new(RECORDED).join(format!("{name}.evtx"));
        let rows = rows(&std::fs::read(path).unwrap());
        let others =
            std::fs::read_to_string(Path::new(RECORDED).join(format!("{name}.evtx_dump.jsonl"))).unwrap();
        let connections: Vec<&str> = others.lines().filter(|line| line.contains("\"EventID\":3,")).collect();
        assert_eq!(connections.len(), count, "{name}");
        let flows: Vec<&str> = rows.lines().filter(|row| row.contains("\"log\":\"flow\"")).collect();
        assert_eq!(flows.len(), count, "{name}");
        for (flow, other) in flows.iter().zip(connections) {
            let names = [
                ("source", "SourceIp"),
                ("source_port", "SourcePort"),
                ("destination", "DestinationIp"),
                ("port", "DestinationPort"),
                ("process", "Image"),
                ("protocol", "Protocol"),
                ("record", "EventRecordID"),
            ];
            for (ours, theirs) in names {
                assert_eq!(field(flow, ours), field(other, theirs), "{name} {ours}");
            }
            let time = field(other, "UtcTime").replace(' ', "T") + "Z";
            assert_eq!(field(flow, "time"), time, "{name}");
        }
        // And the engine makes the same pairs of both.
        let (ours, theirs) = (report(&rows), report(&others));
        assert_eq!(ours.totals.flows_in_window, theirs.totals.flows_in_window, "{name}");
        assert_eq!(ours.totals.pairs_in_window, theirs.totals.pairs_in_window, "{name}");
    }
}

/// The text of a field of a JSON line, without quotes.
fn field(line: &str, name: &str) -> String {
    let rest = line.split(&format!("\"{name}\":")).nth(1).unwrap();
    match rest.strip_prefix('"') {
        Some(text) => text.split("\",").next().unwrap().trim_end_matches("\"}").to_owned(),
        None => rest.split([',', '}']).next().unwrap().to_owned(),
    }
}
