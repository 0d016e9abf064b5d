//! Flows → one exact history per pair.

mod activity_sketch;
mod arena;
mod dataset;
mod dense;
mod duration_table;
mod entry;
mod history;
mod name_table;
mod process_table;
mod room;
mod side_tables;
mod table;

pub(crate) use activity_sketch::{ActivitySketch, ActivityThreshold, CandidateSources, UNANSWERED};
pub(crate) use dataset::DatasetView;
pub(crate) use duration_table::{MIN_LONG_MICROSECONDS, TimedConnection};
pub(crate) use history::History;
pub(crate) use name_table::NameUse;
pub(crate) use room::LeftOut;
pub(crate) use side_tables::SideTables;
pub(crate) use table::{Chunk, PairRef, PairTable};
