//! Networks: their text, their canonical form, and which one contains an address.

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net};

use crate::model::error::Error;
use crate::text::json::JsonNode;

/// Reads the networks of a rule document.
pub(crate) fn read(node: JsonNode<'_>) -> Result<Vec<IpNet>, Error> {
    node.list(|_, network| network.text("a network such as \"10.0.0.0/8\" or an address", parse))
}

/// A network from CIDR notation or from an address.
pub(crate) fn parse(text: &str) -> Option<IpNet> {
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) if prefix.bytes().all(|byte| byte.is_ascii_digit()) => {
            (address, Some(prefix))
        }
        Some(_) => return None,
        None => (text, None),
    };
    let address: IpAddr = address.parse().ok()?;
    match prefix {
        Some(prefix) => IpNet::new(address, prefix.parse().ok()?).ok(),
        None => Some(address.into()),
    }
}

/// The network without bits after the prefix. A network of IPv4-mapped addresses becomes the IPv4 network, as
/// those addresses become IPv4 addresses.
pub(crate) fn canonical(network: &IpNet) -> IpNet {
    let network = network.trunc();
    if let IpNet::V6(v6) = network
        && let (Some(mapped), Some(bits)) = (v6.network().to_ipv4_mapped(), v6.prefix_len().checked_sub(96))
        && let Ok(v4) = Ipv4Net::new(mapped, bits)
    {
        return IpNet::V4(v4);
    }
    network
}

/// The first of some networks that contains a canonical address.
pub(crate) fn first_containing(networks: &[IpNet], address: IpAddr) -> Option<&IpNet> {
    networks.iter().find(|network| {
        let network = canonical(network);
        IpNet::new(address, network.prefix_len()).is_ok_and(|around| around.trunc() == network)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nets(texts: &[&str]) -> Vec<IpNet> {
        let nets: Vec<IpNet> = texts.iter().filter_map(|t| t.parse().ok()).collect();
        assert_eq!(nets.len(), texts.len());
        nets
    }

    #[test]
    fn the_first_that_contains_an_address_is_found() {
        let networks =
            nets(&["::/80", "::ffff:198.51.100.0/120", "198.51.100.0/25", "2001:db8::1/32", "0.0.0.0/0"]);
        let first = |text: &str| {
            let address: IpAddr = text.parse().ok()?;
            let found = first_containing(&networks, address.to_canonical())?;
            networks.iter().position(|network| network == found)
        };
        assert_eq!(first("198.51.100.7"), Some(1));
        assert_eq!(first("::ffff:198.51.100.7"), Some(1));
        assert_eq!(first("2001:db8:ffff::"), Some(3), "bits after the prefix do not count");
        assert_eq!(first("::ffff:192.0.2.1"), Some(4), "a mapped address is an IPv4 address");
        assert_eq!(first("::5"), Some(0));
        assert_eq!(first("2001:db9::"), None);
    }
}
