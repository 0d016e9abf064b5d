//! How improbable it is that random traffic keeps time this well.
//!
//! The null model is a source without a memory: it calls at some rate, and how long it has been silent
//! says nothing about when it calls next. The rate may be any, and another for every interval, which
//! makes the source bursty. The probability is an upper bound that holds for all of them at once:
//!
//! - For any rate, an interval lies between `a` and `b` with at most the probability that it has at the
//!   worst rate, which is `ln(b/a) / (b − a)` (set the derivative of `exp(−ra) − exp(−rb)` to nought).
//! - That `hits` of `of` or more do has at most the probability `exp(−of · D(hits/of ‖ q))` (Chernoff).
//! - The window was picked to fit, so it may begin at any of the intervals: the first one in it is spent
//!   on that, and the bound is multiplied by how many there are, and by how many windows were tried.

/// The greatest probability, at any rate, that an interval of a memoryless source lies between these.
/// Times are known no better than `resolution`.
pub(super) fn by_chance(from: u64, to: u64, resolution: u64) -> f64 {
    let Some(from) = from.checked_sub(resolution).filter(|&from| from > 0) else { return 1.0 };
    let ratio = to.saturating_add(resolution) as f64 / from as f64;
    // The rate at which it is greatest, as a number of calls in the shortest interval.
    let worst = libm::log(ratio) / (ratio - 1.0);
    libm::exp(-worst) - libm::exp(-worst * ratio)
}

/// The natural logarithm of the bound, at most 0, for `hits` of `of` intervals in a window that was
/// picked to fit.
pub(super) fn improbability(hits: u32, of: u32, chance: f64) -> f64 {
    let (anchors, hits, of) = (f64::from(of), f64::from(hits) - 1.0, f64::from(of) - 1.0);
    if of < 1.0 || hits <= chance * of {
        return 0.0;
    }
    (libm::log(anchors) - of * divergence(hits / of, chance)).min(0.0)
}

/// The Kullback-Leibler divergence of two coins, in nats.
pub(super) fn divergence(p: f64, q: f64) -> f64 {
    let part = |p: f64, q: f64| if p > 0.0 { p * libm::log(p / q) } else { 0.0 };
    part(p, q) + part(1.0 - p, 1.0 - q)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bound is the greatest probability over all rates: none of many rates gives more, one about it.
    #[test]
    fn no_rate_gives_more_than_the_bound() {
        for (from, to) in [(100, 104), (100, 150), (100, 300), (7, 5000)] {
            let bound = by_chance(from, to, 0);
            let at_rate = |rate: f64| libm::exp(-rate * from as f64) - libm::exp(-rate * to as f64);
            let greatest = (1..4000).map(|i| at_rate(f64::from(i) * 1e-5)).fold(0.0, f64::max);
            assert!(greatest <= bound && greatest > 0.999 * bound, "{from}..{to}: {greatest} {bound}");
        }
    }

    #[test]
    fn times_known_in_seconds_only_tell_less() {
        let second = 1_000_000;
        assert!(by_chance(60 * second, 61 * second, second) > 2.0 * by_chance(60 * second, 61 * second, 1));
        assert_eq!(by_chance(second, 2 * second, second), 1.0, "a second may be nought");
    }

    #[test]
    fn more_hits_are_less_probable() {
        assert_eq!(improbability(2, 10, 0.2), 0.0);
        let all: Vec<f64> = (4..=10).map(|hits| improbability(hits, 10, 0.1)).collect();
        assert!(all.windows(2).all(|two| two[1] <= two[0]), "{all:?}");
        // All 10 in a window of chance 0.1: nine free choices, ten places to begin.
        let plain = libm::log(10.0 * 1e-9);
        assert!((improbability(10, 10, 0.1) - plain).abs() < 1e-9);
    }
}
