#![allow(missing_docs)]
use beaconlens::Pair;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let pairs = beaconlens_bench::accuracy::captures::pairs(std::path::Path::new(&a[1]));
    let p = Pair::parse(&a[2], &a[3], a[4].parse().unwrap()).unwrap();
    let c = &pairs[&p];
    let g: Vec<String> =
        c.windows(2).map(|w| format!("{:.2}", (w[1].start - w[0].start) as f64 / 1e6)).collect();
    println!("{}", g.join(" "));
    println!("{:?}", c.iter().map(|c| (c.bytes_sent, c.bytes_received)).take(30).collect::<Vec<_>>());
}
