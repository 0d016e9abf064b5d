//! Values as bytes and back, for what passes between detectors of one version: fixed lengths, little-endian.

use std::net::{IpAddr, Ipv6Addr};

/// Values on their way to bytes.
#[derive(Debug, Default)]
pub(crate) struct Writer(pub Vec<u8>);

impl Writer {
    #[inline(never)]
    pub fn number(&mut self, value: u64) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    pub fn fraction(&mut self, value: f64) {
        self.number(value.to_bits());
    }

    #[inline(never)]
    pub fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.0.extend_from_slice(text.as_bytes());
    }

    /// IPv4 addresses as the mapped IPv6 address, which no other address is.
    #[inline(never)]
    pub fn address(&mut self, address: IpAddr) {
        let v6 = match address {
            IpAddr::V4(v4) => v4.to_ipv6_mapped(),
            IpAddr::V6(v6) => v6,
        };
        self.0.extend_from_slice(&v6.octets());
    }

    /// What may be there.
    pub fn some<T>(&mut self, value: Option<&T>, write: impl Fn(&T, &mut Writer)) {
        self.list(value.map(std::slice::from_ref).unwrap_or_default(), write);
    }

    /// Any number of values.
    pub fn list<T>(&mut self, values: &[T], write: impl Fn(&T, &mut Writer)) {
        self.number(values.len() as u64);
        values.iter().for_each(|value| write(value, self));
    }
}

/// Bytes on their way to values. What they are too short for, or what is no such value, is nothing, and noted: so
/// only who has read all has to ask.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    pub rest: &'a [u8],
    /// Something was not there.
    pub failed: bool,
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Reader { rest: bytes, failed: false }
    }

    fn take(&mut self, len: usize) -> &'a [u8] {
        let (taken, rest) = self.rest.split_at_checked(len).unwrap_or_else(|| {
            self.failed = true;
            (&[], &[])
        });
        self.rest = rest;
        taken
    }

    #[inline(never)]
    pub fn number(&mut self) -> u64 {
        self.take(8).first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes))
    }

    pub fn fraction(&mut self) -> f64 {
        f64::from_bits(self.number())
    }

    #[inline(never)]
    pub fn text(&mut self) -> String {
        let len = usize::try_from(self.number()).unwrap_or(usize::MAX);
        let text = std::str::from_utf8(self.take(len));
        self.failed |= text.is_err();
        text.unwrap_or_default().to_owned()
    }

    #[inline(never)]
    pub fn address(&mut self) -> IpAddr {
        let octets: [u8; 16] = self.take(16).first_chunk().copied().unwrap_or_default();
        IpAddr::V6(Ipv6Addr::from(octets)).to_canonical()
    }

    /// One of these, by its number.
    pub fn one_of<T: Copy, const N: usize>(&mut self, all: [T; N]) -> T {
        let number = self.number() as usize;
        self.failed |= number >= N;
        all[number.min(N - 1)]
    }

    /// What may be there.
    pub fn some<T>(&mut self, read: impl Fn(&mut Self) -> T) -> Option<T> {
        (self.number() == 1).then(|| read(self))
    }

    /// Any number of values.
    pub fn list<T>(&mut self, read: impl Fn(&mut Self) -> T) -> Vec<T> {
        let mut out = Vec::new();
        for _ in 0..self.number() {
            if self.failed {
                break;
            }
            out.push(read(self));
        }
        out
    }
}
