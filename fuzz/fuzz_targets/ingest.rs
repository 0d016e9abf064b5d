//! A whole session on any bytes. There must be no panic, the same report in any chunking, and every row must be
//! accounted for.
//!
//! The first two bytes of the input are the lengths of the pieces; the rest is the source.

#![no_main]

use beaconlens::{Detector, DetectorOptions, Pair, Report, Rule};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((&[first, second], source)) = input.split_first_chunk() else { return };
    let rule = rule();
    let whole = read([source]).evaluate(&rule);
    check(&whole);
    let pieces = read(pieces(source, usize::from(first), usize::from(second)));
    assert_eq!(pieces.evaluate(&rule).to_json(), whole.to_json());
    for listed in pieces.pairs(&rule).iter().take(20) {
        let pair = Pair::new(listed.pair.sourceip, listed.pair.destinationip, listed.pair.destinationport);
        let explanation = pieces.explain(&pair, &rule);
        assert_eq!(explanation.measures.as_ref(), Some(&listed.pair));
        assert!(pieces.history(&pair).is_sorted());
    }
});

/// A rule that many pairs meet, so that all of the evaluation is reached.
fn rule() -> Rule {
    let document =
        r#"{"gates": {"min_connections": 2, "min_hours": 1}, "window": "7d", "utc_offset_minutes": 330,
            "hunts": {"long_connection": {"minutes": 0}}}"#;
    Rule::from_json(document).expect("a rule")
}

fn read<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Detector {
    let mut detector = Detector::new(DetectorOptions::new());
    detector.start_source("fuzz.csv");
    for piece in pieces {
        // A rejected source stays rejected; its report is compared too.
        let _ = detector.ingest(piece);
    }
    let _ = detector.finish();
    detector
}

/// Pieces of two alternating lengths; a length of 0 gives an empty piece and then the rest.
fn pieces(source: &[u8], first: usize, second: usize) -> Vec<&[u8]> {
    let (mut rest, mut out) = (source, Vec::new());
    for length in [first, second].into_iter().cycle() {
        let (piece, later) = rest.split_at(length.min(rest.len()));
        out.push(piece);
        rest = later;
        if rest.is_empty() || length == 0 {
            break;
        }
    }
    out.push(rest);
    out
}

fn check(report: &Report) {
    let totals = &report.totals;
    assert_eq!(totals.rows_read, totals.rows_used + totals.rows_skipped);
    assert_eq!(totals.rows_used, totals.flows_in_window + totals.flows_outside_window);
    assert_eq!(report.diagnostics.iter().map(|reason| reason.rows).sum::<u64>(), totals.rows_skipped);
    assert_eq!(report.to_csv().lines().count(), report.findings.len() + 1);
}
