//! How improbable it is that random traffic keeps time this well.
//!
//! The null model is a source without a memory: it calls at some rate, and how long it has been silent
//! says nothing about when it calls next. The rate may be any, and another for every interval, which
//! makes the source bursty. The probability is an upper bound that holds for all of them at once:
//!
//! - For any rate, the sum of `k` intervals lies between `a` and `b` with at most the probability that it
//!   has at the worst rate, which is `k · ln(b/a) / (b − a)` (set the derivative to nought).
//! - That `hits` of `of` or more do has at most the probability `exp(−of · D(hits/of ‖ q))` (Chernoff).
//! - The window was picked to fit, so it may begin at any of the intervals: the first one in it is spent
//!   on that, and the bound is multiplied by how many there are, and by how many windows were tried.

/// A window for the sums of `lag` intervals in a row, and how many lie in it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    pub from: u64,
    pub to: u64,
    pub lag: u32,
    pub hits: u32,
    pub of: u32,
}

impl Window {
    /// The greatest probability, at any rate, that a memoryless source puts a sum into the window. Times
    /// are known no better than `resolution`.
    pub fn by_chance(&self, resolution: u64) -> f64 {
        let Some(from) = self.from.checked_sub(resolution).filter(|&from| from > 0) else { return 1.0 };
        let ratio = (self.to + resolution) as f64 / from as f64;
        let worst = f64::from(self.lag) * libm::log(ratio) / (ratio - 1.0);
        later_than(worst, self.lag) - later_than(worst * ratio, self.lag)
    }

    /// The natural logarithm of the bound, at most 0. `tried` is the number of windows that were tried.
    pub fn improbability(&self, chance: f64, tried: u32) -> f64 {
        let (hits, of) = (f64::from(self.hits) - 1.0, f64::from(self.of) - 1.0);
        if of < 1.0 || hits <= chance * of {
            return 0.0;
        }
        // Sums of several intervals share intervals; of each `lag` in a row one is independent.
        let bound = -of * divergence(hits / of, chance) / f64::from(self.lag);
        (bound + libm::log(f64::from(self.of) * f64::from(tried))).min(0.0)
    }
}

/// The probability that the sum of `k` exponential intervals of mean 1 is above `x`.
fn later_than(x: f64, k: u32) -> f64 {
    let (mut term, mut sum) = (1.0, 1.0);
    for i in 1..k {
        term *= x / f64::from(i);
        sum += term;
    }
    sum * libm::exp(-x)
}

/// The Kullback-Leibler divergence of two coins, in nats.
fn divergence(p: f64, q: f64) -> f64 {
    let part = |p: f64, q: f64| if p > 0.0 { p * libm::log(p / q) } else { 0.0 };
    part(p, q) + part(1.0 - p, 1.0 - q)
}
