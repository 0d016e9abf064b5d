//! The orders of findings.

use std::cmp::Ordering;

use super::counted_pair::CountedPair;
use super::pair_facts::Finding;
use crate::pairs::DatasetView;
use crate::text::sort::sort_by;

/// An order of findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum SortOrder {
    /// The query's: beaconing score, connections, then the pair.
    #[default]
    Rule,
    /// By priority, then the query's.
    Priority,
}

impl SortOrder {
    /// Sorts items by their pairs.
    pub fn sort<T>(self, items: &mut [T], pair: impl Fn(&T) -> &Finding) {
        let priority = |finding: &Finding| match self {
            SortOrder::Rule => 0,
            SortOrder::Priority => finding.facts.priority,
        };
        sort_by(items, |a, b| {
            let (a, b) = (pair(a), pair(b));
            priority(b).cmp(&priority(a)).then_with(|| rule_order(a, b))
        });
    }
}

/// The query's order, made total by the pair.
pub(super) fn rule_order(a: &Finding, b: &Finding) -> Ordering {
    let counts = |finding: &Finding| (finding.facts.beaconing_score, finding.facts.connection_count);
    let pair = |finding: &Finding| (finding.sourceip, finding.destinationip, finding.destinationport);
    counts(b).cmp(&counts(a)).then_with(|| pair(a).cmp(&pair(b)))
}

/// The same order for pairs that were counted.
pub(super) fn counted_order(data: DatasetView<'_>, a: &CountedPair<'_>, b: &CountedPair<'_>) -> Ordering {
    let descending = (b.score, b.counts.connections).cmp(&(a.score, a.counts.connections));
    let (a, b, addresses) = (a.pair.key(), b.pair.key(), data.addresses);
    let sources = || addresses.compare(a.source(), b.source());
    let destinations = || addresses.compare(a.destination(), b.destination());
    let ports = || a.destination_port().cmp(&b.destination_port());
    descending.then_with(sources).then_with(destinations).then_with(ports)
}
