//! Values as bytes and back, for what passes between detectors of one version: fixed lengths, little-endian.

use std::net::{IpAddr, Ipv6Addr};

/// Values on their way to bytes.
#[derive(Debug, Default)]
pub(crate) struct Writer(pub Vec<u8>);

impl Writer {
    pub fn number(&mut self, value: u64) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    pub fn fraction(&mut self, value: f64) {
        self.number(value.to_bits());
    }

    pub fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.0.extend_from_slice(text.as_bytes());
    }

    /// IPv4 addresses as the mapped IPv6 address, which no other address is.
    pub fn address(&mut self, address: IpAddr) {
        let v6 = match address {
            IpAddr::V4(v4) => v4.to_ipv6_mapped(),
            IpAddr::V6(v6) => v6,
        };
        self.0.extend_from_slice(&v6.octets());
    }
}

/// Bytes on their way to values; none where they end, or are no such value.
#[derive(Debug)]
pub(crate) struct Reader<'a>(pub &'a [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*taken)
    }

    pub fn number(&mut self) -> Option<u64> {
        Some(u64::from_le_bytes(self.take()?))
    }

    pub fn fraction(&mut self) -> Option<f64> {
        Some(f64::from_bits(self.number()?))
    }

    pub fn text(&mut self) -> Option<String> {
        let len = usize::try_from(self.number()?).ok()?;
        let (text, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        String::from_utf8(text.to_vec()).ok()
    }

    /// All values up to the end.
    pub fn all<T>(&mut self, one: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let mut out = Vec::new();
        while !self.0.is_empty() {
            out.push(one(self)?);
        }
        Some(out)
    }

    pub fn address(&mut self) -> Option<IpAddr> {
        Some(IpAddr::V6(Ipv6Addr::from(self.take::<16>()?)).to_canonical())
    }
}
