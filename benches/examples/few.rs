#![allow(missing_docs)]
use beaconlens::{Connection, regularity::*};
use beaconlens_bench::Random;
fn main() {
    let mut judge = Judge::default();
    for (jit, ns) in [
        (0.0, vec![4, 5, 6, 8, 12]),
        (0.02, vec![4, 5, 6, 8, 12]),
        (0.1, vec![4, 5, 6, 8, 12, 16]),
        (0.25, vec![6, 8, 12, 16, 24]),
        (0.5, vec![8, 12, 16, 24, 48]),
    ] {
        for n in ns {
            let mut rs = vec![];
            let mut ss = vec![];
            let mut last = String::new();
            for seed in 0..200 {
                let mut r = Random::named(seed, "few");
                let mut t = 1.7e9;
                let c: Vec<_> = (0..n)
                    .map(|_| {
                        t += 3600.0 * (1.0 + jit * r.between(-1.0, 1.0));
                        Connection {
                            start: (t * 1e6) as i64 + r.below(40000) as i64,
                            bytes_sent: 300,
                            bytes_received: 400,
                        }
                    })
                    .collect();
                let j = judge.judge(&c).unwrap();
                rs.push(j.regularity.value());
                ss.push(j.significance);
                last = j.verdict;
            }
            rs.sort_by(f64::total_cmp);
            ss.sort_by(f64::total_cmp);
            println!(
                "±{jit} n {n}: regularity median {:.3} p10 {:.3}; significance median {:.1} p10 {:.1}   {last}",
                rs[100], rs[20], ss[100], ss[20]
            );
        }
    }
}
