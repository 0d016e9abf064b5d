//! Flows, pairs, names, instants and errors. Imports nothing else of the crate.

pub(crate) mod destination;
pub(crate) mod error;
pub(crate) mod flow;
pub(crate) mod hash;
pub(crate) mod name_interner;
pub(crate) mod pair_key;
pub(crate) mod public_suffixes;
pub(crate) mod shard;
pub(crate) mod time;
pub(crate) mod version;
