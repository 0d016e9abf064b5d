//! A period that calls may keep.

/// A band of intervals in which unusually many lie: a candidate for the period.
#[derive(Debug, Clone, Copy)]
pub(super) struct PeriodCandidate {
    /// Start of the band in microseconds, itself inside.
    pub from: u64,
    /// End of the band in microseconds, not inside.
    pub to: u64,
    /// Share of the calls that keep it, less the share that chance explains.
    pub share: f64,
    /// Calls that keep it, as a multiple of those that chance explains, less one.
    pub lift: f64,
    /// Upper bound on the natural logarithm of the probability under the null model, all bands tried included.
    pub ln_p_bound: f64,
    /// The interval reaches from a call to the next (1), or to one of the next `lag` calls.
    pub lag: usize,
}

impl PeriodCandidate {
    /// `-log10` of the bound.
    pub fn neg_log10_p(&self) -> f64 {
        // Not the negative itself, which would turn 0 into -0.
        (0.0 - self.ln_p_bound / std::f64::consts::LN_10).max(0.0)
    }

    /// How strongly it indicates a machine, from 0 to 1.
    pub fn strength(&self) -> f64 {
        let significance = ((self.neg_log10_p() - 1.0) / 5.0).clamp(0.0, 1.0);
        significance * self.lift.min(1.0) * (0.7 + 0.3 * self.share)
    }
}
