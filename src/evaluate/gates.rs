//! The gates of a rule, applied to pairs.

use ipnet::IpNet;

use super::gate_facts::{Gate, GateResult, GateValue, Threshold};
use crate::model::flow::{Address, AddressInterner, Pair};
use crate::model::pair_key::PairKey;
use crate::rule::networks::first_containing;
use crate::rule::{PrefixTable, Rule};

/// What the gates compare, and the order of findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct GateCounts {
    pub connections: u64,
    /// Distinct calendar hours.
    pub hours: u64,
}

/// The gates of a rule, prepared for many pairs.
#[derive(Debug)]
pub(crate) struct CompiledGates<'a> {
    rule: &'a Rule,
    excluded: PrefixTable,
    c2_ports: PortSet,
}

/// A set of ports, one bit per port.
#[derive(Debug)]
struct PortSet(Vec<u64>);

impl PortSet {
    fn new(ports: &[u16]) -> Self {
        let mut bits = vec![0; 1 << 10];
        for &port in ports {
            if let Some(word) = bits.get_mut(usize::from(port >> 6)) {
                *word |= 1 << (port & 63);
            }
        }
        PortSet(bits)
    }

    fn contains(&self, port: u16) -> bool {
        self.0.get(usize::from(port >> 6)).is_some_and(|word| word >> (port & 63) & 1 == 1)
    }
}

/// The gates that a pair failed, one bit per gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct FailedGates(u8);

impl FailedGates {
    pub fn contains(self, gate: Gate) -> bool {
        self.0 & 1 << gate as u8 != 0
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether the destination is excluded.
    pub fn is_excluded(self) -> bool {
        self.contains(Gate::ExcludedDestination)
    }

    /// The gate, if there is exactly one.
    pub fn only(self) -> Option<Gate> {
        if self.0.count_ones() == 1 { self.gates().next() } else { None }
    }

    pub fn gates(self) -> impl Iterator<Item = Gate> {
        Gate::ALL.into_iter().filter(move |gate| self.contains(*gate))
    }

    pub fn add(&mut self, gate: Gate, failed: bool) {
        self.0 |= u8::from(failed) << gate as u8;
    }
}

impl<'a> CompiledGates<'a> {
    pub fn new(rule: &'a Rule) -> Self {
        CompiledGates {
            rule,
            excluded: PrefixTable::new(rule.excluded_destinations()),
            c2_ports: PortSet::new(rule.c2_ports()),
        }
    }

    /// Whether a destination is in an excluded network.
    #[inline(always)]
    pub fn excludes(&self, destination: Address, book: &AddressInterner) -> bool {
        match destination {
            Address::V4(bits) => self.excluded.contains_v4(bits),
            Address::V6(_) => self.excluded.contains(book.address(destination)),
        }
    }

    /// Whether a single connection fails both counting gates on every port.
    pub fn fail_singles(&self) -> bool {
        let gates = self.rule.gates();
        let min = gates.min_connections_c2_port.unwrap_or(u64::MAX).min(gates.min_connections);
        min > 1 && gates.min_hours > 1
    }

    /// The gates that a pair with these counts fails.
    pub fn failed(&self, key: PairKey, book: &AddressInterner, counts: GateCounts) -> FailedGates {
        let mut failed = FailedGates::default();
        failed.add(Gate::ExcludedDestination, self.excludes(key.destination(), book));
        failed.add(Gate::MinConnections, counts.connections < self.min_connections(key.destination_port()));
        failed.add(Gate::MinHours, counts.hours < self.rule.gates().min_hours);
        failed
    }

    /// The same as [`Rule::min_connections_on`], faster.
    #[inline(always)]
    pub fn min_connections(&self, port: u16) -> u64 {
        match self.rule.gates().min_connections_c2_port {
            Some(min) if self.c2_ports.contains(port) => min,
            _ => self.rule.gates().min_connections,
        }
    }

    /// The query's `CASE`.
    pub fn score(&self, port: u16, connections: u64) -> u8 {
        if self.c2_ports.contains(port) {
            3
        } else if connections > self.rule.high_volume() {
            2
        } else {
            1
        }
    }

    pub fn threshold(&self, gate: Gate) -> Threshold {
        match gate {
            Gate::ExcludedDestination => {
                Threshold::NoneOf(self.rule.excluded_destinations().iter().map(ToString::to_string).collect())
            }
            Gate::MinConnections => Threshold::AtLeast(self.rule.gates().min_connections),
            Gate::MinHours => Threshold::AtLeast(self.rule.gates().min_hours),
        }
    }

    /// The smallest changes of the rule with which a pair passes the gates it failed.
    pub fn changes(&self, pair: &Pair, counts: GateCounts, failed: FailedGates) -> Vec<String> {
        let change = |gate| match gate {
            Gate::ExcludedDestination => {
                let network = self.excluding(pair).map(ToString::to_string).unwrap_or_default();
                format!("excluded_destinations without {network}")
            }
            Gate::MinConnections => format!("min_connections {}", counts.connections),
            Gate::MinHours => format!("min_hours {}", counts.hours),
        };
        failed.gates().map(change).collect()
    }

    /// The first network that excludes the pair's destination.
    fn excluding(&self, pair: &Pair) -> Option<&IpNet> {
        first_containing(self.rule.excluded_destinations(), pair.destination)
    }

    /// The result of every gate for a pair.
    pub fn explain(&self, pair: &Pair, counts: GateCounts, failed: FailedGates) -> Vec<GateResult> {
        Gate::ALL.into_iter().map(|gate| self.result(gate, pair, counts, !failed.contains(gate))).collect()
    }

    fn result(&self, gate: Gate, pair: &Pair, counts: GateCounts, passed: bool) -> GateResult {
        let (value, reason) = match gate {
            Gate::ExcludedDestination => {
                let destination = pair.destination.to_string();
                let reason = match self.excluding(pair) {
                    Some(network) => {
                        format!("{destination} is in the excluded network {network}")
                    }
                    None => format!("{destination} is in none of the excluded networks"),
                };
                (GateValue::Address(pair.destination), reason)
            }
            Gate::MinConnections => {
                let (found, needed) = (counts.connections, self.min_connections(pair.port));
                (GateValue::Count(found), compared(found, needed, "connection", "connections"))
            }
            Gate::MinHours => {
                let (found, needed) = (counts.hours, self.rule.gates().min_hours);
                (GateValue::Count(found), compared(found, needed, "calendar hour", "calendar hours"))
            }
        };
        GateResult { gate, value, threshold: self.threshold(gate), passed, reason }
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
