//! Bytes → flows, with diagnostics.
//!
//! ```text
//! chunk ─▶ source ─▶ block ─structure─▶ rows of fields ─plain, exact─▶ flows ─▶ pair table
//!            │ first bytes: layout                          │ value/ : one parser a kind of field
//! ```

pub(crate) mod batch;
mod diagnostics;
mod exact;
mod layout;
mod options;
mod plain;
mod roles;
mod source;
mod structure;
pub(crate) mod value;

pub use options::Options;
pub use roles::Role;
pub(crate) use source::{Sink, Source};
pub use value::time::TimeUnit;
