//! Golden files: an input and its exact report. `tests/golden/README.md` says what each case shows; its last
//! column is checked here too.
//!
//! `UPDATE_GOLDEN=1 cargo test --test golden` writes the reports; review the difference before
//! committing it.

// A failed set-up is a failed test.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod cases;

use std::fs;

use beaconlens::{Pair, Report};
use cases::{Case, folder};

#[test]
fn every_report_is_the_recorded_one() {
    let cases = Case::all();
    assert!(cases.len() > 40, "only {} cases", cases.len());
    for case in cases {
        let mut detector = case.detector([case.input.as_slice()]);
        // As the JavaScript packages do.
        if detector.wants_public_suffixes() {
            detector.set_public_suffixes(include_str!("../src/hunts/domains/public_suffixes.txt"));
        }
        let report = detector.evaluate(&case.rule).to_json() + "\n";
        let file = folder().join(format!("{}.report.json", case.name));
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write(&file, &report).unwrap();
        }
        let recorded = fs::read_to_string(&file).unwrap_or_default();
        assert!(recorded == report, "{}", difference(&case.name, &recorded, &report));
    }
}

#[test]
fn every_case_is_described_with_what_comes_of_it() {
    let readme = fs::read_to_string(folder().join("README.md")).unwrap();
    let rows: Vec<Vec<&str>> = readme
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.split(" | ").map(|cell| cell.trim_matches(['|', ' ', '`'])).collect())
        .collect();
    let cases = Case::all();
    for case in &cases {
        let outcome = outcome(&case.report([case.input.as_slice()]));
        let row = rows.iter().find(|row| row[0] == case.name);
        let row = row.unwrap_or_else(|| panic!("the table has no row {}: {outcome}", case.name));
        assert_eq!(*row.last().unwrap(), outcome, "{}", case.name);
    }
    assert_eq!(rows.len(), cases.len(), "the table has rows without a case");
}

#[test]
fn every_form_of_time_is_read_to_the_microsecond() {
    const WHOLE: i64 = 1_772_445_600_000_000; // 2026-03-02T10:00:00Z
    let fractions = [
        0, 345_678, 345_000, 345_678, 345_678, 345_678, 0, 0, 0, 345_678, 0, 300_000, 0, 0, 345_678, 345_000,
        345_678, 0, 0, 0, 345_678,
    ];
    let case = Case::load("times.csv");
    let detector = case.detector([case.input.as_slice()]);
    for (port, fraction) in (1000..).zip(fractions) {
        let pair = Pair::parse("10.0.0.5", "203.0.113.9", port).unwrap();
        let starts: Vec<i64> = detector.history(&pair).iter().map(|c| c.start.as_micros() - WHOLE).collect();
        assert_eq!(starts, [fraction], "row {}", port - 998);
    }
}

#[test]
fn every_file_belongs_to_a_case() {
    let cases = Case::all();
    for entry in fs::read_dir(folder()).unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        let of_case = |ending: &str| {
            file.strip_suffix(ending).is_some_and(|name| cases.iter().any(|case| case.name == name))
        };
        let endings = [".report.json", ".rule.json", ".options.json", ".records.txt"];
        let known = cases::is_input(&file)
            || endings.into_iter().any(of_case)
            || ["README.md", "LICENSE-azure-nsg.txt", ".gitattributes"].contains(&file.as_str());
        assert!(known, "{file}");
    }
}

/// The result of a case in one line.
fn outcome(report: &Report) -> String {
    if let Some(error) = &report.sources[0].error {
        return format!("refused: {}", error.message);
    }
    let totals = &report.totals;
    let mut out = format!("{} used", totals.rows_used);
    if totals.rows_skipped > 0 {
        let reasons: Vec<String> =
            report.diagnostics.iter().map(|reason| format!("{} {}", reason.code, reason.rows)).collect();
        out += &format!(", {} skipped ({})", totals.rows_skipped, reasons.join(", "));
    }
    out += &format!("; {} of {} pairs found", totals.findings, totals.pairs_in_window);
    for gate in report.gates.iter().filter(|gate| gate.failed > 0) {
        out += &format!(", {} failed {}", gate.failed, gate.gate.name());
    }
    out
}

/// The first difference between two reports.
fn difference(name: &str, recorded: &str, found: &str) -> String {
    let at = recorded.bytes().zip(found.bytes()).take_while(|(a, b)| a == b).count();
    let around = |text: &str| {
        let bytes = text.as_bytes();
        let part = &bytes[at.saturating_sub(60)..bytes.len().min(at + 120)];
        String::from_utf8_lossy(part).into_owned()
    };
    format!("{name}: from byte {at}\nrecorded: {}\nfound:    {}", around(recorded), around(found))
}
