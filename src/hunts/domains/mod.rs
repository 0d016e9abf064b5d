//! What a looked-up name shows by itself: its registrable domain, and how much its label looks like a generated
//! one. `DESIGN.md` explains the methods and how well they work.

mod randomness;

pub use crate::model::public_suffixes::PublicSuffixList;
pub use randomness::{log_likelihood_ratio, randomness};

/// The public suffix list as of 2026-10-22, under the Mozilla Public License 2.0, without its comments and with
/// its names as DNS spells them. Not in WebAssembly, where it would be a large part of the
/// module: there the platform loads it.
#[cfg(all(feature = "public-suffixes", not(target_arch = "wasm32")))]
pub const PUBLIC_SUFFIXES: &str = include_str!("public_suffixes.txt");
