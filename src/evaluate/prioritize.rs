//! Gives facts their priority.

use super::evaluation::Evaluation;
use super::host_beacons;
use super::pair_facts::{ConnectionFacts, Finding, HostBeacon};
use super::prevalence::{PrevalenceCounts, PrevalenceQuery, merge_counts};
use crate::model::destination::Destination;
use crate::priority::{Prevalence, Prioritizer, Priority, PriorityInput};
use crate::rule::Rule;
use crate::text::sort::sort_by;

/// Gives everything that is listed its priority, and sorts the host beacons by it.
pub(crate) fn prioritize(
    evaluation: &mut Evaluation,
    query: &PrevalenceQuery,
    counts: &[PrevalenceCounts],
    rule: &Rule,
) {
    let prevalence = merge_counts(query, counts);
    let mut pairs: Vec<&mut Finding> = evaluation.listed_mut().collect();
    prioritize_pairs(&mut pairs, &prevalence, rule);
    prioritize_hosts(&mut evaluation.host_beacons, &prevalence, rule);
    sort_by(&mut evaluation.host_beacons, host_beacons::order);
}

pub(super) fn prioritize_pairs(pairs: &mut [&mut Finding], prevalence: &Prevalence, rule: &Rule) {
    let all = pairs.iter().map(|pair| pair_input(pair));
    let prioritizer = Prioritizer::new(all, prevalence, rule.priority());
    for pair in pairs {
        let priority = prioritizer.priority(pair_input(pair));
        pair.facts.set_priority(priority);
    }
}

fn prioritize_hosts(hosts: &mut [HostBeacon], prevalence: &Prevalence, rule: &Rule) {
    let prioritizer = Prioritizer::new(hosts.iter().map(host_input), prevalence, rule.priority());
    for host in hosts {
        let priority = prioritizer.priority(host_input(host));
        host.facts.set_priority(priority);
    }
}

impl ConnectionFacts {
    fn set_priority(&mut self, priority: Priority) {
        (self.priority, self.priority_parts) = (priority.value, priority.parts);
    }
}

fn pair_input(pair: &Finding) -> PriorityInput<'_> {
    input(Destination::Address(pair.destinationip), Some(pair.destinationport), &pair.facts)
}

fn host_input(host: &HostBeacon) -> PriorityInput<'_> {
    input(Destination::from(host.host.as_str()), None, &host.facts)
}

fn input(destination: Destination, port: Option<u16>, facts: &ConnectionFacts) -> PriorityInput<'_> {
    let regularity = facts.regularity.as_ref();
    PriorityInput {
        destination,
        port,
        connections: facts.connection_count,
        bytes: facts.bytes_sent.saturating_add(facts.bytes_received),
        beaconing_score: facts.beaconing_score,
        regularity_thousandths: regularity.map_or(0, |regularity| regularity.regularity.0),
        size_thousandths: regularity.map_or(0, |regularity| regularity.regularity_parts.size.0),
        threat: facts.threat.as_ref().map(|threat| (threat.entry.as_str(), threat.list.as_str())),
    }
}
