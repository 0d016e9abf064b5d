//! The pairs of the sources that may exceed an activity threshold, by source.

use crate::model::hash::{Mixing, WordTable};
use crate::pairs::{CandidateSources, Chunk, PairTable};

/// The numbers of their pairs, source by source.
pub(super) fn pairs_by_source(candidates: &CandidateSources, pairs: &PairTable) -> Vec<Vec<u32>> {
    let mut sources = BySource { numbers: WordTable::with_hasher(Mixing(pairs.seed())), pairs: Vec::new() };
    for chunk in pairs.chunks() {
        sources.add(candidates, chunk);
    }
    sources.pairs
}

struct BySource {
    numbers: WordTable,
    pairs: Vec<Vec<u32>>,
}

impl BySource {
    // A function of its own that is called often: see `PairScan::count_chunk`.
    #[inline(never)]
    fn add(&mut self, candidates: &CandidateSources, chunk: Chunk<'_>) {
        chunk.for_each(|pair| {
            if candidates.contains(pair.key()) {
                self.insert(pair.key().source().word(), pair.number);
            }
        });
    }

    #[inline(never)]
    fn insert(&mut self, source: u64, pair: u32) {
        let new = self.pairs.len() as u64;
        let number = *self.numbers.entry((source, 0, 0)).or_insert(new);
        if number == new {
            self.pairs.push(Vec::new());
        }
        if let Some(pairs) = self.pairs.get_mut(number as usize) {
            pairs.push(pair);
        }
    }
}
