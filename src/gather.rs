//! Iterators → vectors.

/// Gathers items in a vector.
pub(crate) trait Gather: Iterator + Sized {
    /// As `collect`, with less code: the library's has the iterator's step twice.
    fn gather(self) -> Vec<Self::Item> {
        let mut out = Vec::new();
        for item in self {
            out.push(item);
        }
        out
    }
}

impl<I: Iterator> Gather for I {}
