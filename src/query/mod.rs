//! The rule as a query in the language of a SIEM or a database.
//!
//! Each language is a template and a few patterns.

mod aql;
mod clickhouse;
mod duckdb;
mod entries;
mod kql;
mod language;
mod render;
mod spl;
mod target;
mod text;
mod window;

pub use render::render;
pub use target::Target;
