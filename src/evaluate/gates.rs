//! The gates: what a pair must pass to be a finding.

use ipnet::IpNet;

use super::Counts;
use super::gate_facts::{Gate, GateResult, GateValue, Threshold};
use crate::model::flow::{Address, AddressInterner, Pair};
use crate::model::pair_key::PairKey;
use crate::rule::networks::first_containing;
use crate::rule::{PrefixTable, Rule};
use crate::text::numerals::{address_text, network_text};

/// The gates of a rule, made ready.
#[derive(Debug)]
pub(crate) struct Gates<'a> {
    rule: &'a Rule,
    excluded: PrefixTable,
    c2_ports: Ports,
}

/// A set of ports, one bit each.
#[derive(Debug)]
struct Ports(Vec<u64>);

impl Ports {
    fn new(ports: &[u16]) -> Self {
        let mut bits = vec![0; 1 << 10];
        for &port in ports {
            if let Some(word) = bits.get_mut(usize::from(port >> 6)) {
                *word |= 1 << (port & 63);
            }
        }
        Ports(bits)
    }

    fn contains(&self, port: u16) -> bool {
        self.0.get(usize::from(port >> 6)).is_some_and(|word| word >> (port & 63) & 1 == 1)
    }
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

    /// Whether it failed a gate that does not count connections.
    pub fn is_excluded(self) -> bool {
        self.contains(Gate::ExcludedDestination)
    }

    /// The gate, if it is only one.
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

impl<'a> Gates<'a> {
    pub fn new(rule: &'a Rule) -> Self {
        Gates {
            rule,
            excluded: PrefixTable::new(rule.excluded_destinations()),
            c2_ports: Ports::new(rule.c2_ports()),
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

    /// Whether one connection, on whatever port, is too little for both gates that count.
    pub fn fail_singles(&self) -> bool {
        let gates = self.rule.gates();
        let least = gates.min_connections_c2_port.unwrap_or(u64::MAX).min(gates.min_connections);
        least > 1 && gates.min_hours > 1
    }

    /// Which gates a pair with these counts fails.
    pub fn failed(&self, key: PairKey, book: &AddressInterner, counts: Counts) -> Failed {
        let mut failed = Failed::default();
        failed.add(Gate::ExcludedDestination, self.excludes(key.destination(), book));
        failed.add(Gate::MinConnections, counts.connections < self.min_connections(key.destination_port()));
        failed.add(Gate::MinHours, counts.hours < self.rule.gates().min_hours);
        failed
    }

    /// As [`Rule::min_connections_on`], quicker.
    #[inline(always)]
    pub fn min_connections(&self, port: u16) -> u64 {
        match self.rule.gates().min_connections_c2_port {
            Some(least) if self.c2_ports.contains(port) => least,
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
                Threshold::NoneOf(self.rule.excluded_destinations().iter().map(network_text).collect())
            }
            Gate::MinConnections => Threshold::AtLeast(self.rule.gates().min_connections),
            Gate::MinHours => Threshold::AtLeast(self.rule.gates().min_hours),
        }
    }

    /// The least changes with which a pair would pass each gate it failed.
    pub fn changes(&self, pair: &Pair, counts: Counts, failed: Failed) -> Vec<String> {
        let change = |gate| match gate {
            Gate::ExcludedDestination => {
                let network = self.excluding(pair).map(network_text).unwrap_or_default();
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

    /// What each gate says of a pair, in words.
    pub fn explain(&self, pair: &Pair, counts: Counts, failed: Failed) -> Vec<GateResult> {
        Gate::ALL.into_iter().map(|gate| self.result(gate, pair, counts, !failed.contains(gate))).collect()
    }

    fn result(&self, gate: Gate, pair: &Pair, counts: Counts, passed: bool) -> GateResult {
        let (value, reason) = match gate {
            Gate::ExcludedDestination => {
                let destination = address_text(pair.destination);
                let reason = match self.excluding(pair) {
                    Some(network) => {
                        format!("{destination} is in the excluded network {}", network_text(network))
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
