//! Hash tables with a hasher that is much faster than the standard one, and keyed, so that nobody can make input whose
//! keys collide. All have the same type, as each type of table adds code to the module.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher};
use std::net::IpAddr;

/// Numbers with keys of three words.
pub(crate) type WordTable = HashMap<(u64, u64, u64), u64, Mixing>;

/// An address and a further word as a key. IPv4 addresses become IPv4-mapped IPv6 addresses.
pub(crate) fn words(address: IpAddr, more: u64) -> (u64, u64, u64) {
    let bits = match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    };
    ((bits >> 64) as u64, bits as u64, more)
}

/// Creates the hashers of a table, with its secret seed.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Mixing(pub u64);

impl BuildHasher for Mixing {
    type Hasher = Mix;

    fn build_hasher(&self) -> Mix {
        Mix(self.0)
    }
}

/// A hash of the words so far.
#[derive(Debug)]
pub(crate) struct Mix(pub u64);

impl Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            if let Some(place) = word.get_mut(..chunk.len()) {
                place.copy_from_slice(chunk);
            }
            self.write_u64(u64::from_le_bytes(word));
        }
    }

    fn write_u64(&mut self, word: u64) {
        let mixed = (self.0 ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mixed = (mixed ^ mixed >> 32).wrapping_mul(0xD6E8_FEB8_6659_FD93);
        self.0 = mixed ^ mixed >> 29;
    }
}
