//! The lists of a rule, prepared for look-ups.

use std::net::IpAddr;

use serde::Serialize;

use super::definition::Rule;
use super::list_entry::Subject;
use super::lists::{AppliesTo, ListEntries, ReferenceSet};
use super::prefix_table::PrefixTable;
use super::sorted_index::SortedIndex;
use crate::model::flow::Pair;

/// The reference sets and threat lists of a rule, prepared for look-ups. A look-up takes as long in a list of
/// 100,000 entries as in one of ten. To be prepared once per rule.
///
/// ```
/// use beaconlens::{CompiledLists, Pair, Rule, rule::PairSide};
///
/// let rule = Rule::from_json(r#"{"reference_sets": [
///     {"name": "irc", "applies_to": "destination", "ports": [6667], "entries": ["198.51.100.0/24"]}]}"#)?;
/// let compiled = CompiledLists::new(&rule);
/// let hit = compiled.suppressed_by(&Pair::parse("10.0.0.5", "198.51.100.7", 6667)?, None).unwrap();
/// assert_eq!((hit.set, hit.side), (0, PairSide::Destination));
/// assert_eq!(rule.reference_sets()[hit.set].entries()[hit.entry].to_string(), "198.51.100.0/24");
/// assert!(compiled.suppressed_by(&Pair::parse("10.0.0.5", "198.51.100.7", 443)?, None).is_none());
/// # Ok::<(), beaconlens::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct CompiledLists {
    sets: Vec<Set>,
    threats: Vec<Table>,
}

/// One end of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PairSide {
    /// The source.
    Source,
    /// The destination.
    Destination,
}

/// A reference set that contains a pair, by positions in the rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct SetHit {
    /// Position of the set in the rule.
    pub set: usize,
    /// The end of the pair that is in the set.
    pub side: PairSide,
    /// Position in the set of the most specific entry that contains that end.
    pub entry: usize,
}

/// A threat list that names a pair's destination, by positions in the rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ThreatHit {
    /// Position of the list in the rule.
    pub list: usize,
    /// Position in the list of the most specific entry that names the destination.
    pub entry: usize,
}

#[derive(Debug)]
struct Set {
    applies_to: AppliesTo,
    ports: Vec<u16>,
    table: Table,
}

impl CompiledLists {
    pub(crate) fn has_reference_sets(&self) -> bool {
        !self.sets.is_empty()
    }

    pub(crate) fn has_threat_lists(&self) -> bool {
        !self.threats.is_empty()
    }

    /// Prepares the lists of a rule.
    pub fn new(rule: &Rule) -> Self {
        let set = |set: &ReferenceSet| Set {
            applies_to: set.applies_to(),
            ports: set.ports().to_vec(),
            table: Table::new(set.entries()),
        };
        CompiledLists {
            sets: rule.reference_sets().iter().map(set).collect(),
            threats: rule.threat_lists().iter().map(|list| Table::new(list.entries())).collect(),
        }
    }

    /// The first reference set that contains a pair. `host` is the destination's name, where it is known.
    pub fn suppressed_by(&self, pair: &Pair, host: Option<&str>) -> Option<SetHit> {
        self.sets_with(pair, host).next()
    }

    /// All reference sets that contain a pair, in the order of the rule.
    pub fn sets_with(&self, pair: &Pair, host: Option<&str>) -> impl Iterator<Item = SetHit> {
        self.sets.iter().enumerate().filter_map(move |(number, set)| {
            if !set.ports.is_empty() && !set.ports.contains(&pair.port) {
                return None;
            }
            let hit = |side, entry| SetHit { set: number, side, entry };
            let of_destination = || {
                let entry = set.table.address(pair.destination, None);
                let entry = entry.or_else(|| set.table.host(host?, None));
                entry.map(|entry| hit(PairSide::Destination, entry))
            };
            let of_source = || set.table.address(pair.source, None).map(|entry| hit(PairSide::Source, entry));
            match set.applies_to {
                AppliesTo::Source => of_source(),
                AppliesTo::Destination => of_destination(),
                AppliesTo::Either => of_source().or_else(of_destination),
            }
        })
    }

    /// The first threat list that names the destination of a pair, by address and port or by host name.
    pub fn threat(&self, pair: &Pair, host: Option<&str>) -> Option<ThreatHit> {
        self.threats_with(pair, host).next()
    }

    /// All threat lists that name the destination of a pair, in the order of the rule.
    pub fn threats_with(&self, pair: &Pair, host: Option<&str>) -> impl Iterator<Item = ThreatHit> {
        let port = Some(pair.port);
        self.threats.iter().enumerate().filter_map(move |(list, table)| {
            let entry = table.address(pair.destination, port).or_else(|| table.host(host?, port))?;
            Some(ThreatHit { list, entry })
        })
    }
}

/// One list, by address and by name.
#[derive(Debug)]
struct Table {
    entries: ListEntries,
    networks: PrefixTable,
    /// The entries by network and port.
    by_network: SortedIndex,
    /// The entries by hash of the name.
    by_name: SortedIndex,
}

/// Stands for the port of an entry that is about all ports.
const ANY_PORT: u32 = 1 << 16;

impl Table {
    fn new(entries: &ListEntries) -> Self {
        let (mut by_network, mut by_name) = (Vec::new(), Vec::new());
        let (mut subjects, mut ports) = (Vec::new(), Vec::new());
        for (entry, at) in entries.iter().zip(0_u64..) {
            match entry.subject() {
                Subject::Network(network) => {
                    subjects.push(*network);
                    ports.push((entry.port(), at));
                }
                Subject::Host(name) => by_name.push((hash(name), at)),
            }
        }
        let networks = PrefixTable::new(&subjects);
        for (number, position) in networks.numbers() {
            if let Some((port, at)) = ports.get(*position as usize) {
                by_network.push((network_key(*number, *port), *at));
            }
        }
        Table {
            entries: entries.clone(),
            networks,
            by_network: SortedIndex::new(by_network),
            by_name: SortedIndex::new(by_name),
        }
    }

    /// The entry that contains an address: the one of the most specific network, and of two for that network the
    /// one with the port.
    fn address(&self, address: IpAddr, port: Option<u16>) -> Option<usize> {
        self.networks.matches(address).find_map(|network| {
            let entry = |port| self.by_network.values(network_key(network, port)).next();
            port.and_then(|port| entry(Some(port))).or_else(|| entry(None)).map(|at| at as usize)
        })
    }

    /// The entry that names a host: the name itself before the subdomains of its parents, the nearest parent
    /// first; and of two for that name the one with the port.
    fn host(&self, host: &str, port: Option<u16>) -> Option<usize> {
        let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
        let whole = std::iter::once(host.as_str());
        let parents = host.match_indices('.').filter_map(|(at, _)| host.get(at..));
        whole.chain(parents).find_map(|name| {
            let entry =
                |port: Option<u16>| self.by_name.values(hash(name)).find(|at| self.has_name(*at, name, port));
            port.and_then(|port| entry(Some(port))).or_else(|| entry(None)).map(|at| at as usize)
        })
    }

    /// Whether the entry at a position has that name and port; hashes of names can be equal.
    fn has_name(&self, at: u64, name: &str, port: Option<u16>) -> bool {
        self.entries.get(at as usize).is_some_and(|entry| {
            entry.port() == port && matches!(entry.subject(), Subject::Host(host) if **host == *name)
        })
    }
}

fn network_key(network: u32, port: Option<u16>) -> u128 {
    u128::from(network) << 32 | u128::from(port.map_or(ANY_PORT, u32::from))
}

/// FNV-1a, 64 bits (Fowler, Noll, Vo; RFC 9923).
fn hash(name: &str) -> u128 {
    name.bytes()
        .fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
        })
        .into()
}
