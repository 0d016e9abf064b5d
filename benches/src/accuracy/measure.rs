//! Scores many pairs of many families, by regularity and by RITA's score.

use std::hint::black_box;
use std::time::Instant;

use beaconlens::Connection;
use beaconlens::regularity::{Analyzer, rita_score};

use super::families::Family;
use super::score::{Scored, average_precision, recall, threshold};
use crate::Random;

/// The accepted share of false alarms among the benign pairs of all families.
pub const FALSE_POSITIVES: f64 = 0.01;

/// Results of one family over all seeds.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// Share of the pairs above the threshold by regularity; the minimum over the seeds.
    pub found: Vec<f64>,
    /// The same by RITA's score.
    pub found_by_rita: Vec<f64>,
    /// Regularity of every pair.
    pub regularity: Vec<f64>,
    /// RITA's score of every pair.
    pub rita: Vec<f64>,
    /// Connections of every pair.
    pub connections: Vec<f64>,
    /// Microseconds per pair, for every seed.
    pub micros: Vec<f64>,
}

/// Results of all families together, for every seed.
#[derive(Clone, Debug, Default)]
pub struct Totals {
    /// Mean share of the beacons found.
    pub recall: Vec<f64>,
    /// Average precision.
    pub precision: Vec<f64>,
}

/// The results of a measurement.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// One row per family.
    pub rows: Vec<Row>,
    /// By regularity.
    pub ours: Totals,
    /// By RITA's score.
    pub rita: Totals,
}

/// Generates and scores `pairs` pairs of every family for each seed.
#[must_use]
pub fn measure(families: &[Family], pairs: usize, seeds: u64) -> Outcome {
    let mut outcome = Outcome { rows: vec![Row::default(); families.len()], ..Outcome::default() };
    for seed in 1..=seeds {
        let (mut ours, mut rita) = (Vec::new(), Vec::new());
        for (number, family) in families.iter().enumerate() {
            let mut random = Random::named(seed, family.name);
            let made: Vec<_> = (0..pairs).map(|_| family.pair(&mut random)).collect();
            let row = &mut outcome.rows[number];
            row.micros.push(time(&made));
            let mut analyzer = Analyzer::default();
            for pair in &made {
                let regularity = analyzer.analyze(pair).map_or(0.0, |found| found.regularity.value());
                let score = rita_score(pair, family.span()).map_or(0.0, |found| found.score);
                row.regularity.push(regularity);
                row.rita.push(score);
                row.connections.push(pair.len() as f64);
                let scored = |score| Scored { family: number, beacon: family.beacon, score };
                ours.push(scored(regularity));
                rita.push(scored(score));
            }
        }
        add(&mut outcome, &ours, |outcome| &mut outcome.ours, |row| &mut row.found);
        add(&mut outcome, &rita, |outcome| &mut outcome.rita, |row| &mut row.found_by_rita);
    }
    outcome
}

fn add(
    outcome: &mut Outcome,
    scored: &[Scored],
    totals: fn(&mut Outcome) -> &mut Totals,
    found: fn(&mut Row) -> &mut Vec<f64>,
) {
    let above = threshold(scored, FALSE_POSITIVES);
    let totals = totals(outcome);
    totals.recall.push(recall(scored.iter().filter(|pair| pair.beacon), above));
    totals.precision.push(average_precision(scored));
    for (number, row) in outcome.rows.iter_mut().enumerate() {
        let share = recall(scored.iter().filter(|pair| pair.family == number), above);
        found(row).push(share);
    }
}

/// Microseconds to score one of the pairs: the best of three rounds.
fn time(pairs: &[Vec<Connection>]) -> f64 {
    let mut analyzer = Analyzer::default();
    let rounds = (0..3).map(|_| {
        let start = Instant::now();
        for pair in pairs {
            black_box(analyzer.analyze(black_box(pair)));
        }
        start.elapsed().as_secs_f64()
    });
    rounds.fold(f64::INFINITY, f64::min) * 1e6 / pairs.len() as f64
}
