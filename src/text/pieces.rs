//! Splitting and searching texts. Not for hot loops: code that runs for every row of a large file has loops of its own.

/// The pieces between separators; they may be empty.
#[inline(never)]
pub(crate) fn cut(text: &[u8], separator: u8) -> Vec<&[u8]> {
    let (mut pieces, mut start) = (Vec::new(), 0);
    for (at, &byte) in text.iter().enumerate() {
        if byte == separator {
            pieces.push(text.get(start..at).unwrap_or_default());
            start = at + 1;
        }
    }
    pieces.push(text.get(start..).unwrap_or_default());
    pieces
}

/// The non-empty pieces between separators.
#[inline(never)]
pub(crate) fn words<'a>(text: &'a [u8], separators: &[u8]) -> Vec<&'a [u8]> {
    let (mut pieces, mut start) = (Vec::new(), 0);
    for at in 0..=text.len() {
        if text.get(at).is_none_or(|byte| separators.contains(byte)) {
            if start < at {
                pieces.push(text.get(start..at).unwrap_or_default());
            }
            start = at + 1;
        }
    }
    pieces
}

/// The concatenation of pieces.
#[inline(never)]
pub(crate) fn join(pieces: &[&[u8]]) -> Vec<u8> {
    let mut text = Vec::new();
    for piece in pieces {
        text.extend_from_slice(piece);
    }
    text
}

/// Position of a word in a text.
#[inline(never)]
pub(crate) fn find(text: &[u8], word: &[u8]) -> Option<usize> {
    (0..text.len()).find(|&at| text.get(at..).is_some_and(|rest| rest.starts_with(word)))
}

/// The first line, without its end.
pub(crate) fn first_line(text: &[u8]) -> &[u8] {
    let line = text.split(|&b| b == b'\n').next().unwrap_or_default();
    line.trim_ascii_end()
}
