//! Values → compact JSON.

use serde::Serialize;

/// A value as compact JSON. Keys of maps must be texts; reports have no others.
pub(crate) fn written(value: &impl Serialize) -> String {
    written_in(String::new(), value)
}

/// As [`written`], appended to a text.
pub(crate) fn written_in(text: String, value: &impl Serialize) -> String {
    let mut bytes = text.into_bytes();
    // Writing to memory does not fail.
    let _ = serde_json::to_writer(&mut bytes, value);
    String::from_utf8(bytes).unwrap_or_default()
}
