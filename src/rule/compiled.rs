//! The lists of a rule, made ready for look-ups.

use std::net::IpAddr;

use super::Rule;
use super::entry::Subject;
use super::index::Index;
use super::lists::{AppliesTo, Entries};
use super::networks::Networks;

/// The reference sets and threat lists of a rule, made ready: a look-up takes as long in a list of 100,000
/// entries as in one of ten. To be made once for each rule.
///
/// ```
/// use beaconlens::{Compiled, Rule, Side};
///
/// let rule = Rule::from_json(r#"{"reference_sets": [
///     {"name": "irc", "applies_to": "destination", "ports": [6667], "entries": ["198.51.100.0/24"]}]}"#)?;
/// let compiled = Compiled::new(&rule);
/// let (source, destination) = ("10.0.0.5".parse()?, "198.51.100.7".parse()?);
/// let hit = compiled.suppressed_by(source, destination, 6667, None).unwrap();
/// assert_eq!((hit.set, hit.side), (0, Side::Destination));
/// assert_eq!(rule.reference_sets[hit.set].entries[hit.entry].to_string(), "198.51.100.0/24");
/// assert!(compiled.suppressed_by(source, destination, 443, None).is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct Compiled {
    sets: Vec<Set>,
    threats: Vec<Table>,
}

/// The end of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Who calls.
    Source,
    /// Who is called.
    Destination,
}

/// A reference set that holds a pair, by positions in the rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SetHit {
    /// Which of the rule's reference sets.
    pub set: usize,
    /// The end that is in it.
    pub side: Side,
    /// Its most specific entry that holds that end.
    pub entry: usize,
}

/// A threat list that names a pair's destination, by positions in the rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThreatHit {
    /// Which of the rule's threat lists.
    pub list: usize,
    /// Its most specific entry that names the destination.
    pub entry: usize,
}

#[derive(Debug)]
struct Set {
    applies_to: AppliesTo,
    ports: Vec<u16>,
    table: Table,
}

impl Compiled {
    /// Whether there is no reference set.
    pub(crate) fn suppresses_nothing(&self) -> bool {
        self.sets.is_empty()
    }

    /// Whether there is no threat list.
    pub(crate) fn threatens_nothing(&self) -> bool {
        self.threats.is_empty()
    }

    /// The lists of that rule.
    pub fn new(rule: &Rule) -> Self {
        let set = |set: &super::ReferenceSet| Set {
            applies_to: set.applies_to,
            ports: set.ports.clone(),
            table: Table::new(&set.entries),
        };
        Compiled {
            sets: rule.reference_sets.iter().map(set).collect(),
            threats: rule.threat_lists.iter().map(|list| Table::new(&list.entries)).collect(),
        }
    }

    /// The first reference set that holds a pair. Addresses are canonical, as [`Pair::new`](crate::Pair::new)
    /// makes them; `host` is the destination's name, where the flows tell one.
    pub fn suppressed_by(
        &self,
        source: IpAddr,
        destination: IpAddr,
        port: u16,
        host: Option<&str>,
    ) -> Option<SetHit> {
        self.sets_with(source, destination, port, host).next()
    }

    /// All reference sets that hold a pair, in the order of the rule.
    pub fn sets_with(
        &self,
        source: IpAddr,
        destination: IpAddr,
        port: u16,
        host: Option<&str>,
    ) -> impl Iterator<Item = SetHit> {
        self.sets.iter().enumerate().filter_map(move |(number, set)| {
            if !set.ports.is_empty() && !set.ports.contains(&port) {
                return None;
            }
            let hit = |side, entry| SetHit { set: number, side, entry };
            let of_destination = || {
                let entry = set.table.address(destination, None).or_else(|| set.table.host(host?, None));
                entry.map(|entry| hit(Side::Destination, entry))
            };
            let of_source = || set.table.address(source, None).map(|entry| hit(Side::Source, entry));
            match set.applies_to {
                AppliesTo::Source => of_source(),
                AppliesTo::Destination => of_destination(),
                AppliesTo::Either => of_source().or_else(of_destination),
            }
        })
    }

    /// The first threat list that names a destination, by address and port or by host name.
    pub fn threat(&self, destination: IpAddr, port: u16, host: Option<&str>) -> Option<ThreatHit> {
        self.threats_with(destination, port, host).next()
    }

    /// All threat lists that name a destination, in the order of the rule.
    pub fn threats_with(
        &self,
        destination: IpAddr,
        port: u16,
        host: Option<&str>,
    ) -> impl Iterator<Item = ThreatHit> {
        self.threats.iter().enumerate().filter_map(move |(list, table)| {
            let entry = table.address(destination, Some(port)).or_else(|| table.host(host?, Some(port)))?;
            Some(ThreatHit { list, entry })
        })
    }
}

/// One list, by address and by name.
#[derive(Debug)]
struct Table {
    entries: Entries,
    networks: Networks,
    /// The entries of each network and port.
    of_network: Index,
    /// The entries of each name, by its hash.
    of_name: Index,
}

/// The port of an entry that is about all.
const ANY_PORT: u32 = 1 << 16;

impl Table {
    fn new(entries: &Entries) -> Self {
        let (mut of_network, mut of_name) = (Index::default(), Index::default());
        let (mut subjects, mut ports) = (Vec::new(), Vec::new());
        for (entry, at) in entries.iter().zip(0_u64..) {
            match entry.subject() {
                Subject::Network(network) => {
                    subjects.push(*network);
                    ports.push((entry.port(), at));
                }
                Subject::Host(name) => of_name.push((hash(name), at)),
            }
        }
        let networks = Networks::new(&subjects);
        // By number, which leaves little to sort.
        for (number, position) in networks.numbers() {
            if let Some((port, at)) = ports.get(*position as usize) {
                of_network.push((network_key(*number, *port), *at));
            }
        }
        of_network.sort();
        of_name.sort();
        Table { entries: entries.clone(), networks, of_network, of_name }
    }

    /// The entry that holds an address: of the most specific network, and there the one with that port
    /// before the one with none.
    fn address(&self, address: IpAddr, port: Option<u16>) -> Option<usize> {
        self.networks.holding(address).find_map(|network| {
            let entry = |port| self.of_network.values(network_key(network, port)).next();
            port.and_then(|port| entry(Some(port))).or_else(|| entry(None)).map(|at| at as usize)
        })
    }

    /// The entry that names a host: the name itself before its parents' subdomains, the nearest parent
    /// first; and there the one with that port before the one with none.
    fn host(&self, host: &str, port: Option<u16>) -> Option<usize> {
        let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
        let whole = std::iter::once(host.as_str());
        let parents = host.match_indices('.').filter_map(|(at, _)| host.get(at..));
        whole.chain(parents).find_map(|name| {
            let entry =
                |port: Option<u16>| self.of_name.values(hash(name)).find(|at| self.is(*at, name, port));
            port.and_then(|port| entry(Some(port))).or_else(|| entry(None)).map(|at| at as usize)
        })
    }

    fn is(&self, at: u64, name: &str, port: Option<u16>) -> bool {
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
