//! What the hunts found, beside the rule's lists and beside one pair.

use super::lists::Lists;
use super::{Kept, hosts};
use crate::hunts::{self, Hunt, HuntHit};
use crate::model::flow::{Connection, Pair};
use crate::model::time::LocalTimestamp;
use crate::pairs::DatasetView;
use crate::pairs::MAX_UNANSWERED_BYTES;
use crate::rule::Rule;
use crate::rule::networks::first_containing;
use crate::text::numerals::{address_text, network_text};
use crate::text::sort::sort_by;

/// All that the hunts of a rule find, with the sets that hold it, in the order of a report.
pub(super) fn hits(data: DatasetView<'_>, kept: &mut Kept, rule: &Rule, lists: &Lists<'_>) -> Vec<HuntHit> {
    let mut hits = kept.hunted(data, rule);
    for hit in &mut hits {
        // What goes to several destinations is known by its source.
        let destination = hit.destinationip.unwrap_or(hosts::stand_in(0));
        let pair = Pair::new(hit.sourceip, destination, hit.destinationport.unwrap_or(0));
        hit.suppressed_by = lists.suppressed(&pair).map(|(_, set)| set);
    }
    sort_by(&mut hits, hunts::order);
    hits
}

/// Whether a pair, whose connections in the window are given in order of time, has part in what was found.
pub(super) fn has_part(hit: &HuntHit, pair: &Pair, connections: &[Connection], rule: &Rule) -> bool {
    let is_of = hit.sourceip == pair.source
        && hit.destinationip.is_none_or(|destination| destination == pair.destination)
        && hit.destinationport.is_none_or(|port| port == pair.port);
    match hit.hunt {
        // Lookups are their source's, and what is open for long is one pair's.
        Hunt::Dga | Hunt::LongConnection => is_of,
        _ => is_of && takes_part(hit, pair, connections, rule),
    }
}

/// Whether a burst or scan holds one of the connections.
fn takes_part(hit: &HuntHit, pair: &Pair, connections: &[Connection], rule: &Rule) -> bool {
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

/// Which hunts leave the pair out, and why.
pub(super) fn left_out(pair: &Pair, rule: &Rule) -> Vec<String> {
    let ends = [("bursts and scans to", pair.destination), ("lookups by", pair.source)];
    let told = ends.into_iter().filter_map(|(what, end)| {
        let network = first_containing(&rule.hunts().excluded, end)?;
        let (end, network) = (address_text(end), network_text(network));
        Some(format!("{what} {end} are ignored by hunts: {network} is excluded"))
    });
    told.collect()
}
