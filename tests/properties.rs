//! Properties of any input: chunking, the order of rows, the spelling of values and the seed of the pair table do
//! not change the report, and every row is used or skipped.
//!
//! Seeds are fixed; a failure names its seed.

// A failed set-up is a failed test.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod cases;
mod flows;

use beaconlens::report::PairStatus;
use beaconlens::{
    Detector, DetectorOptions, Error, Pair, PartialResult, PrevalenceCounts, PrevalenceQuery, Report, Rule,
};
use cases::Case;
use flows::{Flow, HEADER, HOUR, Random, SECOND, TEN_O_CLOCK, calendar, csv};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};
use serde_json::Value;

// ------------------------------------------------------------------------------------------- chunking

#[test]
fn a_golden_input_split_anywhere_gives_the_same_report() {
    for case in Case::all() {
        let whole = case.report([case.input.as_slice()]).to_json();
        // Every position in a short input, and a few hundred in a longer one.
        let step = if case.input.len() <= 1500 { 1 } else { case.input.len() / 200 };
        for cut in (0..=case.input.len()).step_by(step) {
            let (first, second) = case.input.split_at(cut);
            assert!(case.report([first, second]).to_json() == whole, "{} cut at {cut}", case.name);
        }
    }
}

#[test]
fn a_golden_input_in_any_chunks_gives_the_same_report() {
    for case in Case::all() {
        let whole = case.report([case.input.as_slice()]).to_json();
        assert!(case.report(case.input.chunks(1)).to_json() == whole, "{} byte by byte", case.name);
        for seed in 0..20 {
            let mut random = Random::new(seed);
            let longest = random.pick(&[2, 10, 100, 1000]);
            let chunks = random.chunks(&case.input, longest);
            assert!(case.report(chunks).to_json() == whole, "{}, seed {seed}", case.name);
        }
    }
}

#[test]
fn a_damaged_input_in_any_chunks_gives_the_same_report() {
    let cases = Case::all();
    for seed in 0..400 {
        let mut random = Random::new(seed);
        let mut case = Case { rule: Rule::default(), ..copy(&cases[random.below(cases.len())]) };
        damage(&mut random, &mut case.input);
        let report = case.report([case.input.as_slice()]);
        check_accounts(&report, &case.input, &format!("seed {seed}"));
        let whole = report.to_json();
        assert!(case.report(case.input.chunks(1)).to_json() == whole, "seed {seed}, byte by byte");
        for longest in [3, 40, 700] {
            let chunks = random.chunks(&case.input, longest);
            assert!(case.report(chunks).to_json() == whole, "seed {seed}, chunks to {longest}");
        }
    }
}

/// An input longer than any buffer: rows of all kinds, some very long.
fn long_input(random: &mut Random) -> Vec<u8> {
    let mut out = (HEADER.join(",") + ",note\n").into_bytes();
    while out.len() < 260_000 {
        let flow = random_flow(random);
        let mut row = flow.fields().join(",");
        match random.below(200) {
            0 => row += &format!(",\"{}\"", "a note\nof lines, ".repeat(random.below(600))),
            1 => row += &format!(",\"{}", "never closed ".repeat(random.below(4))),
            2 => row += &format!(",{}", "long ".repeat(random.below(8000))),
            3 => row = "\n#\n \r\n".to_owned(),
            4 => row = "neither,here,nor,there".to_owned(),
            5..30 => row = "\"".to_owned() + &row.replace(',', "\",\"") + "\",\"a \"\"note\"\"\"",
            _ => row += ",a note",
        }
        out.extend(row.as_bytes());
        out.extend(if random.one_in(9) { b"\r\n".as_slice() } else { b"\n" });
    }
    out
}

#[test]
fn a_long_input_in_any_chunks_gives_the_same_report() {
    for seed in 0..6 {
        let mut random = Random::new(seed);
        let input = long_input(&mut random);
        let report = read([input.as_slice()]).evaluate(&Rule::default());
        assert!(report.totals.rows_used > 100, "seed {seed}: {:?}", report.sources);
        check_accounts(&report, &input, &format!("seed {seed}"));
        let whole = report.to_json();
        for longest in [500, 5_000, 40_000, 150_000] {
            let chunks = random.chunks(&input, longest);
            let found = read(chunks).evaluate(&Rule::default()).to_json();
            assert!(found == whole, "seed {seed}, chunks to {longest}");
        }
    }
}

#[test]
fn a_row_longer_than_one_mebibyte_is_skipped() {
    const MEBIBYTE: usize = 1 << 20;
    for (length, too_long) in [(MEBIBYTE, 0), (MEBIBYTE + 1, 1), (3 * MEBIBYTE, 1)] {
        let mut input = csv(&[]).into_bytes();
        input.extend(plain_row(0).as_bytes());
        let long = plain_row(1).trim_end().to_owned() + ",";
        input.extend(long.as_bytes());
        // Including the line feed.
        input.resize(input.len() + length - long.len() - 1, b'x');
        input.push(b'\n');
        input.extend(plain_row(2).as_bytes());
        // Its example shows that lines are still counted correctly.
        input.extend(b"not a row\n");
        let mut whole = None;
        for size in [input.len(), MEBIBYTE, 100_003] {
            let report = read(input.chunks(size)).evaluate(&Rule::default());
            let totals = &report.totals;
            let expected = (3 - too_long, 1 + too_long);
            assert_eq!((totals.rows_used, totals.rows_skipped), expected, "{length}, {size}");
            check_accounts(&report, &input, &format!("{length} in {size}"));
            assert!(*whole.get_or_insert(report.to_json()) == report.to_json(), "{length}, {size}");
        }
    }
}

#[test]
fn a_quoted_field_may_have_64_kibibytes() {
    for length in [65_534, 65_535, 65_536, 65_537, 131_072] {
        let note = "a,\n".repeat(length);
        let mut input = csv(&[]) + &plain_row(0);
        input += &format!("{},\"{}\"\n", plain_row(1).trim_end(), &note[..length]);
        input += &plain_row(2);
        // The reader needs the closing quote and the byte after it.
        let (used, skipped) = if length < 65_535 { (3, 0) } else { (3, length.div_ceil(3) as u64) };
        let mut whole = None;
        for size in [input.len(), 65_536, 50_000, 32_768, 8191, 1021] {
            let report = read(input.as_bytes().chunks(size)).evaluate(&Rule::default());
            let totals = &report.totals;
            assert_eq!(totals.rows_used, used, "{length} in {size}");
            assert!(totals.rows_skipped.abs_diff(skipped) <= 1, "{length} in {size}: {totals:?}");
            check_accounts(&report, input.as_bytes(), &format!("{length} in {size}"));
            assert!(*whole.get_or_insert(report.to_json()) == report.to_json(), "{length}, {size}");
        }
    }
}

#[test]
fn a_long_row_in_tiny_chunks_is_read_in_reasonable_time() {
    let mut input = csv(&[]) + &plain_row(0);
    input += &format!("{},{}\n", plain_row(1).trim_end(), "x".repeat(128 * 1024));
    input += &format!("{},\"{}\"\n", plain_row(2).trim_end(), "lines\n".repeat(10_000));
    let report = read(input.as_bytes().chunks(64)).evaluate(&Rule::default());
    assert_eq!((report.totals.rows_used, report.totals.rows_skipped), (3, 0));
}

// ------------------------------------------------------------------------------------ equal flows

#[test]
fn the_order_of_rows_does_not_matter() {
    for seed in 0..60 {
        let mut random = Random::new(seed);
        let mut rows: Vec<String> = random_flows(&mut random).iter().map(|f| f.fields().join(",")).collect();
        rows.extend(
            (0..random.below(9)).map(|_| random.pick(&["?,a,b,1,1,1", "short", "1,a,::1,1,1,1"]).into()),
        );
        let (rule, header) = (low_rule(), HEADER.join(","));
        let first = read([lines(&header, &rows).as_bytes()]);
        random.shuffle(&mut rows);
        let second = read([lines(&header, &rows).as_bytes()]);
        let without_positions = |detector: &Detector| {
            let mut report = detector.evaluate(&rule);
            report.diagnostics.iter_mut().for_each(|reason| reason.examples.clear());
            report.to_json()
        };
        assert_eq!(without_positions(&first), without_positions(&second), "seed {seed}");
        for listed in first.pairs(&rule) {
            let pair =
                Pair::new(listed.pair.sourceip, listed.pair.destinationip, listed.pair.destinationport);
            assert_eq!(first.history(&pair), second.history(&pair), "seed {seed}: {pair}");
            assert_eq!(first.explain(&pair, &rule), second.explain(&pair, &rule), "seed {seed}: {pair}");
        }
    }
}

#[test]
fn a_shift_by_whole_days_changes_only_the_dates() {
    for seed in 0..60 {
        let mut random = Random::new(seed);
        let flows = random_flows(&mut random);
        let days = random.pick(&[1, 7, 365, 10_000, -10_000]);
        let mut later = flows.clone();
        later.iter_mut().for_each(|flow| flow.start += days * 24 * HOUR);
        let rule = low_rule();
        // Not epoch numbers, whose unit could change.
        let (before, after) =
            (read([in_calendar(&flows).as_bytes()]), read([in_calendar(&later).as_bytes()]));
        let without_dates = |detector: &Detector| {
            let report = detector.evaluate(&rule);
            // Between quotes and commas.
            let is_date = |field: &str| field.len() == 19 && field.as_bytes()[10] == b' ';
            let day_less =
                |field: &str| if is_date(field) { field[10..].to_owned() } else { field.to_owned() };
            let csv: Vec<String> = report.to_csv().split(',').map(day_less).collect();
            (csv, report.gates, report.totals.flows_in_window, report.totals.near_misses)
        };
        assert_eq!(without_dates(&before), without_dates(&after), "seed {seed}, {days} days");
    }
}

fn in_calendar(flows: &[Flow]) -> String {
    let row = |flow: &Flow| {
        let mut fields = flow.fields();
        fields[0] = calendar(flow.start);
        fields.join(",")
    };
    lines(&HEADER.join(","), &flows.iter().map(row).collect::<Vec<_>>())
}

#[test]
fn delimiters_quotes_line_ends_and_columns_do_not_matter() {
    for seed in 0..40 {
        let mut random = Random::new(seed);
        let flows = random_flows(&mut random);
        let rule = low_rule();
        let expected = essence(&read([csv(&flows).as_bytes()]), &rule);
        for delimiter in [",", "\t", ";", "|"] {
            for quoted in [false, true] {
                let end = random.pick(&["\n", "\r\n"]);
                let mut columns: Vec<usize> = (0..8).collect();
                random.shuffle(&mut columns);
                // Two more columns: one empty, one with quotes, commas and line ends in its text.
                let odd = if quoted { "a \"\"b\"\", c;\td|\ne" } else { "-" };
                let line = |fields: Vec<String>| {
                    let field = |at: &usize| match fields.get(*at) {
                        Some(field) if quoted => format!("\"{field}\""),
                        Some(field) => field.clone(),
                        None => String::new(),
                    };
                    columns.iter().map(field).collect::<Vec<_>>().join(delimiter) + end
                };
                let header = HEADER.iter().chain(&["note", "empty"]).map(ToString::to_string).collect();
                let mut text = line(header);
                for flow in &flows {
                    let fields = flow.fields().into_iter().chain([odd.to_owned()]).collect();
                    text += &line(fields);
                }
                let found = essence(&read([text.as_bytes()]), &rule);
                assert_eq!(found, expected, "seed {seed}, {delimiter:?}, quoted {quoted}");
            }
        }
    }
}

#[test]
fn plain_rows_and_quoted_rows_are_read_alike() {
    // Values at the limits of the fast path.
    let times = [
        "0",
        "1772445600",
        "99999999999",
        "100000000000",
        "1772445600000",
        "9999999999999999",
        "253402300800",
    ];
    let addresses =
        ["0.0.0.0", "255.255.255.255", "1.2.3.4", "256.1.1.1", "1.2.3", "01.2.3.4", "1.2.3.4.5", "1..2.3"];
    let ports = ["0", "65535", "65536", "00443", "", "443", "1234567", "12345678901234567"];
    let bytes = ["0", "9007199254740991", "9007199254740992", "00012", "99999999", "100000000", "1e3", ""];
    let mut random = Random::new(1);
    let mut rows: Vec<[&str; 6]> = Vec::new();
    for _ in 0..3000 {
        // Mostly valid values, so that many rows are used.
        let mut one = |from: &[&'static str], good: &'static str| {
            if random.one_in(4) { random.pick(from) } else { good }
        };
        rows.push([
            one(&times, "1772445600"),
            one(&addresses, "10.0.0.5"),
            one(&addresses, "203.0.113.9"),
            one(&ports, "443"),
            one(&bytes, "7"),
            one(&bytes, "8"),
        ]);
    }
    let header = HEADER.join(",");
    let plain: Vec<String> = rows.iter().map(|row| row.join(",")).collect();
    let quoted: Vec<String> =
        rows.iter().map(|row| row.map(|field| format!("\"{field}\"")).join(",")).collect();
    let padded: Vec<String> = rows.iter().map(|row| row.join(" , ")).collect();
    let rule =
        Rule::from_json(r#"{"window": "all", "gates": {"min_connections": 1, "min_hours": 1}}"#).unwrap();
    let expected = read([lines(&header, &plain).as_bytes()]);
    let essence = |detector: &Detector| {
        let report = detector.evaluate(&rule);
        let reasons: Vec<_> = report.diagnostics.iter().map(|reason| (reason.code, reason.rows)).collect();
        (report.to_csv(), report.totals.rows_used, reasons, report.sources[0].times.clone())
    };
    assert!(expected.progress().rows_used > 500 && expected.progress().rows_skipped > 500);
    assert_eq!(essence(&read([lines(&header, &quoted).as_bytes()])), essence(&expected));
    assert_eq!(essence(&read([lines(&header, &padded).as_bytes()])), essence(&expected));
}

#[test]
fn two_sources_are_as_one_longer_source() {
    for seed in 0..40 {
        let mut random = Random::new(seed);
        let rows: Vec<String> =
            random_flows(&mut random).iter().map(|flow| flow.fields().join(",")).collect();
        let (first, second) = rows.split_at(random.below(rows.len() + 1));
        let header = HEADER.join(",");
        let mut detector = Detector::new(DetectorOptions::new());
        for part in [first, second] {
            detector.start_source("part.csv");
            // The last row has no line end.
            detector.ingest(lines(&header, part).trim_end().as_bytes()).unwrap();
        }
        detector.finish().unwrap();
        let one = read([lines(&header, &rows).as_bytes()]);
        let rule = low_rule();
        assert_eq!(essence(&detector, &rule), essence(&one, &rule), "seed {seed}");
        let sources = detector.evaluate(&rule).sources;
        assert_eq!(sources.len(), 2);
        assert_eq!(sources.iter().map(|source| source.rows_used).sum::<u64>(), rows.len() as u64);
    }
}

#[test]
fn a_refused_source_does_not_affect_the_others() {
    let good = csv(&random_flows(&mut Random::new(1)));
    let mut detector = Detector::new(DetectorOptions::new());
    for (name, bytes) in
        [("a.jpg", b"\xFF\xD8\0".as_slice()), ("b.csv", good.as_bytes()), ("c.txt", b"a letter")]
    {
        detector.start_source(name);
        let refused = detector.ingest(bytes).and_then(|()| detector.finish());
        assert_eq!(refused.as_ref().err().map(Error::code), (name != "b.csv").then_some("E_NOT_FLOWS"));
    }
    // Also in the middle of a source, and repeatedly.
    detector.start_source("d.bin");
    let binary = vec![0; 70_000];
    assert!(
        detector.ingest(&binary).is_err() && detector.ingest(&binary).is_err() && detector.finish().is_err()
    );
    let rule = low_rule();
    assert_eq!(essence(&detector, &rule), essence(&read([good.as_bytes()]), &rule));
    let errors: Vec<bool> =
        detector.evaluate(&rule).sources.iter().map(|source| source.error.is_some()).collect();
    assert_eq!(errors, [true, false, true, true]);
}

#[test]
fn the_hash_seed_does_not_matter() {
    let mut random = Random::new(9);
    let flows: Vec<Flow> = (0..20).flat_map(|_| random_flows(&mut random)).collect();
    let text = csv(&flows);
    let report = |seed| {
        let mut detector = Detector::new(DetectorOptions::new().with_hash_seed(seed));
        detector.ingest(text.as_bytes()).unwrap();
        detector.finish().unwrap();
        let rule = low_rule();
        detector.evaluate(&rule).to_json_with(&detector.pairs(&rule))
    };
    let expected = report(0);
    for seed in [1, u64::MAX, 0x9E37_79B9_7F4A_7C15, 1 << 63] {
        assert!(report(seed) == expected, "hash seed {seed}");
    }
}

#[test]
fn merged_shards_equal_one_detector() {
    let mut random = Random::new(21);
    for seed in 0..12 {
        let mut flows: Vec<Flow> = (0..1 + seed * 3).flat_map(|_| random_flows(&mut random)).collect();
        for flow in &mut flows {
            if random.one_in(2) {
                flow.source = format!("192.0.{}.{}", random.below(3), random.below(40));
            }
        }
        let text = csv(&flows) + "neither,here,nor,there\n";
        let read = |options| {
            let mut detector = Detector::new(options);
            detector.ingest(text.as_bytes()).unwrap();
            detector.finish().unwrap();
            detector
        };
        let one = read(DetectorOptions::new());
        let rules = [
            Rule::default(),
            low_rule(),
            Rule::from_json(r#"{"window": "all", "gates": {"min_hours": 9}}"#).unwrap(),
        ];
        for (of, rule) in [1, 2, 3, 7].into_iter().flat_map(|of| rules.iter().map(move |rule| (of, rule))) {
            let mut shards: Vec<Detector> = (0..of)
                .map(|index| {
                    let options = DetectorOptions::new().with_hash_seed(u64::from(index) * 77);
                    read(options.with_shard(index, of).unwrap())
                })
                .collect();
            let pairs: u64 = shards.iter().map(|shard| shard.progress().pairs).sum();
            assert_eq!(pairs, one.progress().pairs, "seed {seed}, {of} shards");
            shards.reverse();
            let parts = shards
                .iter()
                .map(|shard| PartialResult::from_bytes(&shard.partial_result(rule).to_bytes()).unwrap());
            let parts: Vec<PartialResult> = parts.collect();
            let question =
                PrevalenceQuery::from_bytes(&PartialResult::prevalence_query(&parts).to_bytes()).unwrap();
            let answers = shards.iter().map(|shard| {
                PrevalenceCounts::from_bytes(&shard.prevalence_counts(&question).to_bytes()).unwrap()
            });
            let answers = answers.collect();
            let joining = random.below(shards.len());
            let joined = shards[joining].evaluate_merged(parts, answers, rule);
            assert!(joined.to_json() == one.evaluate(rule).to_json(), "seed {seed}, {of} shards");
            for pair in
                joined.findings.iter().chain(joined.near_misses.iter().map(|near| &near.pair)).take(20)
            {
                let pair = Pair::parse(
                    &pair.sourceip.to_string(),
                    &pair.destinationip.to_string(),
                    pair.destinationport,
                )
                .unwrap();
                let question = PrevalenceQuery::of_pair(&pair);
                let answers: Vec<_> = shards.iter().map(|shard| shard.prevalence_counts(&question)).collect();
                let owner = shards.iter().find(|shard| !shard.history(&pair).is_empty()).unwrap();
                let explained = owner.explain_merged(&pair, answers, rule);
                assert_eq!(
                    explained.to_text(),
                    one.explain(&pair, rule).to_text(),
                    "seed {seed}, {of} shards"
                );
            }
        }
    }
}

/// A beacon of 400 connections among very many pairs with one flow, and a few with three.
fn beacon_in_a_crowd(rows: i64) -> String {
    let mut flows = Vec::new();
    for row in 0..rows {
        let destination = if row % 7 == 0 { row % 9000 } else { 10_000 + row };
        flows.push(Flow {
            start: TEN_O_CLOCK + row * 1000,
            source: "192.0.2.7".to_owned(),
            destination: format!("23.{}.{}.{}", destination >> 16, destination >> 8 & 255, destination & 255),
            port: 443,
            bytes_sent: 1,
            bytes_received: 1,
        });
        if row % (rows / 400) == 0 {
            let beacon = Flow { source: "192.0.2.8".to_owned(), ..flows[0].clone() };
            flows.push(Flow { start: TEN_O_CLOCK + row * 1000, ..beacon });
        }
    }
    csv(&flows)
}

#[test]
fn at_the_memory_limit_small_pairs_are_evicted_first_and_reported() {
    let text = beacon_in_a_crowd(600_000);
    let read = |megabytes: u64| {
        let options = DetectorOptions::new().with_max_memory_bytes(megabytes << 20).unwrap();
        let mut detector = Detector::new(options);
        for chunk in text.as_bytes().chunks(1 << 20) {
            detector.ingest(chunk).unwrap();
        }
        detector.finish().unwrap();
        detector
    };
    let rule =
        Rule::from_json(r#"{"window": "all", "gates": {"min_connections": 300, "min_hours": 1}}"#).unwrap();
    let enough = read(200);
    assert!(enough.evaluate(&rule).dropped.is_none());
    let detector = read(16);
    let report = detector.evaluate(&rule);
    let dropped = report.dropped.clone().unwrap();
    let totals = &report.totals;
    assert_eq!(totals.rows_used, totals.flows_in_window + totals.flows_outside_window + dropped.flows);
    assert!(dropped.pairs_dropped > 100_000 && dropped.flows_rejected == 0, "{dropped:?}");
    // The beacon is found, and its count is at most `max_undercount` too low.
    assert_eq!(report.findings.len(), 1);
    let full = enough.evaluate(&rule).findings[0].facts.connection_count;
    let lacking = full - report.findings[0].facts.connection_count;
    assert!(lacking <= dropped.max_undercount && dropped.max_undercount < 60, "{lacking}, {dropped:?}");
    // The same holds for every pair that was not evicted.
    let of = |detector: &Detector| -> std::collections::HashMap<String, u64> {
        let pairs = detector.pairs(&rule);
        let key = |pair: &beaconlens::report::Finding| {
            format!("{} {} {}", pair.sourceip, pair.destinationip, pair.destinationport)
        };
        pairs.iter().map(|listed| (key(&listed.pair), listed.pair.facts.connection_count)).collect()
    };
    let (remaining, all) = (of(&detector), of(&enough));
    assert!(remaining.len() > 10_000);
    for (pair, count) in remaining {
        assert!(all[&pair] - count <= dropped.max_undercount, "{pair}");
    }
}

#[test]
fn when_no_pair_can_be_evicted_rejected_flows_are_counted() {
    // Twenty pairs with many flows, one pair after another.
    let mut text = HEADER.join(",") + "\n";
    for row in 0..600_000 {
        let start = TEN_O_CLOCK + row * SECOND / 10;
        text += &format!("{start},10.0.0.1,23.0.0.1,{},123456789,987654321\n", row / 30_000);
    }
    let mut detector = Detector::new(DetectorOptions::new().with_max_memory_bytes(16 << 20).unwrap());
    detector.ingest(text.as_bytes()).unwrap();
    detector.finish().unwrap();
    let report = detector.evaluate(&Rule::from_json(r#"{"window": "all"}"#).unwrap());
    let dropped = report.dropped.unwrap();
    assert!(dropped.flows_rejected > 0 && dropped.meaning.contains("rejected"), "{dropped:?}");
    assert_eq!(report.totals.rows_used, report.totals.flows_in_window + dropped.flows);
}

#[test]
fn an_impossible_shard_is_refused() {
    assert!(DetectorOptions::new().with_shard(0, 0).is_err());
    assert!(DetectorOptions::new().with_shard(3, 3).is_err());
    let part = Detector::new(DetectorOptions::new()).partial_result(&Rule::default()).to_bytes();
    assert!(PartialResult::from_bytes(&part).is_ok());
    assert!(PartialResult::from_bytes(&part[..part.len() - 1]).is_err());
    assert!(PartialResult::from_bytes(&[part.as_slice(), &[1]].concat()).is_err());
    assert!(PartialResult::from_bytes(b"{}").is_err());
}

#[test]
fn many_pairs_are_distinguished() {
    // Enough for equal hashes: among 200,000 of 32 bits there are about five.
    let mut text = csv(&[]);
    for number in 0..200_000 {
        let (low, middle, high) = (number % 256, number / 256 % 256, number / 65_536);
        text += &format!("{TEN_O_CLOCK},10.0.{middle}.{low},203.0.113.{high},443,1,1\n");
    }
    assert_eq!(read([text.as_bytes()]).progress().pairs, 200_000);
}

#[test]
fn a_source_read_twice_counts_once() {
    let mut random = Random::new(11);
    let flows: Vec<Flow> = (0..30).flat_map(|_| random_flows(&mut random)).collect();
    let long = csv(&flows);
    assert!(long.len() > 3 * 65_536, "{}", long.len());
    let rule = low_rule();
    let rows = flows.len() as u64;
    let up_to = |length: usize| &long.as_bytes()[..long[..length].rfind('\n').unwrap() + 1];
    for (first, second) in [
        (long.as_bytes(), long.as_bytes()),
        (up_to(20_000), up_to(20_000)),
        // A log read after, and before, an older copy of it.
        (up_to(150_000), long.as_bytes()),
        (long.as_bytes(), up_to(150_000)),
    ] {
        let once = essence(&read([if first.len() > second.len() { first } else { second }]), &rule);
        let mut whole = None;
        for (seed, longest) in [(1, usize::MAX), (2, 200_000), (3, 3000), (4, 50)] {
            let mut random = Random::new(seed);
            let mut detector = Detector::new(DetectorOptions::new());
            for source in [first, second] {
                detector.start_source("source");
                let chunks =
                    if longest == usize::MAX { vec![source] } else { random.chunks(source, longest) };
                chunks.into_iter().for_each(|chunk| detector.ingest(chunk).unwrap());
            }
            detector.finish().unwrap();
            let report = detector.evaluate(&rule);
            assert!(*whole.get_or_insert(report.to_json()) == report.to_json(), "chunks to {longest}");
            let totals = &report.totals;
            assert!(
                totals.rows_used <= rows && report.diagnostics[0].code == "duplicate_source",
                "{totals:?}"
            );
            assert_eq!(report.diagnostics[0].rows, csv_rows(first).min(csv_rows(second)), "{totals:?}");
            let mut found = essence(&detector, &rule);
            for field in ["rows_read", "rows_skipped"] {
                found["totals"][field] = once["totals"][field].clone();
            }
            assert_eq!(found, once, "chunks to {longest}");
        }
        let mut detector = Detector::new(DetectorOptions::new().with_duplicates(true));
        for source in [first, second] {
            detector.start_source("source");
            detector.ingest(source).unwrap();
        }
        detector.finish().unwrap();
        assert_eq!(detector.progress().rows_used, csv_rows(first) + csv_rows(second));
    }
}

/// The rows of a CSV text with its header.
fn csv_rows(text: &[u8]) -> u64 {
    text.iter().filter(|&&b| b == b'\n').count() as u64 - 1
}

#[test]
fn a_source_that_only_starts_like_another_is_read() {
    let mut random = Random::new(12);
    let flows: Vec<Flow> = (0..30).flat_map(|_| random_flows(&mut random)).collect();
    let first = csv(&flows).into_bytes();
    let mut second = first.clone();
    // From the third block on, every row has another second.
    let at = 2 * 65_536;
    let rest = String::from_utf8_lossy(&second[at..]).replace(",443,", ",444,").into_bytes();
    second.truncate(at);
    second.extend(rest);
    let mut detector = Detector::new(DetectorOptions::new());
    for source in [&first, &second] {
        detector.start_source("source");
        source.chunks(5000).for_each(|chunk| detector.ingest(chunk).unwrap());
    }
    detector.finish().unwrap();
    let expected = csv_rows(&first) + csv_rows(&second[at..]);
    assert!(detector.progress().rows_used.abs_diff(expected) <= 2, "{:?} {expected}", detector.progress());
}

#[test]
fn a_flow_that_occurs_twice_counts_twice() {
    let flows = random_flows(&mut Random::new(5));
    let rule =
        Rule::from_json(r#"{"gates": {"min_connections": 0, "min_hours": 0}, "window": "all"}"#).unwrap();
    let counts = |flows: &[Flow], times: u64| -> Vec<_> {
        let found = read([csv(flows).as_bytes()]).pairs(&rule).into_iter();
        let mut counts: Vec<_> = found
            .map(|listed| listed.pair)
            .map(|p| {
                let pair = Pair::new(p.sourceip, p.destinationip, p.destinationport);
                (
                    pair,
                    p.facts.connection_count * times,
                    p.facts.hourly_buckets,
                    p.facts.bytes_sent * times,
                    p.facts.first_seen,
                )
            })
            .collect();
        counts.sort();
        counts
    };
    assert_eq!(counts(&[flows.clone(), flows.clone()].concat(), 1), counts(&flows, 2));
}

// ------------------------------------------------------------------------------------- explanations

#[test]
fn explanations_agree_with_the_evaluation() {
    for seed in 0..40 {
        let mut random = Random::new(seed);
        let flows = random_flows(&mut random);
        let detector = read([csv(&flows).as_bytes()]);
        let rule = low_rule();
        let report = detector.evaluate(&rule);
        let mut verdicts = [0; 3];
        for listed in detector.pairs(&rule) {
            let measures = &listed.pair;
            let pair = Pair::new(measures.sourceip, measures.destinationip, measures.destinationport);
            let explanation = detector.explain(&pair, &rule);
            let what = format!("seed {seed}: {pair}");
            let expected = match listed.failed_gates.len() {
                0 => PairStatus::Finding,
                1 => PairStatus::NearMiss,
                _ => PairStatus::BelowGates,
            };
            verdicts[listed.failed_gates.len().min(2)] += 1;
            assert_eq!(explanation.status, expected, "{what}");
            assert_eq!(report.findings.contains(measures), expected == PairStatus::Finding, "{what}");
            let failed: Vec<_> =
                explanation.gates.iter().filter(|gate| !gate.passed).map(|g| g.gate).collect();
            assert_eq!(failed, listed.failed_gates, "{what}");
            assert_eq!(explanation.gates.len(), 3, "{what}");
            assert_eq!(explanation.measures.as_ref(), Some(measures), "{what}");
            assert_eq!(explanation.score.unwrap().value, measures.facts.beaconing_score, "{what}");
            let history = detector.history(&pair);
            let inside = measures.facts.connection_count;
            assert_eq!(history.len() as u64, inside + explanation.flows_outside_window, "{what}");
            assert!(history.is_sorted(), "{what}");
            let timeline = explanation.timeline.unwrap();
            assert_eq!(timeline.connections.iter().sum::<u64>(), inside, "{what}");
            assert_eq!(timeline.bytes_sent.iter().sum::<u64>(), measures.facts.bytes_sent, "{what}");
            assert_eq!(timeline.bytes_received.iter().sum::<u64>(), measures.facts.bytes_received, "{what}");
            let gaps =
                explanation.intervals.map_or(0, |i| i.histogram.iter().map(|bin| bin.count).sum::<u64>());
            assert_eq!(gaps, inside - 1, "{what}");
        }
        let totals = &report.totals;
        assert_eq!(verdicts[..2], [totals.findings, totals.near_misses], "seed {seed}");
        assert_eq!(verdicts.iter().sum::<u64>(), totals.pairs_in_window, "seed {seed}");
    }
}

#[test]
fn pairs_that_are_not_in_the_window_or_not_in_the_input_are_explained() {
    let detector = read([(csv(&[]) + &plain_row(0)).as_bytes()]);
    let seen = Pair::parse("10.0.0.5", "203.0.113.9", 443).unwrap();
    let outside = Rule::from_json(r#"{"end": "2000-01-01T00:00:00Z"}"#).unwrap();
    let explanation = detector.explain(&seen, &outside);
    assert_eq!((explanation.status, explanation.flows_outside_window), (PairStatus::OutsideWindow, 1));
    for (source, destination, port) in
        [("10.0.0.5", "203.0.113.9", 80), ("203.0.113.9", "10.0.0.5", 443), ("::1", "::2", 443)]
    {
        let explanation =
            detector.explain(&Pair::parse(source, destination, port).unwrap(), &Rule::default());
        assert_eq!((explanation.status, explanation.flows_outside_window), (PairStatus::NotSeen, 0));
        assert!(explanation.gates.is_empty() && explanation.measures.is_none());
    }
}

// -------------------------------------------------------------------------------------------- limits

#[test]
fn sums_of_the_largest_byte_counts_are_exact() {
    const LARGEST: u64 = (1 << 53) - 1;
    let rows = |count: usize| {
        let row = format!("{},10.0.0.5,203.0.113.9,443,{LARGEST},{LARGEST}\n", TEN_O_CLOCK);
        csv(&[]) + &row.repeat(count)
    };
    let rule = Rule::from_json(r#"{"gates": {"min_hours": 1}}"#).unwrap();
    let report = read([rows(2048).as_bytes()]).evaluate(&rule);
    assert_eq!(report.findings[0].facts.bytes_sent, 2048 * LARGEST);
    // The maximum; more must not wrap around.
    let detector = read([rows(3000).as_bytes()]);
    assert_eq!(detector.evaluate(&rule).findings[0].facts.bytes_received, u64::MAX);
    let pair = Pair::parse("10.0.0.5", "203.0.113.9", 443).unwrap();
    assert_eq!(detector.explain(&pair, &rule).timeline.unwrap().bytes_sent.iter().max(), Some(&u64::MAX));
}

#[test]
fn windows_at_the_limits_of_time_do_not_overflow() {
    let first = "0001-01-01 00:00:00,10.0.0.5,203.0.113.9,443,1,1\n";
    let last = "9999-12-31 23:59:59.999999,10.0.0.5,203.0.113.9,443,1,1\n";
    for text in [first.to_owned(), last.to_owned(), first.to_owned() + last, last.to_owned() + first] {
        let detector = read([(csv(&[]) + &text).as_bytes()]);
        for end in ["null", "\"0001-01-01T00:00:00Z\"", "\"9999-12-31T23:59:59Z\""] {
            for window in ["1h", "36525d", "all"] {
                for offset in [-1439, 0, 1439] {
                    let rule = format!(
                        r#"{{"window": "{window}", "end": {end}, "utc_offset_minutes": {offset}, "gates": {{"min_connections": 1, "min_hours": 1}}}}"#
                    );
                    let rule = Rule::from_json(&rule).unwrap();
                    let report = detector.evaluate(&rule);
                    let inside = report.totals.flows_in_window;
                    assert_eq!(inside + report.totals.flows_outside_window, text.lines().count() as u64);
                    assert_eq!(report.findings.iter().map(|f| f.facts.connection_count).sum::<u64>(), inside);
                    let pair = Pair::parse("10.0.0.5", "203.0.113.9", 443).unwrap();
                    let explanation = detector.explain(&pair, &rule);
                    let buckets =
                        explanation.timeline.map_or(0, |timeline| timeline.connections.iter().sum());
                    assert_eq!(buckets, inside);
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(Config { cases: 400, failure_persistence: None, rng_seed: RngSeed::Fixed(42), ..Config::default() })]

    #[test]
    fn any_bytes_are_survived(input in proptest::collection::vec(any::<u8>(), 0..600), cut in 0_usize..600) {
        check_any(&input, cut);
    }

    #[test]
    fn any_text_after_a_header_is_read_without_a_panic(text in "[0-9a-f.:,\"\n\r\t;|# +eTZ/-]{0,400}", cut in 0_usize..500) {
        check_any((csv(&[]) + &text).as_bytes(), cut);
    }

    #[test]
    fn any_fields_are_survived(
        rows in proptest::collection::vec(
            ("[0-9]{0,22}|[0-9]{4}[-/][0-9]{2}[-/][0-9]{2}[ T][0-9:.+Z-]{0,14}|-?[0-9]{0,4}[.]?[0-9]{0,3}[eE]?[+-]?[0-9]{0,5}",
             "[0-9.]{0,15}|[0-9a-f:]{0,20}|[0-9]{1,3}(\\.[0-9]{1,3}){3}",
             "10.0.0.1|[0-9a-f:%\\[\\]]{0,20}",
             "[0-9]{0,6}|0x[0-9a-fA-F]{0,5}|[0-9.e-]{0,6}",
             "[0-9]{0,20}|[0-9.eE+-]{0,12}|\"[0-9,]{0,12}\""),
            0..12),
        cut in 0_usize..500,
    ) {
        let rows: Vec<String> = rows.iter().map(|(t, s, d, p, b)| format!("{t},{s},{d},{p},{b},{b}")).collect();
        check_any(lines(&HEADER.join(","), &rows).as_bytes(), cut);
    }

    #[test]
    fn any_rule_text_is_survived(text in "[{}\\[\\]\":,a-z_0-9 .-]{0,80}") {
        if let Ok(rule) = Rule::from_json(&text) {
            prop_assert_eq!(Rule::from_json(&rule.to_json()), Ok(rule));
        }
    }
}

fn check_any(input: &[u8], cut: usize) {
    let report = read([input]).evaluate(&low_rule());
    check_accounts(&report, input, "whole");
    let (first, second) = input.split_at(cut.min(input.len()));
    assert_eq!(read([first, second]).evaluate(&low_rule()).to_json(), report.to_json(), "cut at {cut}");
}

// ------------------------------------------------------------------------------------------- helpers

/// A detector that has read these chunks of one source; its report contains a refusal.
fn read<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> Detector {
    let mut detector = Detector::new(DetectorOptions::new());
    detector.start_source("input.csv");
    for chunk in chunks {
        let _ = detector.ingest(chunk);
    }
    let _ = detector.finish();
    detector
}

/// Asserts that every row is used or skipped with a reason, and that examples are at their stated positions.
fn check_accounts(report: &Report, input: &[u8], what: &str) {
    let totals = &report.totals;
    assert_eq!(totals.bytes_read, input.len() as u64, "{what}");
    assert_eq!(totals.rows_read, totals.rows_used + totals.rows_skipped, "{what}");
    assert_eq!(totals.rows_used, totals.flows_in_window + totals.flows_outside_window, "{what}");
    assert_eq!(
        report.diagnostics.iter().map(|reason| reason.rows).sum::<u64>(),
        totals.rows_skipped,
        "{what}"
    );
    let source = &report.sources[0];
    assert_eq!((source.rows_read, source.rows_used), (totals.rows_read, totals.rows_used), "{what}");
    // In a JSON document rows are not lines.
    let document =
        matches!(input.trim_ascii_start(), [b'{' | b'[', ..]) || input.starts_with(b"\xEF\xBB\xBF");
    let lines = 1 + input.iter().filter(|&&b| b == b'\n').count() as u64;
    assert!(totals.rows_read <= lines || document, "{what}");
    for reason in &report.diagnostics {
        assert_eq!(reason.examples.len() as u64, reason.rows.min(5), "{what}: {}", reason.code);
        for example in &reason.examples {
            let (before, after) = input.split_at(example.byte as usize);
            let line = 1 + before.iter().filter(|&&b| b == b'\n').count() as u64;
            assert_eq!(example.line, line, "{what}: {example:?}");
            let there = String::from_utf8_lossy(&after[..after.len().min(2000)]).into_owned();
            assert!(there.starts_with(&example.text), "{what}: {example:?}");
            assert!(
                before.is_empty() || before.ends_with(b"\n") || before == b"\xEF\xBB\xBF" || document,
                "{what}: {example:?}"
            );
        }
    }
}

/// The part of a report that does not depend on the spelling of the input.
fn essence(detector: &Detector, rule: &Rule) -> Value {
    let report = detector.evaluate(rule);
    let mut value: Value = serde_json::from_str(&report.to_json_with(&detector.pairs(rule))).unwrap();
    value.as_object_mut().unwrap().retain(|field, _| field != "sources" && field != "diagnostics");
    value["totals"].as_object_mut().unwrap().retain(|field, _| field != "bytes_read");
    value
}

fn low_rule() -> Rule {
    Rule::from_json(r#"{"gates": {"min_connections": 10, "min_hours": 2}, "high_volume": 30}"#).unwrap()
}

fn lines(header: &str, rows: &[String]) -> String {
    let mut out = header.to_owned() + "\n";
    for row in rows {
        out += row;
        out.push('\n');
    }
    out
}

fn plain_row(second: i64) -> String {
    format!("{},10.0.0.5,203.0.113.9,443,1,1\n", TEN_O_CLOCK + second * SECOND)
}

fn random_flow(random: &mut Random) -> Flow {
    Flow {
        start: TEN_O_CLOCK - random.between(0, 26 * 60) * 60 * SECOND
            + random.pick(&[0, 0, 1, 1000, 999_999]),
        source: random.pick(&["192.0.2.7", "192.0.2.10", "2001:db8::1", "::ffff:192.0.2.7"]).to_owned(),
        destination: random
            .pick(&["203.0.113.9", "10.255.255.255", "11.0.0.0", "::1", "2001:db8::9"])
            .to_owned(),
        port: random.pick(&[443, 6667]),
        bytes_sent: random.next() % 100_000,
        bytes_received: random.next() >> (12 + random.below(50)),
    }
}

fn random_flows(random: &mut Random) -> Vec<Flow> {
    (0..1 + random.below(400)).map(|_| random_flow(random)).collect()
}

fn copy(case: &Case) -> Case {
    Case {
        name: case.name.clone(),
        file: case.file.clone(),
        input: case.input.clone(),
        options: case.options.clone(),
        rule: case.rule.clone(),
    }
}

/// Changes, inserts, removes and doubles some bytes.
fn damage(random: &mut Random, input: &mut Vec<u8>) {
    const BYTES: &[u8] = b"\",\n\r\t;|#\0\xC3\xFF 09.-:e";
    for _ in 0..1 + random.below(12) {
        let at = random.below(input.len() + 1);
        let to = input.len().min(at + random.below(90));
        match random.below(5) {
            0 => input.insert(at, random.pick(BYTES)),
            1 if at < input.len() => input[at] = random.pick(BYTES),
            2 => drop(input.drain(at..input.len().min(at + 1 + random.below(8)))),
            3 => input.extend_from_within(at..to),
            _ => {
                let again = input[at..to].to_vec();
                input.splice(at..at, again);
            }
        }
    }
}
