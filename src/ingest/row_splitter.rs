//! Where rows begin and end, in text that is not a table.

use super::json::{self, find_byte};

/// How rows are found.
#[derive(Debug, Clone, Copy)]
pub(super) enum RowSplitter {
    /// A row is a line.
    Lines,
    /// A row is an object of a JSON document.
    Objects(Objects),
    /// A row is a string in a JSON document that has at least this many commas.
    JsonStrings(usize),
}

/// The next row of a block.
pub(super) enum Next {
    /// A row, and where the next one may begin.
    Row { start: usize, end: usize, after: usize },
    /// There is no further complete row. The bytes from this position on are left for the next block.
    Rest(usize),
}

impl RowSplitter {
    /// The next row from a position on. With `last`, no block follows.
    #[inline(never)]
    pub fn next(&mut self, block: &[u8], from: usize, last: bool) -> Next {
        match self {
            RowSplitter::Lines => next_line(block, from, last),
            RowSplitter::Objects(objects) => objects.next(block, from, last),
            RowSplitter::JsonStrings(commas) => next_json_string(block, from, last, *commas),
        }
    }
}

fn next_line(block: &[u8], from: usize, last: bool) -> Next {
    let rest = block.get(from..).unwrap_or_default();
    match find_byte(rest, b'\n') {
        Some(len) => {
            let end = from + len - usize::from(len > 0 && rest.get(len - 1) == Some(&b'\r'));
            Next::Row { start: from, end, after: from + len + 1 }
        }
        None if last && !rest.is_empty() => {
            let end = block.len() - usize::from(rest.ends_with(b"\r"));
            Next::Row { start: from, end, after: block.len() }
        }
        None => Next::Rest(from),
    }
}

fn next_json_string(block: &[u8], from: usize, last: bool, commas: usize) -> Next {
    let mut from = from;
    loop {
        let rest = block.get(from..).unwrap_or_default();
        let Some(start) = rest.iter().position(|&b| b == b'"').map(|at| from + at) else {
            return Next::Rest(block.len());
        };
        let Some(len) = json::whole(block.get(start..).unwrap_or_default()) else {
            return Next::Rest(if last { block.len() } else { start });
        };
        from = start + len;
        let text = block.get(start + 1..from - 1).unwrap_or_default();
        if text.iter().filter(|&&b| b == b',').count() >= commas {
            return Next::Row { start: start + 1, end: from - 1, after: from };
        }
    }
}

/// Finds objects at one level of a JSON document, in an array or one after the other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Objects {
    /// Open brackets around a row.
    level: u32,
    /// Open brackets at the current position, and which of the innermost 32 are square (the innermost is bit 0).
    open: u32,
    square: u32,
}

impl Objects {
    pub fn at_level(level: u32) -> Self {
        Objects { level, open: 0, square: 0 }
    }

    fn next(&mut self, block: &[u8], from: usize, last: bool) -> Next {
        let mut at = from;
        while let Some(&byte) = block.get(at) {
            let row = byte == b'{' && self.open == self.level && (self.level == 0 || self.square & 1 == 1);
            if row || byte == b'"' {
                match json::whole(block.get(at..).unwrap_or_default()) {
                    Some(len) if row => return Next::Row { start: at, end: at + len, after: at + len },
                    Some(len) => at += len,
                    None if last && row => {
                        return Next::Row { start: at, end: block.len(), after: block.len() };
                    }
                    None if last => return Next::Rest(block.len()),
                    None => return Next::Rest(at),
                }
                continue;
            }
            match byte {
                b'{' | b'[' => {
                    self.open = self.open.saturating_add(1);
                    self.square = self.square << 1 | u32::from(byte == b'[');
                }
                b'}' | b']' => {
                    self.open = self.open.saturating_sub(1);
                    self.square >>= 1;
                }
                _ => {}
            }
            at += 1;
        }
        Next::Rest(at)
    }
}
