//! Bytes → flows, with diagnostics.
//!
//! ```text
//! chunk ─▶ source ─▶ block of whole rows ─structure─▶ fields ─rows─▶ flows ─▶ pair table
//!            │ first bytes: layout                        │ value/ : one parser a kind of field
//! ```

pub(crate) mod batch;
mod diagnostics;
mod layout;
mod options;
mod roles;
mod rows;
mod source;
mod structure;
pub(crate) mod value;

pub use options::Options;
pub use roles::Role;
pub(crate) use source::{Sink, Source};
pub use value::time::TimeUnit;
