//! Beacons by host name: sources that connect to a host, or look up its name, as often as the gates require.

use super::aggregates::Aggregates;
use super::gate_facts::Gate;
use super::gates::{FailedGates, GateCounts};
use super::lists::RuleLists;
use super::pair_facts::HostBeacon;
use super::pair_metrics::PairMetrics;
use crate::model::destination::Destination;
use crate::model::flow::Address;
use crate::pairs::{DatasetView, History, NameUse};
use crate::regularity::Analyzer;
use crate::rule::{Rule, WindowRange};
use crate::text::sort::sort_by;

/// All host names that pass the counting gates of a rule, or that a threat list names.
pub(super) fn find(data: DatasetView<'_>, rule: &Rule, lists: &RuleLists<'_>) -> Vec<HostBeacon> {
    let mut beacons = Vec::new();
    let range = WindowRange::of(rule, data.time_extent).filter(|_| rule.hunts().host_beacon);
    let Some(range) = range else { return beacons };
    let (history, hours, analyzer) = (History::default(), Vec::new(), Analyzer::default());
    let mut finder = Finder { data, rule, lists, range, history, hours, analyzer };
    data.side.named.for_each(|name_use| beacons.extend(finder.beacon(name_use)));
    sort_by(&mut beacons, order);
    beacons
}

/// By priority, then by the number of connections; suppressed ones last.
pub(super) fn order(a: &HostBeacon, b: &HostBeacon) -> std::cmp::Ordering {
    let first =
        |host: &HostBeacon| (host.suppressed_by.is_none(), host.facts.priority, host.facts.connection_count);
    let rest = |host: &HostBeacon| (host.sourceip, host.looked_up);
    first(b).cmp(&first(a)).then_with(|| (rest(a), &a.host).cmp(&(rest(b), &b.host)))
}

struct Finder<'a> {
    data: DatasetView<'a>,
    rule: &'a Rule,
    lists: &'a RuleLists<'a>,
    range: WindowRange,
    history: History,
    hours: Vec<i64>,
    analyzer: Analyzer,
}

impl Finder<'_> {
    fn beacon(&mut self, name_use: NameUse<'_>) -> Option<HostBeacon> {
        let has_few = name_use.count() < self.rule.gates().min_connections;
        if has_few && !self.lists.has_threat_lists() {
            return None;
        }
        let metrics = self.metrics(name_use)?;
        let counts = metrics.aggregates.counts;
        let host = self.data.side.names.name(name_use.name());
        let destination = Destination::from(host);
        let failed = self.failed(counts);
        let threat = self.lists.threat(&destination, None, failed);
        if !failed.is_empty() && threat.is_none() {
            return None;
        }
        let source = name_use.source().unwrap_or(Address::UNSPECIFIED);
        let sourceip = self.data.addresses.address(source);
        let score = if counts.connections > self.rule.high_volume() { 2 } else { 1 };
        let mut facts = metrics.facts(score, self.rule);
        facts.threat = threat;
        Some(HostBeacon {
            sourceip,
            host: host.to_owned(),
            looked_up: name_use.is_lookup(),
            suppressed_by: self.lists.suppressed_by(sourceip, Some(&destination), None),
            facts,
        })
    }

    /// The counting gates; a name is in no excluded network.
    fn failed(&self, counts: GateCounts) -> FailedGates {
        let mut failed = FailedGates::default();
        failed.add(Gate::MinConnections, counts.connections < self.rule.gates().min_connections);
        failed.add(Gate::MinHours, counts.hours < self.rule.gates().min_hours);
        failed
    }

    fn metrics(&mut self, name_use: NameUse<'_>) -> Option<PairMetrics> {
        name_use.read(&mut self.history);
        let connections = &mut self.history.connections;
        connections.retain(|connection| self.range.contains(connection.start.as_micros()));
        connections.sort_unstable();
        let offset = self.rule.utc_offset_minutes();
        let aggregates = Aggregates::of(connections, self.range, offset, &mut self.hours)?;
        let time_extent = self.data.time_extent?;
        Some(PairMetrics::of(aggregates, connections, self.range, time_extent, &mut self.analyzer))
    }
}
