//! How many hosts call a destination, over the whole input: what is rare in a network is worth a look, and
//! what everybody calls is seldom a beacon.

use super::Data;
use crate::hunts::word;
use crate::model::flow::Address;
use crate::model::hash::{Mixing, WordTable};
use crate::pairs::{Chunk, PairTable};
use crate::text::sort::sort;

/// Counts of hosts, kept until more is ingested.
#[derive(Debug, Default)]
pub(crate) struct Callers {
    hosts: Option<u64>,
    of: WordTable,
}

/// An address as the key of a table.
fn key(address: Address) -> (u64, u64, u64) {
    (word(address), 0, 0)
}

fn table(data: Data<'_>) -> WordTable {
    WordTable::with_hasher(Mixing(data.pairs.seed()))
}

impl Callers {
    /// How many hosts there are.
    pub fn hosts(&mut self, data: Data<'_>) -> u64 {
        *self.hosts.get_or_insert_with(|| sources(data.pairs))
    }

    /// How many hosts call or look up each of these names.
    pub fn of_names(data: Data<'_>, names: &[String]) -> Vec<u64> {
        let numbers: Vec<_> = names.iter().map(|name| data.beside.names.find(name)).collect();
        let name = |number: &u32| (u64::from(*number), 0, 0);
        let mut callers = table(data);
        callers.extend(numbers.iter().flatten().map(name).zip(0..));
        count_callers(&data.beside.hosts, &mut callers);
        let calling = |number: u32| callers.get(&name(&number)).copied().unwrap_or(0);
        numbers.into_iter().map(|number| number.map_or(0, calling)).collect()
    }

    /// Counts the callers of these destinations, in one pass over the pairs, unless it was done before.
    pub fn count(&mut self, data: Data<'_>, destinations: impl Iterator<Item = Address>) {
        let mut new = table(data);
        new.extend(destinations.map(key).filter(|key| !self.of.contains_key(key)).zip(0..));
        if !new.is_empty() {
            count_callers(data.pairs, &mut new);
            self.of.extend(new);
        }
    }

    /// How many hosts call a destination that was counted.
    pub fn of(&self, destination: Address) -> u64 {
        self.of.get(&key(destination)).copied().unwrap_or(0)
    }
}

/// Puts in the place of each destination's number, all of which differ, how many sources call it.
fn count_callers(pairs: &PairTable, destinations: &mut WordTable) {
    // A source has several pairs with a destination: one a port.
    let mut calls = Vec::new();
    for chunk in pairs.chunks() {
        add_calls(chunk, destinations, &mut calls);
    }
    sort(&mut calls);
    calls.dedup();
    for callers in destinations.values_mut() {
        let below = |number: u64| calls.partition_point(|call| (*call as u64) >> WORD_BITS < number);
        *callers = (below(*callers + 1) - below(*callers)) as u64;
    }
}

/// Bits of an address as one word.
const WORD_BITS: u32 = 33;

// Functions of their own, called often: see `Counter::count_chunk`.

/// The number of the destination and the source of each pair, as one number.
#[inline(never)]
fn add_calls(chunk: Chunk<'_>, destinations: &WordTable, calls: &mut Vec<i64>) {
    chunk.for_each(|pair| {
        if let Some(number) = destinations.get(&key(pair.key().destination())) {
            calls.push((number << WORD_BITS | word(pair.key().source())) as i64);
        }
    });
}

/// How many sources these pairs have.
pub(super) fn sources(pairs: &PairTable) -> u64 {
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
