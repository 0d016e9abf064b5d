//! Where connections go.

use std::net::IpAddr;

/// Where a connection goes: to an address, or to a host of which only the name is known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Destination {
    /// An address, in canonical form.
    Address(IpAddr),
    /// A host name.
    Name(Box<str>),
}

impl From<IpAddr> for Destination {
    /// IPv4-mapped IPv6 addresses become the IPv4 address.
    fn from(address: IpAddr) -> Self {
        Destination::Address(address.to_canonical())
    }
}

impl From<&str> for Destination {
    fn from(name: &str) -> Self {
        Destination::Name(name.into())
    }
}
