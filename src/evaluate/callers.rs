//! How many hosts call a destination, over the whole input: what is rare in a network is worth a look, and
//! what everybody calls is seldom a beacon.

use std::collections::{HashMap, HashSet};

use super::Data;
use crate::flow::Address;
use crate::hash::Mixing;
use crate::pairs::Chunk;

/// Counts of hosts, kept until more is ingested.
#[derive(Debug, Default)]
pub(crate) struct Callers {
    /// All sources of the input.
    hosts: Option<u64>,
    of: HashMap<u64, u64, Mixing>,
}

/// An address as one word.
fn word(address: Address) -> u64 {
    match address {
        Address::V4(bits) => u64::from(bits),
        Address::V6(number) => 1 << 32 | u64::from(number),
    }
}

impl Callers {
    /// How many hosts there are.
    pub fn hosts(&mut self, data: Data<'_>) -> u64 {
        *self.hosts.get_or_insert_with(|| {
            let mut sources = HashSet::with_hasher(Mixing(data.pairs.seed()));
            for chunk in data.pairs.chunks() {
                add_sources(chunk, &mut sources);
            }
            sources.len() as u64
        })
    }

    /// Counts the callers of these destinations, in one pass over the pairs, unless it was done before.
    pub fn count(&mut self, data: Data<'_>, destinations: impl Iterator<Item = Address>) {
        let mut new = HashMap::with_hasher(Mixing(data.pairs.seed()));
        new.extend(destinations.map(word).filter(|word| !self.of.contains_key(word)).map(|word| (word, 0)));
        if new.is_empty() {
            return;
        }
        let mut seen = HashSet::with_hasher(Mixing(data.pairs.seed()));
        for chunk in data.pairs.chunks() {
            add_callers(chunk, &mut new, &mut seen);
        }
        self.of.extend(new);
    }

    /// How many hosts call a destination that was counted.
    pub fn of(&self, destination: Address) -> u64 {
        self.of.get(&word(destination)).copied().unwrap_or(0)
    }
}

// Functions of their own, called often: see `Counter::count_chunk`.

#[inline(never)]
fn add_sources(chunk: Chunk<'_>, sources: &mut HashSet<u64, Mixing>) {
    chunk.for_each(|pair| {
        sources.insert(word(pair.key().source()));
    });
}

#[inline(never)]
fn add_callers(
    chunk: Chunk<'_>,
    callers: &mut HashMap<u64, u64, Mixing>,
    seen: &mut HashSet<(u64, u64), Mixing>,
) {
    chunk.for_each(|pair| {
        let key = pair.key();
        let destination = word(key.destination());
        if let Some(callers) = callers.get_mut(&destination) {
            *callers += u64::from(seen.insert((destination, word(key.source()))));
        }
    });
}
