//! What a looked-up name says by itself: the domain somebody registered, and how much its label looks like
//! one that a generator made. Why these, and how well they do: `DESIGN.md`.

mod randomness;

pub use crate::model::public_suffixes::PublicSuffixList;
pub use randomness::{log_likelihood_ratio, randomness};

/// The public suffix list as of 2026-10-22, under the Mozilla Public License 2.0, without its comments and with
/// its names as DNS spells them. Not in WebAssembly, where it would be a quarter of the module: there a host
/// gives it.
#[cfg(all(feature = "public-suffixes", not(target_arch = "wasm32")))]
pub const PUBLIC_SUFFIXES: &str = include_str!("public_suffixes.txt");
