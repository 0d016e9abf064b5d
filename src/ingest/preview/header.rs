//! What a caller knows of the header.

/// Which row of a table names its columns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Header {
    /// The row that the engine finds.
    #[default]
    Found,
    /// None does.
    Absent,
    /// The row in this line, from 1.
    Line(u64),
}
