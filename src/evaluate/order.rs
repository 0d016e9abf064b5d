//! The orders of findings.

use std::cmp::Ordering;

use super::pair_facts::Finding;
use crate::text::sort::sort_by_number;

/// An order of findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SortOrder {
    /// The query's: beaconing score, connections, then the pair.
    #[default]
    Rule,
    /// Priority, then the query's.
    Priority,
}

impl SortOrder {
    /// Sorts pairs, of which `pair` tells the columns.
    pub fn sort<T>(self, pairs: &mut [T], pair: impl Fn(&T) -> &Finding) {
        let priority = |of: &T| if self == SortOrder::Priority { u32::from(pair(of).priority) } else { 0 };
        sort_by_number(pairs, |of| u32::from(u8::MAX) - priority(of), |a, b| rule_order(pair(a), pair(b)));
    }
}

/// The query's order, made total by the pair.
pub(crate) fn rule_order(a: &Finding, b: &Finding) -> Ordering {
    let pair = |finding: &Finding| (finding.sourceip, finding.destinationip, finding.destinationport);
    let descending = (b.beaconing_score, b.connection_count).cmp(&(a.beaconing_score, a.connection_count));
    descending.then_with(|| pair(a).cmp(&pair(b)))
}
