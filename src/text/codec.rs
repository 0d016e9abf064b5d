//! A binary form of values, for what detectors of one version exchange: fixed lengths, little-endian.

use std::net::{IpAddr, Ipv6Addr};

/// Appends values to bytes.
#[derive(Debug, Default)]
pub(crate) struct Encoder(pub Vec<u8>);

impl Encoder {
    #[inline(never)]
    pub fn number(&mut self, value: u64) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    pub fn signed(&mut self, value: i64) {
        self.number(value.cast_unsigned());
    }

    pub fn flag(&mut self, value: bool) {
        self.number(value.into());
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

    /// A value, or none.
    pub fn option<T>(&mut self, value: Option<&T>, write: impl Fn(&T, &mut Encoder)) {
        self.list(value.map(std::slice::from_ref).unwrap_or_default(), write);
    }

    /// Any number of values.
    pub fn list<T>(&mut self, values: &[T], write: impl Fn(&T, &mut Encoder)) {
        self.number(values.len() as u64);
        values.iter().for_each(|value| write(value, self));
    }
}

/// Takes values from bytes. Where bytes are missing or are no such value, it gives an empty value and remembers the
/// failure, so that only the caller that has read everything needs to check.
#[derive(Debug)]
pub(crate) struct Decoder<'a> {
    pub rest: &'a [u8],
    /// Whether any value could not be read.
    pub failed: bool,
}

impl<'a> Decoder<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Decoder { rest: bytes, failed: false }
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

    pub fn signed(&mut self) -> i64 {
        self.number().cast_signed()
    }

    pub fn flag(&mut self) -> bool {
        self.variant([false, true])
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

    /// One of the variants of an enum, by its number.
    pub fn variant<T: Copy, const N: usize>(&mut self, all: [T; N]) -> T {
        let number = self.number() as usize;
        self.failed |= number >= N;
        all[number.min(N - 1)]
    }

    /// A value, or none.
    pub fn option<T>(&mut self, read: impl Fn(&mut Self) -> T) -> Option<T> {
        self.flag().then(|| read(self))
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
