//! The only build logic of beaconlens.
fn main() {}
