//! Pairs, their connections, and addresses in compact form.

use std::cmp::Ordering;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use crate::model::error::{Error, ErrorKind, quoted};
use crate::model::hash::{Mixing, WordTable, words};
use crate::model::time::Timestamp;

/// What is scored: a source, a destination and a port.
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
    /// A pair. IPv4-mapped IPv6 addresses become IPv4 addresses.
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
        write!(f, "{} -> {}", self.source, SocketAddr::new(self.destination, self.port))
    }
}

/// One connection of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Connection {
    /// When it started.
    pub start: Timestamp,
    /// Bytes that the source sent; 0 where they are unknown.
    pub bytes_sent: u64,
    /// Bytes that the source received; 0 where they are unknown.
    pub bytes_received: u64,
}

impl Connection {
    /// A connection with its start and the bytes in both directions.
    pub fn new(start: Timestamp, bytes_sent: u64, bytes_received: u64) -> Self {
        Connection { start, bytes_sent, bytes_received }
    }
}

fn parse_address(text: &str) -> Result<IpAddr, Error> {
    IpAddr::from_str(text.trim()).map_err(|_| {
        Error::new(ErrorKind::Address, format!("found {}, expected an IPv4 or IPv6 address", quoted(text)))
            .with_hint("host names are not looked up; give the address as it stands in the flows")
    })
}

/// An address in five bytes: an IPv4 address, or the number of an IPv6 address in the [`AddressInterner`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Address {
    V4(u32),
    V6(u32),
}

impl Address {
    /// 0.0.0.0, which reports show for an unknown machine.
    pub const UNSPECIFIED: Address = Address::V4(0);

    /// Bits of [`word`](Address::word) that are used.
    pub const WORD_BITS: u32 = 33;

    /// The address packed in a word.
    pub fn word(self) -> u64 {
        match self {
            Address::V4(bits) => u64::from(bits),
            Address::V6(number) => 1 << 32 | u64::from(number),
        }
    }

    /// The address that [`word`](Address::word) packed.
    pub fn from_word(word: u64) -> Address {
        if word >> 32 == 0 { Address::V4(word as u32) } else { Address::V6(word as u32) }
    }
}

/// Stores each IPv6 address once and gives it a number, so that a pair's key stays small.
#[derive(Debug)]
pub(crate) struct AddressInterner {
    /// The most addresses that are stored.
    max: usize,
    addresses: Vec<Ipv6Addr>,
    numbers: WordTable,
}

impl Default for AddressInterner {
    fn default() -> Self {
        AddressInterner::new(0, usize::MAX)
    }
}

impl AddressInterner {
    /// An interner of at most `max_bytes`, with a secret seed for its hashes.
    pub fn new(seed: u64, max_bytes: usize) -> Self {
        let numbers = WordTable::with_hasher(Mixing(seed));
        AddressInterner { max: max_bytes / Self::BYTES, addresses: Vec::new(), numbers }
    }

    /// Approximate memory of an address: in the list, in the table, and free space in both.
    const BYTES: usize = 80;

    /// Approximate bytes of memory in use.
    pub fn bytes(&self) -> usize {
        self.addresses.len() * Self::BYTES
    }

    /// The compact form of an address, which is stored if it is new. IPv4-mapped addresses become the IPv4 address.
    /// None if the interner is full.
    pub fn intern(&mut self, address: IpAddr) -> Option<Address> {
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

    /// The compact form of an address; none if an IPv6 address was never stored.
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

    /// Compares numerically, IPv4 before IPv6.
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
