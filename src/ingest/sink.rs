//! Collects the flows of all sources.

use std::cell::Cell;

use super::diagnostics::Diagnostics;
use super::fast_path::FastPath;
use super::fingerprint::Fingerprint;
use super::options::{Budget, DetectorOptions};
use super::side_records::SideRecords;
use super::structural_index::StructuralIndex;
use crate::model::flow::AddressInterner;
use crate::model::pair_key::FlowRow;
use crate::model::shard::Shard;
use crate::pairs::{ActivitySketch, PairTable};

/// What the sources of a detector share: pairs, counters, and buffers for the parsing of a block.
#[derive(Debug, Default)]
pub(crate) struct Sink {
    pub pairs: PairTable,
    pub activity: ActivitySketch,
    pub addresses: AddressInterner,
    pub diagnostics: Diagnostics,
    pub bytes_read: u64,
    pub rows_used: u64,
    pub rows_skipped: u64,
    pub(super) shard: Shard,
    /// Earliest and latest start, of all shards.
    pub time_extent: Option<(i64, i64)>,
    pub(super) index: StructuralIndex,
    pub(super) fast_path: FastPath,
    pub(super) batch: Vec<FlowRow>,
    pub side: SideRecords,
    /// Those of the sources read so far.
    pub(super) fingerprints: Vec<Fingerprint>,
}

impl Sink {
    pub fn new(options: &DetectorOptions) -> Self {
        let Budget(bytes) = options.budget;
        Sink {
            pairs: PairTable::new(options.hash_seed, bytes),
            activity: ActivitySketch::new(options.hash_seed, bytes / 16),
            // At most half, so that memory is left for pairs.
            addresses: AddressInterner::new(options.hash_seed, bytes / 2),
            // Shared by several tables.
            side: SideRecords::new(options.hash_seed, bytes / 3),
            shard: options.shard,
            diagnostics: Diagnostics::default(),
            bytes_read: 0,
            rows_used: 0,
            rows_skipped: 0,
            time_extent: None,
            index: StructuralIndex::default(),
            fast_path: FastPath::default(),
            batch: Vec::new(),
            fingerprints: Vec::new(),
        }
    }

    /// Earliest and latest start of flows; of names, if there are no flows.
    pub fn data_time_extent(&self) -> Option<(i64, i64)> {
        self.time_extent.or(self.side.time_extent)
    }

    /// Adds the flows of the batch to the pairs.
    #[inline(never)]
    pub(super) fn add_batch(&mut self) {
        let (mut first, mut last) = self.time_extent.unwrap_or((i64::MAX, i64::MIN));
        for flow in &self.batch {
            first = first.min(flow.start);
            last = last.max(flow.start);
        }
        if first <= last {
            self.time_extent = Some((first, last));
        }
        self.rows_used += self.batch.len() as u64;
        if self.shard.of > 1 {
            self.drop_flows_of_other_shards();
        }
        self.pairs.used_by_others = self.activity.bytes() + self.addresses.bytes() + self.side.tables.bytes();
        self.pairs.add(&self.batch);
        self.activity.grow_if_full(self.pairs.max_len());
        self.activity.add(&self.batch);
    }

    /// Drops the flows of other shards. Every flow is moved, whether it is kept or not, as a branch that the processor
    /// predicts wrongly takes longer than the move.
    #[inline(never)]
    fn drop_flows_of_other_shards(&mut self) {
        let flows = Cell::from_mut(self.batch.as_mut_slice()).as_slice_of_cells();
        let mut kept = 0;
        for flow in flows {
            let own = self.shard.owns(flow.get().key.source(), &self.addresses);
            if let Some(place) = flows.get(kept) {
                place.set(flow.get());
            }
            kept += usize::from(own);
        }
        self.batch.truncate(kept);
    }
}
