//! How many hosts call a destination, over the whole input: what is rare in a network is worth a look, and
//! what everybody calls is seldom a beacon.

use super::Data;
use crate::flow::Address;
use crate::hash::{Mixing, WordTable};
use crate::hunts::word;
use crate::pairs::{Chunk, PairTable};

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
        let mut callers = table(data);
        callers.extend(numbers.iter().flatten().map(|number| ((u64::from(*number), 0, 0), 0)));
        let mut seen = table(data);
        for chunk in data.beside.hosts.chunks() {
            add_callers(chunk, &mut callers, &mut seen);
        }
        let calling = |number: u32| callers.get(&(u64::from(number), 0, 0)).copied().unwrap_or(0);
        numbers.into_iter().map(|number| number.map_or(0, calling)).collect()
    }

    /// Counts the callers of these destinations, in one pass over the pairs, unless it was done before.
    pub fn count(&mut self, data: Data<'_>, destinations: impl Iterator<Item = Address>) {
        let mut new = table(data);
        new.extend(destinations.map(key).filter(|key| !self.of.contains_key(key)).map(|key| (key, 0)));
        if new.is_empty() {
            return;
        }
        let mut seen = table(data);
        for chunk in data.pairs.chunks() {
            add_callers(chunk, &mut new, &mut seen);
        }
        self.of.extend(new);
    }

    /// How many hosts call a destination that was counted.
    pub fn of(&self, destination: Address) -> u64 {
        self.of.get(&key(destination)).copied().unwrap_or(0)
    }
}

// Functions of their own, called often: see `Counter::count_chunk`.

#[inline(never)]
fn add_callers(chunk: Chunk<'_>, callers: &mut WordTable, seen: &mut WordTable) {
    chunk.for_each(|pair| {
        let (source, destination) = (pair.key().source(), pair.key().destination());
        if let Some(callers) = callers.get_mut(&key(destination)) {
            *callers += u64::from(seen.insert((word(destination), word(source), 0), 0).is_none());
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
