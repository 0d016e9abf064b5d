//! How many sources of a shard use each destination, over the whole input.

use crate::model::flow::Address;
use crate::model::hash::{Mixing, WordTable};
use crate::model::name_interner::NameId;
use crate::pairs::{Chunk, DatasetView, PairTable};

/// Source counts, valid until more is ingested.
#[derive(Debug, Default)]
pub(crate) struct PrevalenceCache {
    sources: Option<u64>,
    by_destination: WordTable,
}

/// An address as the key of a table.
fn key(address: Address) -> (u64, u64, u64) {
    (address.word(), 0, 0)
}

fn table(data: DatasetView<'_>) -> WordTable {
    WordTable::with_hasher(Mixing(data.pairs.seed()))
}

impl PrevalenceCache {
    /// The number of sources.
    pub fn sources(&mut self, data: DatasetView<'_>) -> u64 {
        *self.sources.get_or_insert_with(|| sources(data.pairs))
    }

    /// Counts the sources of destinations that were not counted before, in one pass over the pairs.
    pub fn count(&mut self, data: DatasetView<'_>, destinations: impl Iterator<Item = Address>) {
        let mut new = table(data);
        new.extend(destinations.map(key).filter(|key| !self.by_destination.contains_key(key)).zip(0..));
        if !new.is_empty() {
            count_sources(data.pairs, &mut new);
            self.by_destination.extend(new);
        }
    }

    /// The sources of a destination that was counted.
    pub fn of(&self, destination: Address) -> u64 {
        self.by_destination.get(&key(destination)).copied().unwrap_or(0)
    }
}

/// Replaces the number of each destination, all of which differ, by the number of its sources.
fn count_sources(pairs: &PairTable, destinations: &mut WordTable) {
    // A source has a pair per port with a destination.
    let mut calls = Vec::new();
    for chunk in pairs.chunks() {
        add_calls(chunk, destinations, &mut calls);
    }
    count_distinct(calls, destinations);
}

/// The number of a destination and one of its sources, as one number.
#[inline(always)]
fn call(destination: u64, source: Address) -> i64 {
    (destination << Address::WORD_BITS | source.word()) as i64
}

/// Replaces the number of each destination by the number of its distinct sources.
#[inline(never)]
fn count_distinct(mut calls: Vec<i64>, destinations: &mut WordTable) {
    calls.sort_unstable();
    calls.dedup();
    for callers in destinations.values_mut() {
        let below = |number: u64| calls.partition_point(|call| (*call as u64) >> Address::WORD_BITS < number);
        *callers = (below(*callers + 1) - below(*callers)) as u64;
    }
}

// Functions of their own that are called often: see `PairScan::count_chunk`.

/// The number of the destination and the source of each pair, as one number.
#[inline(never)]
fn add_calls(chunk: Chunk<'_>, destinations: &WordTable, calls: &mut Vec<i64>) {
    chunk.for_each(|pair| {
        if let Some(number) = destinations.get(&key(pair.key().destination())) {
            calls.push(call(*number, pair.key().source()));
        }
    });
}

/// The number of sources that connect to, or look up, each name.
pub(super) fn count_names(data: DatasetView<'_>, names: &[String]) -> Vec<u64> {
    let ids: Vec<_> = names.iter().map(|name| data.side.names.find(name)).collect();
    let key = |id: NameId| (u64::from(id.0), 0, 0);
    let mut callers = table(data);
    callers.extend(ids.iter().flatten().map(|id| key(*id)).zip(0..));
    let mut calls = Vec::new();
    data.side.named.for_each(|name_use| {
        if let Some(number) = callers.get(&key(name_use.name())) {
            calls.push(call(*number, name_use.source().unwrap_or(Address::UNSPECIFIED)));
        }
    });
    count_distinct(calls, &mut callers);
    let calling = |id| callers.get(&key(id)).copied().unwrap_or(0);
    ids.into_iter().map(|id| id.map_or(0, calling)).collect()
}

/// The number of sources that use any name.
pub(super) fn count_name_sources(data: DatasetView<'_>) -> u64 {
    let mut seen = table(data);
    data.side.named.for_each(|name_use| {
        seen.insert(key(name_use.source().unwrap_or(Address::UNSPECIFIED)), 0);
    });
    seen.len() as u64
}

/// The number of sources of these pairs.
fn sources(pairs: &PairTable) -> u64 {
    let mut seen = WordTable::with_hasher(Mixing(pairs.seed()));
    for chunk in pairs.chunks() {
        add_sources(chunk, &mut seen);
    }
    seen.len() as u64
}

#[inline(never)]
fn add_sources(chunk: Chunk<'_>, seen: &mut WordTable) {
    chunk.for_each(|pair| {
        seen.insert(key(pair.key().source()), 0);
    });
}
