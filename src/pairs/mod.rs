//! Flows → one exact history per pair.

mod activity_sketch;
mod arena;
mod chunked_vec;
mod dataset;
mod duration_table;
mod eviction;
mod history;
mod name_table;
mod pair_ref;
mod process_table;
mod side_tables;
mod stored_pair;
mod table;

pub(crate) use activity_sketch::{ActivitySketch, ActivityThreshold, CandidateSources, MAX_UNANSWERED_BYTES};
pub(crate) use dataset::DatasetView;
pub(crate) use duration_table::{MIN_LONG_MICROSECONDS, TimedConnection};
pub(crate) use eviction::EvictionStats;
pub(crate) use history::History;
pub(crate) use name_table::NameUse;
pub(crate) use pair_ref::{Chunk, PairRef};
pub(crate) use side_tables::SideTables;
pub(crate) use table::PairTable;
