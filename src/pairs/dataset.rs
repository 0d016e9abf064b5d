//! Everything that was read, as evaluation and hunts see it.

use super::activity_sketch::ActivitySketch;
use super::side_tables::SideTables;
use super::table::PairTable;
use crate::model::flow::{AddressInterner, Pair};
use crate::model::pair_key::PairKey;
use crate::model::public_suffixes::PublicSuffixList;

/// A read view of all pairs, and of what is known besides.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DatasetView<'a> {
    pub pairs: &'a PairTable,
    pub activity: &'a ActivitySketch,
    pub addresses: &'a AddressInterner,
    pub side: &'a SideTables,
    pub suffixes: &'a PublicSuffixList,
    /// Earliest and latest start of the flows, in UTC microseconds; of lookups, where there are no flows.
    pub time_extent: Option<(i64, i64)>,
}

impl DatasetView<'_> {
    /// The pair of a key.
    pub fn pair(&self, key: PairKey) -> Pair {
        Pair {
            source: self.addresses.address(key.source()),
            destination: self.addresses.address(key.destination()),
            port: key.destination_port(),
        }
    }
}
