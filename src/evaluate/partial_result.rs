//! What shards exchange to get the result that one detector would have.

use super::evaluation::Evaluation;
use super::prevalence::PrevalenceQuery;
use super::wire::{from_bytes, to_bytes};
use crate::model::error::Error;
use crate::rule::Rule;
use crate::text::sort::sort_by;

/// The unmerged result of one shard of a dataset.
#[derive(Debug, Clone)]
pub struct PartialResult(pub(crate) Evaluation);

impl PartialResult {
    /// The destinations whose source counts are needed from every shard. `partials` are those of all shards.
    pub fn prevalence_query(partials: &[PartialResult]) -> PrevalenceQuery {
        let evaluations = || partials.iter().map(|partial| &partial.0);
        let mut query = PrevalenceQuery::of(evaluations().flat_map(Evaluation::listed));
        let hosts = evaluations().flat_map(|evaluation| &evaluation.host_beacons);
        query.names = hosts.map(|host| host.host.clone()).collect();
        sort_by(&mut query.names, Ord::cmp);
        query.names.dedup();
        query
    }

    /// The result of all shards, still without priorities.
    pub(crate) fn merge(partials: Vec<PartialResult>, rule: &Rule) -> Evaluation {
        let mut evaluations = partials.into_iter().map(|partial| partial.0);
        let mut merged = evaluations.next().unwrap_or_default();
        evaluations.for_each(|evaluation| merged.merge(evaluation, rule));
        merged
    }

    /// The result as bytes, to be sent to another worker. Their form may change with every version.
    pub fn to_bytes(&self) -> Vec<u8> {
        to_bytes(|out| self.0.encode(out))
    }

    /// Reads a result that the same version wrote.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Options`](crate::ErrorKind::Options) for any other bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<PartialResult, Error> {
        from_bytes(bytes, Evaluation::decode).map(PartialResult)
    }
}
