//! How many sources use the destinations that are listed, summed over shards.

use std::net::IpAddr;

use super::cache::EvaluationCache;
use super::pair_facts::Finding;
use super::prevalence_cache::{count_name_sources, count_names};
use super::wire::{from_bytes, to_bytes};
use crate::model::destination::Destination;
use crate::model::error::Error;
use crate::model::flow::Pair;
use crate::model::hash::{WordTable, words};
use crate::pairs::DatasetView;
use crate::priority::Prevalence;
use crate::text::codec::Decoder;

/// The destinations whose source counts are needed from every shard before partial results can be merged.
#[derive(Debug, Clone, Default)]
pub struct PrevalenceQuery {
    pub(super) addresses: Vec<IpAddr>,
    /// Sorted, without duplicates.
    pub(super) names: Vec<String>,
}

impl PrevalenceQuery {
    /// The query whose counts are needed from every shard before a pair can be
    /// [explained](crate::Detector::explain_merged).
    pub fn of_pair(pair: &Pair) -> Self {
        PrevalenceQuery { addresses: vec![pair.destination], names: Vec::new() }
    }

    /// The destinations of some pairs.
    pub(super) fn of<'f>(pairs: impl Iterator<Item = &'f Finding>) -> Self {
        let mut seen = WordTable::default();
        let mut is_new = |address: &IpAddr| seen.insert(words(*address, 0), 0).is_none();
        let addresses = pairs.map(|pair| pair.destinationip).filter(&mut is_new).collect();
        PrevalenceQuery { addresses, names: Vec::new() }
    }

    /// The query as bytes, as [`PartialResult::to_bytes`](crate::PartialResult::to_bytes).
    pub fn to_bytes(&self) -> Vec<u8> {
        to_bytes(|out| {
            out.list(&self.addresses, |address, out| out.address(*address));
            out.list(&self.names, |name, out| out.text(name));
        })
    }

    /// Reads a query, as [`PartialResult::from_bytes`](crate::PartialResult::from_bytes).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Options`](crate::ErrorKind::Options) for any other bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        from_bytes(bytes, |bytes| PrevalenceQuery {
            addresses: bytes.list(Decoder::address),
            names: bytes.list(Decoder::text),
        })
    }
}

/// The source counts of one shard for the destinations of a [`PrevalenceQuery`].
#[derive(Debug, Clone, Default)]
pub struct PrevalenceCounts {
    /// Sources of any pair.
    sources: u64,
    /// Sources that use any name.
    name_sources: u64,
    /// Sources per address of the query.
    by_address: Vec<u64>,
    /// Sources per name of the query.
    by_name: Vec<u64>,
}

impl PrevalenceCounts {
    /// The counts as bytes, as [`PartialResult::to_bytes`](crate::PartialResult::to_bytes).
    pub fn to_bytes(&self) -> Vec<u8> {
        to_bytes(|out| {
            out.number(self.sources);
            out.number(self.name_sources);
            out.list(&self.by_address, |count, out| out.number(*count));
            out.list(&self.by_name, |count, out| out.number(*count));
        })
    }

    /// Reads counts, as [`PartialResult::from_bytes`](crate::PartialResult::from_bytes).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Options`](crate::ErrorKind::Options) for any other bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        from_bytes(bytes, |bytes| PrevalenceCounts {
            sources: bytes.number(),
            name_sources: bytes.number(),
            by_address: bytes.list(Decoder::number),
            by_name: bytes.list(Decoder::number),
        })
    }
}

/// Counts the sources of a shard.
pub(crate) fn prevalence_counts(
    data: DatasetView<'_>,
    cache: &mut EvaluationCache,
    query: &PrevalenceQuery,
) -> PrevalenceCounts {
    let find = |address: &IpAddr| data.addresses.find(*address);
    let prevalence = &mut cache.prevalence;
    prevalence.count(data, query.addresses.iter().filter_map(find));
    let count = |address: &IpAddr| find(address).map_or(0, |address| prevalence.of(address));
    let by_address = query.addresses.iter().map(count).collect();
    let sources = prevalence.sources(data);
    if query.names.is_empty() {
        return PrevalenceCounts { sources, by_address, ..PrevalenceCounts::default() };
    }
    let (name_sources, by_name) = (count_name_sources(data), count_names(data, &query.names));
    PrevalenceCounts { sources, name_sources, by_address, by_name }
}

/// Adds up the counts of all shards, no two of which have a source in common.
pub(super) fn merge_counts(query: &PrevalenceQuery, counts: &[PrevalenceCounts]) -> Prevalence {
    let sum = |of: &dyn Fn(&PrevalenceCounts) -> u64| counts.iter().map(of).sum::<u64>();
    let at = |counts: &[u64], place: usize| counts.get(place).copied().unwrap_or(0);
    let addresses = query.addresses.iter().enumerate().map(|(place, address)| {
        (Destination::Address(*address), sum(&|counts| at(&counts.by_address, place)))
    });
    let names =
        query.names.iter().enumerate().map(|(place, name)| {
            (Destination::from(name.as_str()), sum(&|counts| at(&counts.by_name, place)))
        });
    Prevalence {
        address_sources: sum(&|counts| counts.sources),
        name_sources: sum(&|counts| counts.name_sources),
        by_destination: addresses.chain(names).collect(),
    }
}
