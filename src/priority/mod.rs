//! The order in which an analyst should read.
//!
//! The strongest indicator is the base: a hit on a threat list, the regularity, or the query's score. Signed
//! modifiers follow, each with its reason. All are whole points, and their sum is the priority exactly. No
//! modifier removes anything: a well-known service stays listed, further down, with the reason.
//!
//! The points are this project's own. That a destination is rare below 2 % of the hosts and common from
//! 50 % on is RITA v5's measure.

mod part;
mod points;
mod prevalence;
mod prioritizer;
mod services;

pub use part::PriorityPart;
pub(crate) use prevalence::Prevalence;
pub(crate) use prioritizer::{Prioritizer, Priority, PriorityInput};
