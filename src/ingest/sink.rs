//! Where the flows of all sources go.

use std::cell::Cell;

use super::diagnostics::Diagnostics;
use super::fast_path::PlainColumns;
use super::fingerprint::Fingerprint;
use super::options::{Budget, DetectorOptions};
use super::side_records::SideRecords;
use super::structural_index::StructuralIndex;
use crate::model::flow::AddressInterner;
use crate::model::pair_key::FlowRow;
use crate::model::shard::Shard;
use crate::pairs::{ActivitySketch, PairTable};

/// What all sources of a detector share: the pairs, the counts, and space for the work on a block.
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
    pub span: Option<(i64, i64)>,
    pub(super) index: StructuralIndex,
    pub(super) plain: PlainColumns,
    pub(super) batch: Vec<FlowRow>,
    pub side: SideRecords,
    /// Of the sources that were read.
    pub(super) fingerprints: Vec<Fingerprint>,
}

impl Sink {
    pub fn new(options: &DetectorOptions) -> Self {
        let Budget(bytes) = options.budget;
        Sink {
            pairs: PairTable::new(options.hash_seed, bytes),
            activity: ActivitySketch::new(options.hash_seed, bytes / 16),
            // Where most of the memory would be addresses, pairs would have none.
            addresses: AddressInterner::new(options.hash_seed, bytes / 2),
            // Of three tables that share it none is as large as that of the pairs.
            side: SideRecords::new(options.hash_seed, bytes / 3),
            shard: options.shard,
            // Not what is left of a default one: to make that and to drop it is much code.
            diagnostics: Diagnostics::default(),
            bytes_read: 0,
            rows_used: 0,
            rows_skipped: 0,
            span: None,
            index: StructuralIndex::default(),
            plain: PlainColumns::default(),
            batch: Vec::new(),
            fingerprints: Vec::new(),
        }
    }

    /// Earliest and latest start; of names, where there are no flows.
    pub fn data_span(&self) -> Option<(i64, i64)> {
        self.span.or(self.side.time_extent)
    }

    /// Folds the flows of the batch into the pairs.
    #[inline(never)]
    pub(super) fn take_batch(&mut self) {
        let (mut first, mut last) = self.span.unwrap_or((i64::MAX, i64::MIN));
        for flow in &self.batch {
            first = first.min(flow.start);
            last = last.max(flow.start);
        }
        if first <= last {
            self.span = Some((first, last));
        }
        self.rows_used += self.batch.len() as u64;
        if self.shard.of > 1 {
            self.keep_own();
        }
        self.pairs.used_by_others = self.activity.bytes() + self.addresses.bytes() + self.side.tables.bytes();
        self.pairs.add(&self.batch);
        self.activity.grow_if_full(self.pairs.len());
        self.activity.add(&self.batch);
    }

    /// Drops the flows of other shards. Each is moved, whether it stays or not: who stays cannot be foreseen, and
    /// a wrong guess of the processor takes longer than the move.
    #[inline(never)]
    fn keep_own(&mut self) {
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
