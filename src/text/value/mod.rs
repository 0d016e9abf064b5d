//! Texts of fields → values. Each kind has an exact parser for all spellings. Some also have a fast parser for the
//! common spelling, which returns the same value or `None`.

pub(crate) mod address;
pub(crate) mod calendar;
pub(crate) mod clean;
pub(crate) mod duration;
pub(crate) mod number;
pub(crate) mod time;
pub(crate) mod time_format;
