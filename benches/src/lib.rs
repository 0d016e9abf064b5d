//! Seeded generators of flow records: the bundled sample and the data of the benchmark.
//!
//! Not part of the published crate. Every file depends on its seed alone, on every
//! platform and in every version, so that measurements can be repeated and the
//! sample regenerated exactly. The random number generator is therefore our own: a
//! library may change its stream with a major version.

pub mod accuracy;
pub mod company_day;
mod flow;
pub mod names;
pub mod office_day;
mod random;

pub use flow::{Flow, HEADER};
pub use random::Random;
