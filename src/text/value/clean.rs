//! The text of a field without quotes and blanks.

use std::borrow::Cow;

/// The text of a field without surrounding blanks and quotes.
pub(crate) fn clean(field: &[u8]) -> Cow<'_, [u8]> {
    let trimmed = field.trim_ascii();
    let Some(inner) = trimmed.strip_prefix(b"\"") else { return Cow::Borrowed(trimmed) };
    let inner = inner.strip_suffix(b"\"").unwrap_or(inner);
    if !inner.contains(&b'"') {
        return Cow::Borrowed(inner.trim_ascii());
    }
    // A doubled quote is one quote.
    let mut out = Vec::with_capacity(inner.len());
    let mut bytes = inner.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        if byte == b'"' {
            bytes.next_if_eq(&b'"');
        }
        out.push(byte);
    }
    Cow::Owned(out.trim_ascii().to_vec())
}

/// Whether a cleaned text is a placeholder for "no value". `(empty)` is Zeek's.
pub(crate) fn is_unset(text: &[u8]) -> bool {
    text.is_empty()
        || text == b"-"
        || text == b"(empty)"
        || text.eq_ignore_ascii_case(b"null")
        || text.eq_ignore_ascii_case(b"none")
}
