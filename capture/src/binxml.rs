//! The binary XML of Windows event logs, read token by token.
//!
//! Described in [MS-EVEN6], 2.2.12 and 3.1.4.7, and by J. Metz in "Windows XML Event Log (EVTX) format". All offsets
//! are from the start of the chunk that holds the record: names and templates are stored where they are first used.

use crate::bytes::{ByteOrder, Cursor};

/// Tokens and values read per chunk; without a limit nested templates could take exponential time. Recorded logs
/// need a tenth of this.
const MAX_TOKENS: u32 = 1 << 18;

/// Longer names are truncated; no known element has one.
const MAX_NAME_CHARS: usize = 64;

/// Depth of nested templates and values that hold XML.
const MAX_DEPTH: u32 = 16;

/// Values per template.
const MAX_VALUES: u32 = 4096;

/// Receives elements and their content, in the order of the document.
pub(crate) trait Visit {
    /// None stops the walk: too deep.
    fn open(&mut self, name: &str) -> Option<()>;
    /// The values that follow are of this attribute, until the next attribute or the end of the attributes.
    fn attribute(&mut self, name: &str);
    fn end_of_attributes(&mut self);
    fn value(&mut self, value: Value<'_>);
    fn close(&mut self);
}

/// A value with its type number.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Value<'a> {
    pub kind: u8,
    pub bytes: &'a [u8],
}

const TEXT: u8 = 0x01;
const XML: u8 = 0x21;

/// Reads the records of one chunk.
#[derive(Debug)]
pub(crate) struct Walker<'c> {
    chunk: &'c [u8],
    tokens: u32,
}

/// The values of a template: type, start and end offset.
type Values = Vec<(u8, usize, usize)>;

impl<'c> Walker<'c> {
    pub fn new(chunk: &'c [u8]) -> Self {
        Walker { chunk, tokens: 0 }
    }

    /// Reads the XML between two offsets; none if it is not valid.
    pub fn walk(&mut self, from: usize, to: usize, visit: &mut dyn Visit) -> Option<()> {
        self.walk_in(from, to, &Values::new(), 0, visit)
    }

    fn walk_in(
        &mut self,
        from: usize,
        to: usize,
        values: &Values,
        depth: u32,
        visit: &mut dyn Visit,
    ) -> Option<()> {
        if depth > MAX_DEPTH {
            return None;
        }
        let mut rest = Reader { chunk: self.chunk, at: from, end: to.min(self.chunk.len()) };
        while rest.at < rest.end {
            self.tokens += 1;
            if self.tokens > MAX_TOKENS {
                return None;
            }
            let token = rest.u8()?;
            match token & !0x40 {
                0x00 => return Some(()),
                0x01 => {
                    rest.skip(6)?;
                    visit.open(&rest.name()?)?;
                    if token & 0x40 != 0 {
                        rest.skip(4)?;
                    }
                }
                0x02 => visit.end_of_attributes(),
                0x03 | 0x04 => visit.close(),
                0x05 => {
                    let kind = rest.u8()?;
                    let bytes = rest.counted()?;
                    (kind == TEXT).then(|| visit.value(Value { kind, bytes }))?;
                }
                0x06 => visit.attribute(&rest.name()?),
                0x07 => visit.value(Value { kind: TEXT, bytes: rest.counted()? }),
                0x08 => visit.value(Value { kind: TEXT, bytes: rest.bytes(2)? }),
                // Character and entity references: the fields that are read have none.
                0x09 => drop(rest.name()?),
                0x0A => drop(rest.name()?),
                0x0B => drop(rest.counted()?),
                0x0C => {
                    let (from, to, values) = template(&mut rest)?;
                    self.tokens += values.len() as u32;
                    self.walk_in(from, to, &values, depth + 1, visit)?;
                }
                0x0D | 0x0E => {
                    let index = usize::from(rest.u16()?);
                    rest.skip(1)?;
                    // A missing value is empty.
                    let Some(&(kind, from, to)) = values.get(index) else { continue };
                    if kind == XML {
                        self.walk_in(from, to, &Values::new(), depth + 1, visit)?;
                    } else {
                        visit.value(Value { kind, bytes: self.chunk.get(from..to)? });
                    }
                }
                0x0F => rest.skip(3)?,
                _ => return None,
            }
        }
        Some(())
    }
}

/// Start and end of the XML of a template, and its values.
fn template(rest: &mut Reader<'_>) -> Option<(usize, usize, Values)> {
    rest.skip(5)?;
    let at = rest.u32()? as usize;
    let mut definition = Reader { chunk: rest.chunk, at, end: rest.chunk.len() };
    definition.skip(20)?;
    let length = definition.u32()? as usize;
    let (from, to) = (definition.at, definition.at.checked_add(length)?);
    if at == rest.at {
        rest.skip(24_usize.checked_add(length)?)?;
    }
    let count = rest.u32().filter(|count| *count <= MAX_VALUES)?;
    let mut kinds = Reader { chunk: rest.chunk, at: rest.at, end: rest.end };
    rest.skip(4 * count as usize)?;
    let mut values = Values::new();
    for _ in 0..count {
        let (length, kind) = (usize::from(kinds.u16()?), kinds.u8()?);
        kinds.skip(1)?;
        let from = rest.at;
        rest.skip(length)?;
        values.push((kind, from, rest.at));
    }
    Some((from, to, values))
}

/// Reads a part of a chunk from its start. Unlike [`Cursor`] it knows its offset.
struct Reader<'c> {
    chunk: &'c [u8],
    at: usize,
    end: usize,
}

impl<'c> Reader<'c> {
    fn bytes(&mut self, count: usize) -> Option<&'c [u8]> {
        let end = self.at.checked_add(count).filter(|end| *end <= self.end)?;
        let bytes = self.chunk.get(self.at..end)?;
        self.at = end;
        Some(bytes)
    }

    fn skip(&mut self, count: usize) -> Option<()> {
        self.bytes(count).map(|_| ())
    }

    fn u8(&mut self) -> Option<u8> {
        self.bytes(1)?.first().copied()
    }

    fn u16(&mut self) -> Option<u16> {
        ByteOrder::Little.u16(&mut Cursor(self.bytes(2)?))
    }

    fn u32(&mut self) -> Option<u32> {
        ByteOrder::Little.u32(&mut Cursor(self.bytes(4)?))
    }

    /// UTF-16 text after its length in characters.
    fn counted(&mut self) -> Option<&'c [u8]> {
        let count = self.u16()?;
        self.bytes(2 * usize::from(count))
    }

    /// A name by its offset, which may be the current one; then the name itself follows and is skipped.
    fn name(&mut self) -> Option<String> {
        let at = self.u32()? as usize;
        let mut name = Reader { chunk: self.chunk, at, end: self.chunk.len() };
        name.skip(6)?;
        let text = name.counted()?;
        let known = text.get(..2 * MAX_NAME_CHARS).unwrap_or(text);
        if at == self.at {
            name.skip(2)?;
            self.skip(name.at - at)?;
        }
        Some(utf16(known))
    }
}

/// UTF-16 text up to its first zero.
pub(crate) fn utf16(bytes: &[u8]) -> String {
    let units = bytes.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit));
    let text = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER));
    text.take_while(|c| *c != '\0').collect()
}
