//! What detection finds.

use super::format::definition::Format;
use super::layout::Layout;
use super::rows::Rows;

/// The format that was found, and how its rows are read.
#[derive(Debug)]
pub(super) enum DetectedFormat {
    Table(Box<Layout>),
    Rows { format: &'static Format, rows: Rows, data_start: usize },
}
