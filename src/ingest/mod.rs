//! Bytes → flows, with diagnostics.
//!
//! ```text
//! chunk ─▶ source ─▶ block ─structure─▶ rows of fields ─plain, exact─▶ flows ─▶ pair table
//!            │ first bytes: layout                          │ value/ : one parser a kind of field
//! ```

pub(crate) mod batch;
mod diagnostics;
mod exact;
mod forms;
mod layout;
mod options;
mod plain;
mod reading;
mod roles;
mod shard;
mod sink;
mod source;
mod structure;
pub(crate) mod value;

pub use options::Options;
pub use roles::Role;
pub(crate) use sink::Sink;
pub(crate) use source::Source;
pub use value::time::TimeUnit;
