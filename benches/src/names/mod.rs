//! How well the names of generators are told from ordinary ones.

pub mod lists;
pub mod measure;
pub mod table;
pub mod train;
