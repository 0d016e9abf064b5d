//! Regularity still distinguishes beacons from benign traffic; `cargo xtask accuracy` measures with more pairs.

use beaconlens_bench::accuracy::families::{DRAWN, Family, HELD_OUT, LISTED};
use beaconlens_bench::accuracy::measure::{Outcome, measure};

fn outcome(families: &[Family]) -> Outcome {
    measure(families, 20, 1)
}

#[test]
fn beacons_are_distinguished_from_benign_traffic() {
    let outcome = outcome(LISTED);
    assert!(outcome.ours.recall[0] >= 0.97, "{:?}", outcome.ours);
    assert!(outcome.ours.precision[0] >= 0.995, "{:?}", outcome.ours);
    for (family, row) in LISTED.iter().zip(&outcome.rows).filter(|(family, _)| family.beacon) {
        assert!(row.found[0] >= 0.9, "{}: {:?}", family.name, row.found);
    }
    assert!(outcome.rita.recall[0] < 0.8, "RITA's formula finds more than it did: {:?}", outcome.rita);
}

#[test]
fn other_parameters_give_the_same_picture() {
    let (held_out, drawn) = (outcome(HELD_OUT), outcome(DRAWN));
    assert!(held_out.ours.recall[0] >= 0.85 && held_out.ours.precision[0] >= 0.98, "{:?}", held_out.ours);
    assert!(drawn.ours.recall[0] >= 0.92 && drawn.ours.precision[0] >= 0.98, "{:?}", drawn.ours);
}

#[test]
fn random_traffic_of_every_kind_is_near_nought() {
    for families in [LISTED, HELD_OUT, DRAWN] {
        let outcome = outcome(families);
        for (family, row) in families.iter().zip(&outcome.rows) {
            // Tabs that poll are partly periodic; log-normal intervals of σ 0.8 are no Poisson process.
            let other = family.name.contains("poll") || family.name.contains("σ 0.8");
            let mean = row.regularity.iter().sum::<f64>() / row.regularity.len() as f64;
            assert!(family.beacon || other || mean < 0.01, "{}: {mean}", family.name);
        }
    }
}
