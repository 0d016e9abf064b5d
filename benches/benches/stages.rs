//! Time per stage of the engine, natively: `cargo bench -p beaconlens-bench`.
//!
//! Inputs that differ in one property separate the stages: rows of a single pair
//! cost scanning and parsing, and almost no time in the pair table; rows that are
//! all of different pairs cost the table as well; quotes need the fallback parser.
//! criterion stores the figures of the last run and reports changes.

#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]

use std::hint::black_box;

use beaconlens::{Detector, DetectorOptions, Gates, Pair, Rule, Window};
use beaconlens_bench::company_day::CompanyDay;
use beaconlens_bench::{Flow, HEADER};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

const ROWS: u64 = 200_000;
/// The chunk size of the command and the page.
const CHUNK: usize = 1 << 20;

fn csv(flows: impl Iterator<Item = Flow>) -> Vec<u8> {
    let mut text = HEADER.as_bytes().to_vec();
    for flow in flows {
        flow.write_csv(&mut text);
    }
    text
}

fn day() -> impl Iterator<Item = Flow> {
    CompanyDay::new(ROWS, 1)
}

/// The rows of the day, all with the pair of the first.
fn one_pair() -> impl Iterator<Item = Flow> {
    let first = CompanyDay::new(ROWS, 1).next();
    day().map(move |flow| match first {
        Some(first) => Flow { start_ms: flow.start_ms, ..first },
        None => flow,
    })
}

/// The rows of the day, each with another pair.
fn all_pairs() -> impl Iterator<Item = Flow> {
    day().enumerate().map(|(i, flow)| {
        let octets = (0x1700_0000_u32 | i as u32).to_be_bytes();
        Flow { source: [10, 0, 0, 1].into(), destination: octets.into(), ..flow }
    })
}

/// Every field in quotes.
fn quoted(text: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(text);
    let line = |line: &str| format!("\"{}\"\n", line.replace(',', "\",\""));
    text.lines().map(line).collect::<String>().into_bytes()
}

/// Times as `2026-03-17 hh:mm:ss.fff`.
fn text_times(text: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(text);
    let line = |line: &str| {
        let Some((time, rest)) = line.split_once(',') else { return String::new() };
        let Ok(ms) = time.parse::<u64>() else { return format!("{line}\n") };
        let (seconds, ms) = (ms / 1000 % 86_400, ms % 1000);
        let (h, m, s) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        format!("2026-03-17 {h:02}:{m:02}:{s:02}.{ms:03},{rest}\n")
    };
    text.lines().map(line).collect::<String>().into_bytes()
}

fn ingested(text: &[u8]) -> Detector {
    let mut detector = Detector::new(DetectorOptions::default());
    detector.start_source("bench");
    for chunk in text.chunks(CHUNK) {
        if let Err(error) = detector.ingest(chunk) {
            panic!("{error}");
        }
    }
    if let Err(error) = detector.finish() {
        panic!("{error}");
    }
    assert_eq!(detector.progress().rows_used, ROWS, "every row is a flow");
    detector
}

fn ingest(criterion: &mut Criterion) {
    let plain = csv(day());
    let inputs = [
        ("one pair", csv(one_pair())),
        ("every row its own pair", csv(all_pairs())),
        ("company day", plain.clone()),
        ("company day, quoted", quoted(&plain)),
        ("company day, text times", text_times(&plain)),
    ];
    let mut group = criterion.benchmark_group("ingest");
    group.sample_size(20).throughput(Throughput::Elements(ROWS));
    for (name, text) in inputs {
        group.bench_with_input(BenchmarkId::from_parameter(name), &text, |bencher, text| {
            bencher.iter(|| ingested(text));
        });
    }
    group.finish();
}

fn evaluate(criterion: &mut Criterion) {
    let detector = ingested(&csv(day()));
    let default = Rule::default();
    let stricter = Rule::new().with_gates(Gates::new().with_min_connections(50));
    let narrower = Rule::new().with_window(Window::Hours(6));
    let Ok(narrower) = narrower else { panic!("a valid window") };
    let mut group = criterion.benchmark_group("evaluate");
    group.sample_size(20).throughput(Throughput::Elements(ROWS));
    for (name, rule) in [("default", &default), ("50 connections", &stricter), ("6 hours", &narrower)] {
        group.bench_function(name, |bencher| bencher.iter(|| detector.evaluate(black_box(rule))));
    }
    group.finish();
}

fn report(criterion: &mut Criterion) {
    let detector = ingested(&csv(day()));
    let rule = Rule::default();
    let report = detector.evaluate(&rule);
    let Some(finding) = report.findings.first() else { panic!("a day without findings") };
    let pair =
        Pair { source: finding.sourceip, destination: finding.destinationip, port: finding.destinationport };
    let mut group = criterion.benchmark_group("report");
    group.bench_function("to CSV", |bencher| bencher.iter(|| report.to_csv()));
    group.bench_function("to JSON", |bencher| bencher.iter(|| report.to_json()));
    group.bench_function("explain one pair", |bencher| bencher.iter(|| detector.explain(&pair, &rule)));
    group.finish();
}

criterion_group!(stages, ingest, evaluate, report);
criterion_main!(stages);
