//! How many sources use a destination.

use std::collections::HashMap;

use crate::model::destination::Destination;
use crate::model::hash::Mixing;

/// How many sources use each destination, over the whole input: rare destinations are worth a look, and common
/// ones are seldom part of a beacon.
#[derive(Debug, Default)]
pub(crate) struct Prevalence {
    /// Sources that connect to any address.
    pub address_sources: u64,
    /// Sources that connect to, or look up, any name.
    pub name_sources: u64,
    pub by_destination: HashMap<Destination, u64, Mixing>,
}

/// How many of all sources use a destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SourceShare {
    pub sources: u64,
    pub all_sources: u64,
}

impl Prevalence {
    /// None if the destination was not counted.
    pub(super) fn of(&self, destination: &Destination) -> Option<SourceShare> {
        let all_sources = match destination {
            Destination::Address(_) => self.address_sources,
            Destination::Name(_) => self.name_sources,
        };
        Some(SourceShare { sources: *self.by_destination.get(destination)?, all_sources })
    }
}
