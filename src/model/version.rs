//! The version of the crate.

/// Version of this crate.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
