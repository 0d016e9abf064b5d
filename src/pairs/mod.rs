//! Flows → one exact history per pair.

mod activity_sketch;
mod dataset;
mod duration_table;
mod eviction;
mod group;
mod history;
mod log;
mod name_table;
mod pages;
mod pair_ref;
mod process_table;
mod segment;
mod side_tables;
mod table;

pub(crate) use activity_sketch::{ActivitySketch, ActivityThreshold, MAX_UNANSWERED_BYTES};
pub(crate) use dataset::DatasetView;
pub(crate) use duration_table::{MIN_LONG_MICROSECONDS, TimedConnection};
pub(crate) use eviction::EvictionStats;
pub(crate) use history::History;
pub(crate) use name_table::NameUse;
pub(crate) use pair_ref::{Chunk, PairRef};
pub(crate) use side_tables::SideTables;
pub(crate) use table::PairTable;
