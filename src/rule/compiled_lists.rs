//! The lists of a rule, prepared for look-ups.

use std::net::IpAddr;

use serde::Serialize;

use super::definition::Rule;
use super::list_entry::Subject;
use super::lists::{AppliesTo, ListEntries, ReferenceSet};
use super::prefix_table::PrefixTable;
use super::sorted_index::SortedIndex;
use crate::model::destination::Destination;

/// The reference sets and threat lists of a rule, prepared for look-ups. A look-up takes as long in a list of
/// 100,000 entries as in one of ten. To be prepared once per rule.
///
/// ```
/// use beaconlens::{CompiledLists, Destination, Rule, rule::PairSide};
///
/// let rule = Rule::from_json(r#"{"reference_sets": [
///     {"name": "irc", "applies_to": "destination", "ports": [6667], "entries": ["198.51.100.0/24"]}]}"#)?;
/// let compiled = CompiledLists::new(&rule);
/// let (source, destination) = ("10.0.0.5".parse()?, Destination::Address("198.51.100.7".parse()?));
/// let hit = compiled.suppressed_by(source, Some(&destination), Some(6667)).unwrap();
/// assert_eq!((hit.set, hit.side), (0, PairSide::Destination));
/// assert_eq!(rule.reference_sets()[hit.set].entries()[hit.entry].to_string(), "198.51.100.0/24");
/// assert!(compiled.suppressed_by(source, Some(&destination), Some(443)).is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
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

    /// The first reference set that contains a source or where it connects to, as for
    /// [`sets_with`](CompiledLists::sets_with).
    pub fn suppressed_by(
        &self,
        source: IpAddr,
        destination: Option<&Destination>,
        port: Option<u16>,
    ) -> Option<SetHit> {
        self.sets_with(source, destination, port).next()
    }

    /// All reference sets that contain a source or where it connects to, in the order of the rule.
    ///
    /// `source` is canonical, as [`Pair::new`](crate::Pair::new) makes it. Without a single `destination`, only
    /// the source can be in a set. Without a single `port`, a set for some ports contains host names only, as the
    /// ports on which a name is used are not known.
    pub fn sets_with(
        &self,
        source: IpAddr,
        destination: Option<&Destination>,
        port: Option<u16>,
    ) -> impl Iterator<Item = SetHit> {
        self.sets.iter().enumerate().filter_map(move |(number, set)| {
            let hit = |side, entry| SetHit { set: number, side, entry };
            let is_on_port = set.ports.is_empty() || port.is_some_and(|port| set.ports.contains(&port));
            let of_source = || {
                let entry = set.table.address(source, None).filter(|_| is_on_port)?;
                Some(hit(PairSide::Source, entry))
            };
            let of_destination = || {
                let destination = destination?;
                let is_name_on_any_port = port.is_none() && matches!(destination, Destination::Name(_));
                let entry =
                    set.table.find(destination, None).filter(|_| is_on_port || is_name_on_any_port)?;
                Some(hit(PairSide::Destination, entry))
            };
            match set.applies_to {
                AppliesTo::Source => of_source(),
                AppliesTo::Destination => of_destination(),
                AppliesTo::Either => of_source().or_else(of_destination),
            }
        })
    }

    /// The first threat list that names a destination, on any port or on that one.
    pub fn threat(&self, destination: &Destination, port: Option<u16>) -> Option<ThreatHit> {
        self.threats_with(destination, port).next()
    }

    /// All threat lists that name a destination, in the order of the rule.
    pub fn threats_with(
        &self,
        destination: &Destination,
        port: Option<u16>,
    ) -> impl Iterator<Item = ThreatHit> {
        self.threats.iter().enumerate().filter_map(move |(list, table)| {
            let entry = table.find(destination, port)?;
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

    /// The entry that contains a destination, on any port or on that one.
    fn find(&self, destination: &Destination, port: Option<u16>) -> Option<usize> {
        match destination {
            Destination::Address(address) => self.address(*address, port),
            Destination::Name(name) => self.host(name, port),
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
