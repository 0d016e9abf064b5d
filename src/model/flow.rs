//! What one record is, and the pair it belongs to.

use std::cmp::Ordering;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use crate::model::error::{Error, ErrorKind, quoted};
use crate::model::hash::{Mixing, WordTable, words};
use crate::text::numerals::{address_text, endpoint_text};

/// The key that is scored: who calls, whom, and on which port.
///
/// Pairs are ordered by source, destination, port: numerically, IPv4 before IPv6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pair {
    /// The address that opened the connections.
    pub source: IpAddr,
    /// The address they went to.
    pub destination: IpAddr,
    /// The port they went to; 0 where the record has none (ICMP, IGMP).
    pub port: u16,
}

impl Pair {
    /// The pair of these three. IPv4-mapped IPv6 addresses become the IPv4 address.
    pub fn new(source: IpAddr, destination: IpAddr, port: u16) -> Self {
        Pair { source: source.to_canonical(), destination: destination.to_canonical(), port }
    }

    /// The pair of two addresses in text form.
    ///
    /// ```
    /// let pair = beaconlens::Pair::parse("10.0.0.5", "::ffff:203.0.113.9", 443)?;
    /// assert_eq!(pair.to_string(), "10.0.0.5 -> 203.0.113.9:443");
    /// # Ok::<(), beaconlens::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Address`] if a text is not an address.
    pub fn parse(source: &str, destination: &str, port: u16) -> Result<Self, Error> {
        Ok(Pair::new(parse_address(source)?, parse_address(destination)?, port))
    }
}

impl std::fmt::Display for Pair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&address_text(self.source))?;
        f.write_str(" -> ")?;
        f.write_str(&endpoint_text(self.destination, self.port))
    }
}

/// One connection of a pair, as its record told it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Connection {
    /// Start, in UTC microseconds since 1970.
    pub start: i64,
    /// Bytes the source sent; 0 where the record does not tell.
    pub bytes_sent: u64,
    /// Bytes the source received; 0 where the record does not tell.
    pub bytes_received: u64,
}

fn parse_address(text: &str) -> Result<IpAddr, Error> {
    IpAddr::from_str(text.trim()).map_err(|_| {
        Error::new(ErrorKind::Address, format!("found {}, expected an IPv4 or IPv6 address", quoted(text)))
            .with_hint("host names are not looked up; give the address as it stands in the flows")
    })
}

/// An address as the engine carries it: four bytes, or a number in the [`AddressBook`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Address {
    V4(u32),
    V6(u32),
}

/// The IPv6 addresses seen, each kept once, so that a pair's key stays small.
#[derive(Debug)]
pub(crate) struct AddressBook {
    /// The most addresses that are entered.
    max: usize,
    addresses: Vec<Ipv6Addr>,
    numbers: WordTable,
}

impl Default for AddressBook {
    fn default() -> Self {
        AddressBook::new(0, usize::MAX)
    }
}

impl AddressBook {
    /// A book of at most that many bytes, with a secret seed.
    pub fn new(seed: u64, max_bytes: usize) -> Self {
        let numbers = WordTable::with_hasher(Mixing(seed));
        AddressBook { max: max_bytes / Self::BYTES, addresses: Vec::new(), numbers }
    }

    /// What an address costs, about: in the list, in the table, and room in both.
    const BYTES: usize = 80;

    /// Bytes of memory in use, about.
    pub fn bytes(&self) -> usize {
        self.addresses.len() * Self::BYTES
    }

    /// The carried form of an address; IPv4-mapped addresses are the IPv4 address. None if the book is full.
    pub fn enter(&mut self, address: IpAddr) -> Option<Address> {
        let v6 = match address.to_canonical() {
            IpAddr::V4(v4) => return Some(Address::V4(v4.to_bits())),
            IpAddr::V6(v6) => v6,
        };
        let key = words(v6.into(), 0);
        if let Some(&number) = self.numbers.get(&key) {
            return Some(Address::V6(number as u32));
        }
        let number = self.addresses.len();
        if number >= self.max {
            return None;
        }
        self.addresses.push(v6);
        self.numbers.insert(key, number as u64);
        Some(Address::V6(number as u32))
    }

    /// The carried form of an address that may never have been seen.
    pub fn find(&self, address: IpAddr) -> Option<Address> {
        match address.to_canonical() {
            IpAddr::V4(v4) => Some(Address::V4(v4.to_bits())),
            v6 @ IpAddr::V6(_) => self.numbers.get(&words(v6, 0)).map(|number| Address::V6(*number as u32)),
        }
    }

    /// The bits of an address, folded to a word.
    pub fn bits(&self, address: Address) -> u64 {
        match self.address(address) {
            IpAddr::V4(v4) => u64::from(v4.to_bits()),
            IpAddr::V6(v6) => (v6.to_bits() >> 64) as u64 ^ v6.to_bits() as u64,
        }
    }

    /// The order of addresses.
    pub fn compare(&self, a: Address, b: Address) -> Ordering {
        match (a, b) {
            (Address::V4(a), Address::V4(b)) => a.cmp(&b),
            _ => self.address(a).cmp(&self.address(b)),
        }
    }

    /// The address itself.
    pub fn address(&self, address: Address) -> IpAddr {
        match address {
            Address::V4(bits) => IpAddr::V4(bits.into()),
            Address::V6(number) => {
                IpAddr::V6(self.addresses.get(number as usize).copied().unwrap_or(Ipv6Addr::UNSPECIFIED))
            }
        }
    }
}
