//! Pairs and flows in the compact form of the pair table.

use crate::model::flow::Address;

/// A pair's key in 12 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct PairKey {
    /// Source in the high half, destination in the low half: the bits of an IPv4 address, or the number of an IPv6
    /// address in the interner.
    pub addresses: u64,
    /// The port, and above it one bit each for an IPv6 source and an IPv6 destination.
    pub port: u32,
}

const SOURCE_V6: u32 = 1 << 16;
const DESTINATION_V6: u32 = 1 << 17;

impl PairKey {
    #[inline(always)]
    pub fn new(source: Address, destination: Address, port: u16) -> Self {
        let (source, source_v6) = match source {
            Address::V4(bits) => (bits, 0),
            Address::V6(number) => (number, SOURCE_V6),
        };
        let (destination, destination_v6) = match destination {
            Address::V4(bits) => (bits, 0),
            Address::V6(number) => (number, DESTINATION_V6),
        };
        PairKey {
            addresses: u64::from(source) << 32 | u64::from(destination),
            port: u32::from(port) | source_v6 | destination_v6,
        }
    }

    pub fn source(self) -> Address {
        let bits = (self.addresses >> 32) as u32;
        if self.port & SOURCE_V6 == 0 { Address::V4(bits) } else { Address::V6(bits) }
    }

    pub fn destination(self) -> Address {
        let bits = self.addresses as u32;
        if self.port & DESTINATION_V6 == 0 { Address::V4(bits) } else { Address::V6(bits) }
    }

    pub fn destination_port(self) -> u16 {
        self.port as u16
    }
}

/// A flow and its pair.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct FlowRow {
    pub key: PairKey,
    /// UTC microseconds.
    pub start: i64,
    pub bytes_sent: u64,
    pub bytes_received: u64,
}
