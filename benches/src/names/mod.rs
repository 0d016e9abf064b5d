//! Measures how well generated names are distinguished from ordinary ones.

pub mod lists;
pub mod measure;
pub mod table;
pub mod train;
