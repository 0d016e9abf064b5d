//! Text and bytes: JSON, numbers, addresses and instants, read and written.

pub(crate) mod append;
pub(crate) mod codec;
pub(crate) mod json;

pub(crate) mod pieces;
pub(crate) mod sort;
pub(crate) mod value;
