//! Beacons by host name: who calls a host, or looks up a name, as often as the gates ask for.

use super::Counts;
use super::gate_facts::Gate;
use super::gates::Failed;
use super::lists::Lists;
use super::measures::Measures;
use super::pair_facts::HostBeacon;
use super::span::Span;
use super::tally::Tally;
use crate::model::flow::{Address, Pair};
use crate::pairs::{DatasetView, History, NameUse};
use crate::priority::Judged;
use crate::regularity::Analyzer;
use crate::rule::Rule;
use crate::text::sort::sort_by;
use std::net::{IpAddr, Ipv6Addr};

/// Stands for the address of a host that has only a name, until its number among all shards is known.
pub(super) fn stand_in(number: usize) -> IpAddr {
    IpAddr::V6(Ipv6Addr::from_bits(number as u128 + 2))
}

/// All hosts of a rule's gates or threat lists.
pub(super) fn beacons(data: DatasetView<'_>, rule: &Rule, lists: &Lists<'_>) -> Vec<HostBeacon> {
    let mut out = Vec::new();
    let Some(span) = Span::of(rule, data.time_extent).filter(|_| rule.hunts().host_beacon) else {
        return out;
    };
    let mut finder = Finder {
        data,
        rule,
        span,
        history: History::default(),
        hours: Vec::new(),
        analyzer: Analyzer::default(),
    };
    data.side.named.for_each(|name_use| {
        let host = data.side.names.name(name_use.name());
        let few = name_use.count() < rule.gates().min_connections;
        if few && lists.threaten_nothing() {
            return;
        }
        let Some(measures) = finder.measures(name_use) else { return };
        let failed = failed(rule, measures.tally.counts);
        let ends = finder.ends(name_use);
        let threat = lists.host_threat(&ends, host, failed);
        if !failed.is_empty() && threat.is_none() {
            return;
        }
        let score = if measures.tally.counts.connections > rule.high_volume() { 2 } else { 1 };
        let mut pair_of = measures.columns(&ends, score, rule);
        pair_of.threat = threat;
        out.push(HostBeacon {
            host: host.to_owned(),
            looked_up: name_use.is_lookup(),
            suppressed_by: lists.host_suppressed(&ends, host),
            pair: pair_of,
        });
    });
    sort_by(&mut out, order);
    out
}

/// The gates that count; a name is in no excluded network.
fn failed(rule: &Rule, counts: Counts) -> Failed {
    let mut failed = Failed::default();
    failed.add(Gate::MinConnections, counts.connections < rule.gates().min_connections);
    failed.add(Gate::MinHours, counts.hours < rule.gates().min_hours);
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
    data: DatasetView<'a>,
    rule: &'a Rule,
    span: Span,
    history: History,
    hours: Vec<i64>,
    analyzer: Analyzer,
}

impl Finder<'_> {
    fn ends(&self, name_use: NameUse<'_>) -> Pair {
        let source = name_use.source().unwrap_or(Address::UNSPECIFIED);
        Pair { source: self.data.addresses.address(source), destination: stand_in(0), port: 0 }
    }

    fn measures(&mut self, name_use: NameUse<'_>) -> Option<Measures> {
        name_use.read(&mut self.history);
        let connections = &mut self.history.connections;
        connections.retain(|connection| self.span.contains(connection.start.as_micros()));
        sort_by(connections, Ord::cmp);
        let tally = Tally::of(connections, self.span, self.rule.utc_offset_minutes(), &mut self.hours)?;
        Some(Measures::of(tally, connections, self.span, self.data.time_extent?, &mut self.analyzer))
    }
}
