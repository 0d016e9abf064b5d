//! Hunt hits with the sets that suppress them, and the hits that involve a pair.

use super::cache::EvaluationCache;
use super::lists::RuleLists;
use crate::hunts::{self, Hunt, HuntHit};
use crate::model::destination::Destination;
use crate::model::flow::{Connection, Pair};
use crate::model::time::LocalTimestamp;
use crate::pairs::{DatasetView, MAX_UNANSWERED_BYTES};
use crate::rule::Rule;
use crate::rule::networks::first_containing;
use crate::text::sort::sort_by;

/// The hits of a rule's hunts in the order of a report, each with the set that suppresses it.
pub(super) fn hits(
    data: DatasetView<'_>,
    cache: &mut EvaluationCache,
    rule: &Rule,
    lists: &RuleLists<'_>,
) -> Vec<HuntHit> {
    let mut hits = cache.hunt_hits(data, rule);
    for hit in &mut hits {
        let destination = hit.destinationip.map(Destination::Address);
        hit.suppressed_by = lists.suppressed_by(hit.sourceip, destination.as_ref(), hit.destinationport);
    }
    sort_by(&mut hits, hunts::order);
    hits
}

/// Whether a hit involves a pair, whose connections in the window are given in order of time.
pub(super) fn involves_pair(hit: &HuntHit, pair: &Pair, connections: &[Connection], rule: &Rule) -> bool {
    let is_of = hit.sourceip == pair.source
        && hit.destinationip.is_none_or(|destination| destination == pair.destination)
        && hit.destinationport.is_none_or(|port| port == pair.port);
    match hit.hunt {
        // Lookups belong to the source, and long connections to one pair.
        Hunt::Dga | Hunt::LongConnection => is_of,
        _ => is_of && contains_connection(hit, pair, connections, rule),
    }
}

/// Whether a burst or scan contains one of the connections.
fn contains_connection(hit: &HuntHit, pair: &Pair, connections: &[Connection], rule: &Rule) -> bool {
    let unanswered_only =
        hit.hunt != Hunt::Burst && rule.hunts().scan.as_ref().is_some_and(|scan| scan.unanswered_only);
    let at = |connection: &Connection| {
        LocalTimestamp::new(connection.start.as_micros(), rule.utc_offset_minutes())
    };
    let from = connections.partition_point(|connection| at(connection) < hit.first_seen);
    let mut later = connections.iter().skip(from);
    let first =
        later.find(|connection| !unanswered_only || connection.bytes_received <= MAX_UNANSWERED_BYTES);
    let inside = first.is_some_and(|connection| at(connection) <= hit.last_seen);
    inside && first_containing(&rule.hunts().excluded, pair.destination).is_none()
}

/// Which hunts exclude the pair, and why.
pub(super) fn exclusion_reasons(pair: &Pair, rule: &Rule) -> Vec<String> {
    let ends = [("bursts and scans to", pair.destination), ("lookups by", pair.source)];
    let reasons = ends.into_iter().filter_map(|(what, end)| {
        let network = first_containing(&rule.hunts().excluded, end)?;
        let (end, network) = (end.to_string(), network.to_string());
        Some(format!("{what} {end} are ignored by hunts: {network} is excluded"))
    });
    reasons.collect()
}
