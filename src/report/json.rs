//! Reports and explanations as JSON.

use super::contents::Report;
use crate::evaluate::{EvaluatedPair, Explanation, SortOrder};
use crate::text::json::{written as json, written_in};

/// Most findings take fewer bytes of JSON.
const BYTES_PER_FINDING: usize = 1024;

impl Report {
    /// Sorts the findings.
    pub fn sort(&mut self, order: SortOrder) {
        order.sort(&mut self.findings, |finding| finding);
    }

    /// The report as compact JSON: the same bytes on every platform.
    pub fn to_json(&self) -> String {
        // Findings are most of it; the text should not grow by doubling.
        let pairs = self.findings.len() + self.suppressed.len() + self.near_misses.len();
        written_in(String::with_capacity(pairs * BYTES_PER_FINDING), self)
    }

    /// The report as compact JSON without its findings and suppressed pairs, which may be
    /// many; the totals count them. The report itself does not change.
    pub fn to_summary_json(&mut self) -> String {
        let findings = std::mem::take(&mut self.findings);
        let suppressed = std::mem::take(&mut self.suppressed);
        let summary = json(self);
        (self.findings, self.suppressed) = (findings, suppressed);
        summary
    }

    /// The report as compact JSON with one more field, `pairs`: every pair in the window.
    pub fn to_json_with(&self, pairs: &[EvaluatedPair]) -> String {
        let mut out = self.to_json();
        out.pop();
        out.push_str(",\"pairs\":");
        out = written_in(out, &pairs);
        out.push('}');
        out
    }
}

impl Explanation {
    /// The explanation as compact JSON.
    pub fn to_json(&self) -> String {
        json(self)
    }
}
