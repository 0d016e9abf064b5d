//! Writes the bundled sample and its ground truth: `cargo run -p beaconlens-bench --bin sample`.

use std::path::Path;

use beaconlens_bench::office_day;

fn main() -> std::io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../www/sample");
    let (flows, planted) = office_day::generate();
    std::fs::write(folder.join("office-day.csv"), office_day::csv(&flows))?;
    std::fs::write(folder.join("office-day.truth.csv"), office_day::truth_csv(&flows, &planted))?;
    eprintln!("{} flows, {} planted pairs in www/sample/", flows.len(), planted.len());
    Ok(())
}
