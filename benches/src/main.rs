//! Seeded generators of flow records.
fn main() {}
