//! Sets of networks, made ready for fast look-ups.

use std::net::IpAddr;

use ipnet::IpNet;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// A network of a rule document: CIDR, or an address alone.
struct Network(IpNet);

impl<'de> Deserialize<'de> for Network {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let network = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        network.map(Network).map_err(|_| {
            D::Error::custom(format!(
                "found {text:?}, expected a network such as \"10.0.0.0/8\" or an address"
            ))
        })
    }
}

/// Reads the networks of a rule document.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNet>, D::Error> {
    let networks = Vec::<Network>::deserialize(deserializer)?;
    Ok(networks.into_iter().map(|network| network.0).collect())
}

/// Networks of canonical addresses, as sorted ranges that do not overlap: a look-up is one binary search.
#[derive(Debug, Default)]
pub(crate) struct Networks {
    v4: Vec<(u32, u32)>,
    v6: Vec<(u128, u128)>,
}

impl Networks {
    pub fn new<'a>(networks: impl IntoIterator<Item = &'a IpNet>) -> Self {
        let mut set = Networks::default();
        for network in networks {
            match (network.network(), network.broadcast()) {
                (IpAddr::V4(first), IpAddr::V4(last)) => set.v4.push((first.to_bits(), last.to_bits())),
                (IpAddr::V6(first), IpAddr::V6(last)) => {
                    match (first.to_ipv4_mapped(), last.to_ipv4_mapped()) {
                        // A network of mapped addresses only is an IPv4 network, as those are IPv4 addresses.
                        (Some(first), Some(last)) => set.v4.push((first.to_bits(), last.to_bits())),
                        _ => set.v6.push((first.to_bits(), last.to_bits())),
                    }
                }
                _ => {}
            }
        }
        set.v4 = joined(set.v4);
        set.v6 = joined(set.v6);
        set
    }

    pub fn contains(&self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(v4) => self.contains_v4(v4.to_bits()),
            IpAddr::V6(v6) => contains(&self.v6, v6.to_bits()),
        }
    }

    #[inline(always)]
    pub fn contains_v4(&self, bits: u32) -> bool {
        contains(&self.v4, bits)
    }
}

fn joined<T: Ord + Copy>(mut ranges: Vec<(T, T)>) -> Vec<(T, T)> {
    ranges.sort_unstable();
    let mut out: Vec<(T, T)> = Vec::with_capacity(ranges.len());
    for (first, last) in ranges {
        match out.last_mut() {
            Some(before) if first <= before.1 => before.1 = before.1.max(last),
            _ => out.push((first, last)),
        }
    }
    out
}

fn contains<T: Ord + Copy>(ranges: &[(T, T)], address: T) -> bool {
    let after = ranges.partition_point(|range| range.0 <= address);
    after > 0 && ranges.get(after - 1).is_some_and(|range| address <= range.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn networks(texts: &[&str]) -> Networks {
        let nets: Vec<IpNet> = texts.iter().filter_map(|t| t.parse().ok()).collect();
        assert_eq!(nets.len(), texts.len());
        Networks::new(&nets)
    }

    fn has(set: &Networks, text: &str) -> bool {
        text.parse::<IpAddr>().is_ok_and(|address| set.contains(address.to_canonical()))
    }

    #[test]
    fn holds_the_network_and_not_its_neighbours() {
        let set = networks(&["172.16.0.0/12", "::1/128", "2001:db8::/33"]);
        for inside in ["172.16.0.0", "172.31.255.255", "::1", "2001:db8::", "2001:db8:7fff:ffff::"] {
            assert!(has(&set, inside), "{inside}");
        }
        for outside in ["172.15.255.255", "172.32.0.0", "::", "::2", "2001:db8:8000::", "0.0.0.1"] {
            assert!(!has(&set, outside), "{outside}");
        }
    }

    #[test]
    fn mapped_networks_and_overlaps_are_joined() {
        let set = networks(&["::ffff:198.51.100.0/120", "198.51.100.0/25", "198.51.100.7/32"]);
        assert!(has(&set, "198.51.100.255"));
        assert!(has(&set, "::ffff:198.51.100.1"));
        assert!(!has(&set, "198.51.101.0"));
        assert_eq!(set.v4.len(), 1);
        assert!(has(&networks(&["::/80"]), "::5"));
        assert!(!has(&networks(&["::/80"]), "::ffff:192.0.2.1"));
    }

    #[test]
    fn everything_and_nothing() {
        assert!(has(&networks(&["0.0.0.0/0"]), "255.255.255.255"));
        assert!(!has(&networks(&["0.0.0.0/0"]), "::1"));
        assert!(!has(&networks(&[]), "10.0.0.1"));
    }
}
