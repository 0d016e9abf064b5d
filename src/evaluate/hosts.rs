//! Beacons by host name: who calls a host, or looks up a name, as often as the gates ask for.

use super::gates::Failed;
use super::lists::Lists;
use super::measures::Measures;
use super::span::Span;
use super::tally::Tally;
use super::{Counts, Data};
use crate::ingest::beside::{Beside, LOOKED_UP};
use crate::model::flow::Pair;
use crate::model::pair_key::Key;
use crate::pairs::{History, PairRef};
use crate::priority::Judged;
use crate::regularity::Judge;
use crate::report::{Gate, HostBeacon};
use crate::rule::Rule;
use crate::text::sort::sort_by;
use std::net::{IpAddr, Ipv6Addr};

/// Stands for the address of a host that has only a name, until its number among all shards is known.
pub(super) fn stand_in(number: usize) -> IpAddr {
    IpAddr::V6(Ipv6Addr::from_bits(number as u128 + 2))
}

/// All hosts of a rule's gates or threat lists.
pub(super) fn beacons(data: Data<'_>, beside: &Beside, rule: &Rule, lists: &Lists<'_>) -> Vec<HostBeacon> {
    let mut out = Vec::new();
    let Some(span) = Span::of(rule, data.span).filter(|_| rule.hunts.host_beacon) else { return out };
    let mut finder =
        Finder { data, rule, span, history: History::default(), hours: Vec::new(), judge: Judge::default() };
    for chunk in beside.hosts.chunks() {
        chunk.for_each(|pair| {
            let host = beside.names.name(pair.key().addresses as u32);
            let few = pair.count() < rule.gates.min_connections;
            if few && lists.threaten_nothing() {
                return;
            }
            let Some(measures) = finder.measures(pair) else { return };
            let failed = failed(rule, measures.tally.counts);
            let ends = finder.ends(pair.key());
            let threat = lists.host_threat(&ends, host, failed);
            if !failed.is_empty() && threat.is_none() {
                return;
            }
            let score = if measures.tally.counts.connections > rule.high_volume { 2 } else { 1 };
            let mut pair_of = measures.columns(&ends, score, rule);
            pair_of.threat = threat;
            out.push(HostBeacon {
                host: host.to_owned(),
                looked_up: pair.key().destination_port() == LOOKED_UP,
                suppressed_by: lists.host_suppressed(&ends, host),
                pair: pair_of,
            });
        });
    }
    sort_by(&mut out, order);
    out
}

/// The gates that count; a name is in no excluded network.
fn failed(rule: &Rule, counts: Counts) -> Failed {
    let mut failed = Failed::default();
    failed.add(Gate::MinConnections, counts.connections < rule.gates.min_connections);
    failed.add(Gate::MinHours, counts.hours < rule.gates.min_hours);
    failed
}

/// Priority first, then as the query orders, made total.
pub(crate) fn order(a: &HostBeacon, b: &HostBeacon) -> std::cmp::Ordering {
    let first =
        |host: &HostBeacon| (host.suppressed_by.is_none(), host.pair.priority, host.pair.connection_count);
    let rest = |host: &HostBeacon| (host.pair.sourceip, host.looked_up);
    first(b).cmp(&first(a)).then_with(|| (rest(a), &a.host).cmp(&(rest(b), &b.host)))
}

/// All pairs among hosts, for their priorities.
pub(super) fn judged(hosts: &mut [HostBeacon]) -> impl Iterator<Item = Judged<'_>> {
    hosts.iter_mut().map(|host| Judged { pair: &mut host.pair, host: Some(&host.host) })
}

struct Finder<'a> {
    data: Data<'a>,
    rule: &'a Rule,
    span: Span,
    history: History,
    hours: Vec<i64>,
    judge: Judge,
}

impl Finder<'_> {
    fn ends(&self, key: Key) -> Pair {
        Pair { source: self.data.book.address(key.source()), destination: stand_in(0), port: 0 }
    }

    fn measures(&mut self, pair: PairRef<'_>) -> Option<Measures> {
        pair.read(&mut self.history);
        let connections = &mut self.history.connections;
        connections.retain(|connection| self.span.contains(connection.start));
        if pair.key().destination_port() == LOOKED_UP {
            // What stands there is the answer.
            connections.iter_mut().for_each(|lookup| lookup.bytes_received = 0);
        }
        sort_by(connections, Ord::cmp);
        let tally = Tally::of(connections, self.span, self.rule.utc_offset_minutes, &mut self.hours)?;
        Some(Measures::of(tally, connections, self.span, self.data.span?, &mut self.judge))
    }
}
