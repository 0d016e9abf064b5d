//! Which pairs a detector owns, of a dataset that several detectors read.

use crate::model::flow::{Address, AddressInterner};

/// Shard `index` of `of`. All pairs of a source belong to one shard. The number of sources that connect to a destination
/// is therefore the sum over all shards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shard {
    pub index: u32,
    pub of: u32,
}

impl Default for Shard {
    fn default() -> Self {
        Shard { index: 0, of: 1 }
    }
}

impl Shard {
    /// Whether the pairs of a source belong to the shard. All detectors agree on it, whatever they have read before.
    #[inline(always)]
    pub fn owns(self, source: Address, addresses: &AddressInterner) -> bool {
        let bits = match source {
            Address::V4(bits) => u64::from(bits),
            Address::V6(_) => addresses.bits(source),
        };
        let mixed = bits.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mixed = (mixed ^ mixed >> 32).wrapping_mul(0xD6E8_FEB8_6659_FD93) >> 32;
        (mixed * u64::from(self.of)) >> 32 == u64::from(self.index)
    }
}
