//! Values appended to a text.

use std::fmt::{Display, Write};

/// Appends a value as it is displayed.
pub(crate) fn append(out: &mut String, value: impl Display) {
    // Writing to a string does not fail.
    let _ = write!(out, "{value}");
}
