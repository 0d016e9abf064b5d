//! Rows, written as JSON lines.

use std::fmt::{Display, Write as _};

/// One row, while it is written.
pub(crate) struct Row<'o> {
    out: &'o mut Vec<u8>,
}

impl<'o> Row<'o> {
    /// Begins a row: `file` is its kind of file, `kind` its kind of row, `place` its position in the file.
    pub fn new(file: &str, kind: &str, place: (&str, u64), out: &'o mut Vec<u8>) -> Self {
        let mut row = Row { out };
        row.out.extend_from_slice(b"{");
        row.name(file);
        row.quoted(kind.as_bytes());
        row.number(place.0, place.1);
        row
    }

    pub fn number(&mut self, name: &str, value: impl Display) -> &mut Self {
        self.next(name);
        let mut text = String::new();
        let _ = write!(text, "{value}");
        self.out.extend_from_slice(text.as_bytes());
        self
    }

    pub fn text(&mut self, name: &str, value: impl Display) -> &mut Self {
        self.next(name);
        let mut text = String::new();
        let _ = write!(text, "{value}");
        self.out.push(b'"');
        for c in text.chars() {
            match c {
                '"' => self.out.extend_from_slice(b"\\\""),
                '\\' => self.out.extend_from_slice(b"\\\\"),
                c if c.is_control() => self.out.push(b' '),
                c => self.out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
        self.out.push(b'"');
        self
    }

    /// Text from the network. Bytes that are not printable ASCII are written as `\x..`, as Zeek does.
    pub fn foreign(&mut self, name: &str, value: &[u8]) -> &mut Self {
        self.next(name);
        self.quoted(value);
        self
    }

    /// Seconds with six decimals.
    pub fn seconds(&mut self, name: &str, micros: u64) -> &mut Self {
        self.number(name, format_args!("{}.{:06}", micros / 1_000_000, micros % 1_000_000))
    }

    pub fn end(&mut self) {
        self.out.extend_from_slice(b"}\n");
    }

    fn next(&mut self, name: &str) {
        self.out.push(b',');
        self.name(name);
    }

    fn name(&mut self, name: &str) {
        self.quoted(name.as_bytes());
        self.out.push(b':');
    }

    fn quoted(&mut self, text: &[u8]) {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        self.out.push(b'"');
        for &byte in text {
            match byte {
                b'"' => self.out.extend_from_slice(b"\\\""),
                b'\\' => self.out.extend_from_slice(b"\\\\"),
                b' '..=b'~' => self.out.push(byte),
                _ => {
                    let digit = |at: u8| HEX.get(usize::from(at)).copied().unwrap_or(b'0');
                    self.out.extend_from_slice(&[b'\\', b'\\', b'x', digit(byte >> 4), digit(byte & 15)]);
                }
            }
        }
        self.out.push(b'"');
    }
}

/// A note for the analyst about the whole file.
pub(crate) fn note(file: &str, unit: &str, count: u64, text: &str, out: &mut Vec<u8>) {
    Row::new(file, "note", (unit, count), out).text("text", text).end();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_files_is_escaped() {
        let mut out = Vec::new();
        let name = b"a\"},{\\\n\xFF\x7F";
        Row::new("capture", "dns", ("frame", 3), &mut out)
            .foreign("query", name)
            .seconds("d", 1_000_002)
            .end();
        let text = r#"{"capture":"dns","frame":3,"query":"a\"},{\\\\x0a\\xff\\x7f","d":1.000002}"#;
        assert_eq!(String::from_utf8_lossy(&out), format!("{text}\n"));
    }
}
