#![allow(missing_docs)]
use beaconlens::regularity::Judge;
use beaconlens_bench::Random;
use beaconlens_bench::accuracy::families::*;
fn main() {
    let name = std::env::args().nth(1).unwrap_or_default();
    for f in LISTED.iter().chain(HELD_OUT).filter(|f| f.name.contains(&name)) {
        let mut r = Random::named(1, f.name);
        for _ in 0..3 {
            let p = f.pair(&mut r);
            println!("{:?}", Judge::default().judge(&p));
        }
    }
}
