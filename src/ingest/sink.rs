//! Where the flows of all sources go.

use super::batch::FlowRow;
use super::diagnostics::Diagnostics;
use super::options::{Budget, Options};
use super::plain::PlainColumns;
use super::record::{Names, Record};
use super::repeats::Print;
use super::shard::Shard;
use super::structure::Structure;
use crate::flow::AddressBook;
use crate::pairs::PairTable;

/// What all sources of a detector share: the pairs, the counts, and space for the work on a block.
#[derive(Debug, Default)]
pub(crate) struct Sink {
    pub pairs: PairTable,
    pub book: AddressBook,
    pub diagnostics: Diagnostics,
    pub bytes_read: u64,
    pub rows_used: u64,
    pub rows_skipped: u64,
    shard: Shard,
    /// Earliest and latest start, of all shards.
    pub span: Option<(i64, i64)>,
    pub(super) structure: Structure,
    pub(super) plain: PlainColumns,
    pub(super) batch: Vec<FlowRow>,
    pub(super) beside: Beside,
    /// Of the sources that were read.
    pub(super) prints: Vec<Print>,
}

impl Sink {
    pub fn new(options: &Options) -> Self {
        let Budget(bytes) = options.budget;
        Sink {
            pairs: PairTable::new(options.hash_seed, bytes),
            // Where most of the memory would be addresses, pairs would have none.
            book: AddressBook::new(options.hash_seed, bytes / 2),
            shard: options.shard,
            ..Sink::default()
        }
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
            self.batch.retain(|flow| self.shard.owns(flow.key.source(), &self.book));
        }
        self.pairs.used_by_others = self.book.bytes();
        self.pairs.add(&self.batch);
    }
}

/// What records tell beside their flows: host, DNS, process, duration, direction.
#[derive(Debug, Default)]
pub(super) struct Beside {
    /// The records as lines, for tests that ask for them.
    #[cfg(test)]
    pub listing: Option<Vec<String>>,
}

impl Beside {
    /// The one place where these pass. Nothing is kept of them yet.
    #[inline(always)]
    pub fn take(&mut self, record: &Record, names: Names<'_, '_>, book: &AddressBook) {
        #[cfg(test)]
        if let Some(listing) = &mut self.listing {
            listing.push(super::record::listing(record, names, book));
        }
        let _ = (record, names, book);
    }
}
