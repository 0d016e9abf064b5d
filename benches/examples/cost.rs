#![allow(missing_docs)]
use beaconlens::regularity::*;
use beaconlens_bench::Random;
use beaconlens_bench::accuracy::families::*;
fn main() {
    let name = std::env::args().nth(1).unwrap_or_default();
    let f = LISTED.iter().chain(HELD_OUT).find(|f| f.name.contains(&name)).unwrap();
    let mut r = Random::named(1, f.name);
    let pairs: Vec<_> = (0..50).map(|_| f.pair(&mut r)).collect();
    let n: usize = pairs.iter().map(Vec::len).sum();
    let mut judge = Judge::default();
    for what in 0..2 {
        let mut best = f64::INFINITY;
        for _ in 0..60 {
            let t = std::time::Instant::now();
            for p in &pairs {
                if what == 0 {
                    std::hint::black_box(judge.judge(p));
                } else {
                    std::hint::black_box(rita_score(p, f.span()));
                }
            }
            best = best.min(t.elapsed().as_secs_f64());
        }
        println!(
            "{} {}: {:.1} µs a pair, {:.4} µs a call, n {}",
            f.name,
            ["ours", "rita"][what],
            best * 1e6 / 50.0,
            best * 1e6 / n as f64,
            n / 50
        );
    }
}
