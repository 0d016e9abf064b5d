//! A look at the beginning of a file before it is read: its first rows, what its columns are read as, and what is
//! still missing.

mod columns;
mod first_rows;
mod header;
mod kinds;
mod look;
mod result;

pub use header::Header;
pub use look::preview;
pub use result::{ColumnKind, Layout, Preview, PreviewColumn, PreviewFlow, PreviewLine, PreviewRow};
