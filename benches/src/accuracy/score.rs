//! Recall at a false positive rate, and average precision.

/// A scored pair.
#[derive(Clone, Copy, Debug)]
pub struct Scored {
    /// Number of its family.
    pub family: usize,
    /// Whether it is a beacon.
    pub beacon: bool,
    /// Its score.
    pub score: f64,
}

/// The lowest threshold that at most this share of the benign pairs exceeds.
#[must_use]
pub fn threshold(scored: &[Scored], false_positives: f64) -> f64 {
    let mut benign: Vec<f64> = scored.iter().filter(|s| !s.beacon).map(|s| s.score).collect();
    benign.sort_by(|a, b| b.total_cmp(a));
    let allowed = (benign.len() as f64 * false_positives) as usize;
    benign.get(allowed).copied().unwrap_or(f64::NEG_INFINITY)
}

/// The share of pairs above the threshold.
pub fn recall<'a>(scored: impl Iterator<Item = &'a Scored>, above: f64) -> f64 {
    let (mut found, mut all) = (0, 0);
    for pair in scored {
        found += usize::from(pair.score > above);
        all += 1;
    }
    found as f64 / f64::from(all.max(1) as u32)
}

/// Average precision: the mean over all beacons of the precision at their rank. Pairs with equal scores count as
/// one step, so that their order does not matter.
#[must_use]
pub fn average_precision(scored: &[Scored]) -> f64 {
    let mut sorted = scored.to_vec();
    sorted.sort_by(|a, b| b.score.total_cmp(&a.score));
    let (mut seen, mut found, mut sum) = (0.0, 0.0, 0.0);
    for step in sorted.chunk_by(|a, b| a.score == b.score) {
        let beacons = step.iter().filter(|pair| pair.beacon).count() as f64;
        seen += step.len() as f64;
        found += beacons;
        sum += beacons * found / seen;
    }
    sum / f64::max(found, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scored(scores: &[(f64, bool)]) -> Vec<Scored> {
        scores.iter().map(|&(score, beacon)| Scored { family: 0, beacon, score }).collect()
    }

    #[test]
    fn precision_is_the_textbook_one() {
        let ranked = scored(&[(0.9, true), (0.8, false), (0.7, true), (0.6, false)]);
        assert!((average_precision(&ranked) - (1.0 + 2.0 / 3.0) / 2.0).abs() < 1e-12);
        let tied = scored(&[(0.5, true), (0.5, false)]);
        assert!((average_precision(&tied) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn the_threshold_lets_the_allowed_share_pass() {
        let benign: Vec<_> = (0..200).map(|i| (f64::from(i), false)).collect();
        let all = scored(&benign);
        let above = threshold(&all, 0.01);
        assert_eq!(all.iter().filter(|s| s.score > above).count(), 2);
        assert!((recall(all.iter(), above) - 0.01).abs() < 1e-12);
    }
}
