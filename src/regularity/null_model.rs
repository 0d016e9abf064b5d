//! How improbable it is that random traffic keeps a period this well.
//!
//! The null model is a memoryless source: it calls at some rate, and its idle time so far says nothing about its
//! next call. Any rate is possible, and a different one for every interval, which makes the source bursty. The
//! probability is an upper bound that holds for all of them at once:
//!
//! - For any rate, an interval lies between `a` and `b` with at most the probability that it has at the
//!   worst rate, which is `ln(b/a) / (b − a)` (set the derivative of `exp(−ra) − exp(−rb)` to zero).
//! - That `hits` of `of` or more do has at most the probability `exp(−of · D(hits/of ‖ q))` (Chernoff).
//! - The band was chosen to fit, so it may begin at any of the intervals: the first interval in it is used up by
//!   that, and the bound is multiplied by the number of intervals and by the number of bands tried.

/// The greatest probability, at any rate, that an interval of a memoryless source lies in this band. Times are
/// known to `resolution` microseconds only.
pub(super) fn max_probability(from: u64, to: u64, resolution: u64) -> f64 {
    let Some(from) = from.checked_sub(resolution).filter(|&from| from > 0) else { return 1.0 };
    let ratio = to.saturating_add(resolution) as f64 / from as f64;
    // The rate at which it is greatest, as a number of calls in the shortest interval.
    let worst = libm::log(ratio) / (ratio - 1.0);
    libm::exp(-worst) - libm::exp(-worst * ratio)
}

/// The natural logarithm of the bound, at most 0, for `hits` of `of` intervals in a band that was chosen to fit.
pub(super) fn ln_p_bound(hits: u32, of: u32, chance: f64) -> f64 {
    let (anchors, hits, of) = (f64::from(of), f64::from(hits) - 1.0, f64::from(of) - 1.0);
    if of < 1.0 || hits <= chance * of {
        return 0.0;
    }
    (libm::log(anchors) - of * divergence(hits / of, chance)).min(0.0)
}

/// The Kullback-Leibler divergence of two Bernoulli distributions, in nats.
pub(super) fn divergence(p: f64, q: f64) -> f64 {
    let part = |p: f64, q: f64| if p > 0.0 { p * libm::log(p / q) } else { 0.0 };
    part(p, q) + part(1.0 - p, 1.0 - q)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bound is the greatest probability over all rates: none of many rates gives more, and one nearly reaches it.
    #[test]
    fn no_rate_gives_more_than_the_bound() {
        for (from, to) in [(100, 104), (100, 150), (100, 300), (7, 5000)] {
            let bound = max_probability(from, to, 0);
            let at_rate = |rate: f64| libm::exp(-rate * from as f64) - libm::exp(-rate * to as f64);
            let greatest = (1..4000).map(|i| at_rate(f64::from(i) * 1e-5)).fold(0.0, f64::max);
            assert!(greatest <= bound && greatest > 0.999 * bound, "{from}..{to}: {greatest} {bound}");
        }
    }

    #[test]
    fn times_in_whole_seconds_are_less_significant() {
        let second = 1_000_000;
        assert!(
            max_probability(60 * second, 61 * second, second)
                > 2.0 * max_probability(60 * second, 61 * second, 1)
        );
        assert_eq!(max_probability(second, 2 * second, second), 1.0, "a second may be zero");
    }

    #[test]
    fn more_hits_are_less_probable() {
        assert_eq!(ln_p_bound(2, 10, 0.2), 0.0);
        let all: Vec<f64> = (4..=10).map(|hits| ln_p_bound(hits, 10, 0.1)).collect();
        assert!(all.windows(2).all(|two| two[1] <= two[0]), "{all:?}");
        // All 10 in a band of probability 0.1: nine free choices, ten places to begin.
        let plain = libm::log(10.0 * 1e-9);
        assert!((ln_p_bound(10, 10, 0.1) - plain).abs() < 1e-9);
    }
}
