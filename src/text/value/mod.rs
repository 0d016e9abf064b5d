//! Field texts → values. Each kind has an exact parser that takes every spelling, and the common
//! spellings are tried first by a fast one that answers the same or `None`.

pub(crate) mod address;
pub(crate) mod clean;
pub(crate) mod number;
pub(crate) mod time;
