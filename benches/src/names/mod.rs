//! How well the names of generators are told from ordinary ones.

pub mod train;
