//! Flows → one exact history a pair.

mod arena;
mod bustle;
mod dense;
mod entry;
mod history;
mod room;
mod table;

pub(crate) use bustle::{Bustle, Busy, Least, UNANSWERED};
pub(crate) use history::History;
pub(crate) use room::LeftOut;
pub(crate) use table::{Chunk, PairRef, PairTable};
