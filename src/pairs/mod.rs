//! Flows → one exact history a pair.

mod arena;
mod history;
mod table;

pub(crate) use history::History;
pub(crate) use table::{PairRef, PairTable};
