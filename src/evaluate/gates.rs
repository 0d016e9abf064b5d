//! The gates: what a pair must pass to be a finding.

use ipnet::IpNet;

use super::tally::Tally;
use crate::flow::{Address, AddressBook, Pair};
use crate::report::{Gate, GateValue, GateVerdict, Threshold};
use crate::rule::Rule;
use crate::rule::networks::Networks;

/// The gates of a rule, made ready.
#[derive(Debug)]
pub(crate) struct Gates<'a> {
    rule: &'a Rule,
    excluded: Networks,
}

/// The gates a pair failed, one bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Failed(u8);

impl Failed {
    pub fn contains(self, gate: Gate) -> bool {
        self.0 & 1 << gate as u8 != 0
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The gate, if it is only one.
    pub fn only(self) -> Option<Gate> {
        if self.0.count_ones() == 1 { self.gates().next() } else { None }
    }

    pub fn gates(self) -> impl Iterator<Item = Gate> {
        Gate::ALL.into_iter().filter(move |gate| self.contains(*gate))
    }

    fn add(&mut self, gate: Gate, failed: bool) {
        self.0 |= u8::from(failed) << gate as u8;
    }
}

impl<'a> Gates<'a> {
    pub fn new(rule: &'a Rule) -> Self {
        Gates { rule, excluded: Networks::new(&rule.excluded_destinations) }
    }

    /// Which gates a pair with these counts fails.
    pub fn failed(&self, destination: Address, book: &AddressBook, connections: u64, hours: u64) -> Failed {
        let mut failed = Failed::default();
        let excluded = self.excluded.contains(book.address(destination));
        failed.add(Gate::ExcludedDestination, excluded);
        failed.add(Gate::MinConnections, connections < self.rule.gates.min_connections);
        failed.add(Gate::MinHours, hours < self.rule.gates.min_hours);
        failed
    }

    /// Whether a pair of that many flows fails both counting gates, however they are spread: hours are
    /// never more than connections.
    pub fn hopeless(&self, flows: u64) -> bool {
        flows < self.rule.gates.min_connections && flows < self.rule.gates.min_hours
    }

    pub fn threshold(&self, gate: Gate) -> Threshold {
        match gate {
            Gate::ExcludedDestination => {
                Threshold::NoneOf(self.rule.excluded_destinations.iter().map(ToString::to_string).collect())
            }
            Gate::MinConnections => Threshold::AtLeast(self.rule.gates.min_connections),
            Gate::MinHours => Threshold::AtLeast(self.rule.gates.min_hours),
        }
    }

    /// The first network that excludes the pair's destination.
    fn excluding(&self, pair: &Pair) -> Option<&IpNet> {
        self.rule
            .excluded_destinations
            .iter()
            .find(|network| Networks::new([*network]).contains(pair.destination))
    }

    /// What each gate says of a pair, in words.
    pub fn explain(&self, pair: &Pair, tally: &Tally, failed: Failed) -> Vec<GateVerdict> {
        Gate::ALL.into_iter().map(|gate| self.verdict(gate, pair, tally, !failed.contains(gate))).collect()
    }

    fn verdict(&self, gate: Gate, pair: &Pair, tally: &Tally, passed: bool) -> GateVerdict {
        let (value, reason) = match gate {
            Gate::ExcludedDestination => {
                let reason = match self.excluding(pair) {
                    Some(network) => format!("{} is in the excluded network {network}", pair.destination),
                    None => format!("{} is in none of the excluded networks", pair.destination),
                };
                (GateValue::Address(pair.destination), reason)
            }
            Gate::MinConnections => {
                let (found, needed) = (tally.connections, self.rule.gates.min_connections);
                (GateValue::Count(found), compared(found, needed, "connection", "connections"))
            }
            Gate::MinHours => {
                let (found, needed) = (tally.hours, self.rule.gates.min_hours);
                (GateValue::Count(found), compared(found, needed, "calendar hour", "calendar hours"))
            }
        };
        GateVerdict { gate, value, threshold: self.threshold(gate), passed, reason }
    }
}

fn compared(found: u64, needed: u64, one: &str, many: &str) -> String {
    let noun = if found == 1 { one } else { many };
    if found >= needed {
        format!("{found} {noun}, at least {needed} needed")
    } else {
        format!("{found} {noun}, {needed} needed: {} too few", needed - found)
    }
}
