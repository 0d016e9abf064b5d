//! Measures how well the randomness of one name, and its mean over the names of a source, separate generated names
//! from those that people look up.

use beaconlens::hunts::domains::{log_likelihood_ratio, randomness};

use super::lists::{Kind, List};
use crate::random::Random;

/// Sets drawn from each list.
const SETS: usize = 4000;

/// Measurements of a list.
#[derive(Debug)]
pub struct Row {
    /// Name of the list.
    pub name: &'static str,
    /// Origin of its names.
    pub kind: Kind,
    /// The log-likelihood ratio of each name, in ascending order.
    pub evidence: Vec<i32>,
    /// The randomness of each name, in thousandths.
    pub randomness: Vec<u16>,
}

/// Measures all names.
#[must_use]
pub fn judge(lists: &[List]) -> Vec<Row> {
    let row = |list: &List| {
        let mut bits: Vec<i32> = list.labels.iter().filter_map(|label| log_likelihood_ratio(label)).collect();
        bits.sort_unstable();
        let randomness = list.labels.iter().filter_map(|label| randomness(label)).collect();
        Row { name: list.name, kind: list.kind, evidence: bits, randomness }
    };
    lists.iter().map(row).collect()
}

/// The area under the ROC curve: the probability that a value of the first list exceeds one of the second, ties
/// counted as half. Both in ascending order.
#[must_use]
pub fn area<T: PartialOrd>(generated: &[T], ordinary: &[T]) -> f64 {
    let below = |it: &T| {
        let less = ordinary.partition_point(|other| other < it);
        (less + ordinary.partition_point(|other| other <= it)) as f64 / 2.0
    };
    generated.iter().map(below).sum::<f64>() / (generated.len() * ordinary.len()) as f64
}

/// The minimum log-likelihood ratio that at most one in a hundred ordinary names exceeds.
#[must_use]
pub fn at_one_percent(ordinary: &[i32]) -> i32 {
    ordinary[ordinary.len() - 1 - ordinary.len() / 100]
}

/// The share of names above the threshold.
#[must_use]
pub fn share_above(evidence: &[i32], bar: i32) -> f64 {
    evidence.iter().filter(|bits| **bits > bar).count() as f64 / evidence.len() as f64
}

impl Row {
    /// The mean randomness of all names.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.randomness.iter().map(|it| f64::from(*it)).sum::<f64>() / (1000 * self.randomness.len()) as f64
    }

    /// The mean randomness of sets of `size` names, in ascending order.
    #[must_use]
    pub fn sets(&self, names: usize) -> Vec<f64> {
        let mut random = Random::named(2, self.name);
        let mut one = || self.randomness[random.below(self.randomness.len() as u64) as usize];
        let mut set = || (0..names).map(|_| f64::from(one())).sum::<f64>() / (1000 * names) as f64;
        let mut sets: Vec<f64> = (0..SETS).map(|_| set()).collect();
        sets.sort_unstable_by(f64::total_cmp);
        sets
    }
}
