#![allow(missing_docs)]
use beaconlens::regularity::*;
use beaconlens::*;
use beaconlens_bench::company_day::CompanyDay;
use std::time::Instant;
fn main() {
    let rows: u64 = std::env::args().nth(1).unwrap().parse().unwrap();
    let mut text = beaconlens_bench::HEADER.as_bytes().to_vec();
    for f in CompanyDay::new(rows, 1) {
        f.write_csv(&mut text);
    }
    let t = Instant::now();
    let mut d = Detector::new(Options::new());
    for c in text.chunks(1 << 20) {
        d.ingest(c).unwrap();
    }
    d.finish().unwrap();
    let ingest = t.elapsed();
    let t = Instant::now();
    let r = d.evaluate(&Rule::default());
    let eval = t.elapsed();
    let h: Vec<_> = r
        .findings
        .iter()
        .map(|f| d.history(&Pair::new(f.sourceip, f.destinationip, f.destinationport)))
        .collect();
    let n: usize = h.iter().map(Vec::len).sum();
    let mut judge = Judge::default();
    for _ in 0..5 {
        let t = Instant::now();
        let mut strong = 0;
        for p in &h {
            if judge.judge(p).is_some_and(|r| r.regularity.value() > 0.5) {
                strong += 1;
            }
        }
        let ours = t.elapsed();
        let t = Instant::now();
        for p in &h {
            std::hint::black_box(rita_score(p, (p[0].start, p[p.len() - 1].start)));
        }
        let rita = t.elapsed();
        println!(
            "rows {rows} ingest {ingest:?} evaluate {eval:?} findings {} calls {n} strong {strong} ours {ours:?} rita {rita:?}: +{:.1} %",
            h.len(),
            100.0 * (ours + rita).as_secs_f64() / (ingest + eval).as_secs_f64()
        );
    }
}
