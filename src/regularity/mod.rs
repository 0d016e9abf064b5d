//! How machine-like the timing and the sizes of a pair are, and how improbable that is for random traffic.
//!
//! A pair's connections are examined in four steps:
//!
//! 1. Connections that were opened together are one call (`calls`).
//! 2. The period is the band of intervals in which unusually many lie: from each call to the next (`timing`), or to
//!    one of the next eight, if other traffic lies between (`recurrence`). How improbable that is for a memoryless
//!    source is bounded from above (`null_model`).
//! 3. The calls that keep the period form runs; long ones without interruptions persist (`runs`).
//! 4. They may be similar in size (`size`).
//!
//! Work is bounded: at most 2,048 connections of a pair are examined closely.

mod analyzer;
mod calls;
mod histogram;
mod null_model;
mod period;
mod recurrence;
mod rita;
mod runs;
mod score;
mod size;
mod timing;
mod verdict;

#[cfg(test)]
mod tests;

pub use analyzer::Analyzer;
pub(crate) use analyzer::{PERSISTENCE_WEIGHT, SIZE_WEIGHT, TIMING_WEIGHT};
pub use rita::{RitaScore, rita_score};
pub use score::{Regularity, RegularityParts, Thousandths};
