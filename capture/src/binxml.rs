//! The binary XML of Windows event logs, walked from token to token.
//!
//! As described in [MS-EVEN6], 2.2.12 and 3.1.4.7, and by J. Metz in "Windows XML Event Log (EVTX) format". All
//! offsets are of the chunk that holds the record: names and templates stand where they were needed first.

use crate::bytes::{Cursor, Order};

/// Tokens and values read for one chunk at most; templates in templates could otherwise take forever. Chunks that
/// were recorded take a tenth of it.
const MOST_TOKENS: u32 = 1 << 18;

/// A longer name is none of an element that is read, nor of any that is known.
const LONGEST_NAME: usize = 64;

/// Templates and values that hold XML within each other.
const DEEPEST: u32 = 16;

/// Values of a template.
const MOST_VALUES: u32 = 4096;

/// What is found on the way; elements and their content as in any XML.
pub(crate) trait Visit {
    /// None: too deep.
    fn open(&mut self, name: &str) -> Option<()>;
    /// What follows is its value, until the next one or the end of the attributes.
    fn attribute(&mut self, name: &str);
    fn end_of_attributes(&mut self);
    fn value(&mut self, value: Value<'_>);
    fn close(&mut self);
}

/// A value, by the number of its type.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Value<'a> {
    pub kind: u8,
    pub bytes: &'a [u8],
}

const TEXT: u8 = 0x01;
const XML: u8 = 0x21;

/// A chunk whose records are walked.
#[derive(Debug)]
pub(crate) struct Walker<'c> {
    chunk: &'c [u8],
    tokens: u32,
}

/// The values of a template, by their places in the chunk.
type Values = Vec<(u8, usize, usize)>;

impl<'c> Walker<'c> {
    pub fn new(chunk: &'c [u8]) -> Self {
        Walker { chunk, tokens: 0 }
    }

    /// Walks the XML from a place to another; none if it is none.
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
        if depth > DEEPEST {
            return None;
        }
        let mut rest = Reader { chunk: self.chunk, at: from, end: to.min(self.chunk.len()) };
        while rest.at < rest.end {
            self.tokens += 1;
            if self.tokens > MOST_TOKENS {
                return None;
            }
            let token = rest.u8()?;
            match token & !0x40 {
                0x00 => return Some(()),
                0x01 => {
                    rest.pass(6)?;
                    visit.open(&rest.name()?)?;
                    if token & 0x40 != 0 {
                        rest.pass(4)?;
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
                // What stands for a sign: none is in what is read here.
                0x09 => drop(rest.name()?),
                0x0A => drop(rest.name()?),
                0x0B => drop(rest.counted()?),
                0x0C => {
                    let (from, to, values) = template(&mut rest)?;
                    self.tokens += values.len() as u32;
                    self.walk_in(from, to, &values, depth + 1, visit)?;
                }
                0x0D | 0x0E => {
                    let place = usize::from(rest.u16()?);
                    rest.pass(1)?;
                    // A value that is not there is an empty one.
                    let Some(&(kind, from, to)) = values.get(place) else { continue };
                    if kind == XML {
                        self.walk_in(from, to, &Values::new(), depth + 1, visit)?;
                    } else {
                        visit.value(Value { kind, bytes: self.chunk.get(from..to)? });
                    }
                }
                0x0F => rest.pass(3)?,
                _ => return None,
            }
        }
        Some(())
    }
}

/// Where the text of a template stands, and its values.
fn template(rest: &mut Reader<'_>) -> Option<(usize, usize, Values)> {
    rest.pass(5)?;
    let at = rest.u32()? as usize;
    let mut definition = Reader { chunk: rest.chunk, at, end: rest.chunk.len() };
    definition.pass(20)?;
    let length = definition.u32()? as usize;
    let (from, to) = (definition.at, definition.at.checked_add(length)?);
    if at == rest.at {
        rest.pass(24_usize.checked_add(length)?)?;
    }
    let count = rest.u32().filter(|count| *count <= MOST_VALUES)?;
    let mut kinds = Reader { chunk: rest.chunk, at: rest.at, end: rest.end };
    rest.pass(4 * count as usize)?;
    let mut values = Values::new();
    for _ in 0..count {
        let (length, kind) = (usize::from(kinds.u16()?), kinds.u8()?);
        kinds.pass(1)?;
        let from = rest.at;
        rest.pass(length)?;
        values.push((kind, from, rest.at));
    }
    Some((from, to, values))
}

/// A part of a chunk that is read from the front.
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

    fn pass(&mut self, count: usize) -> Option<()> {
        self.bytes(count).map(|_| ())
    }

    fn u8(&mut self) -> Option<u8> {
        self.bytes(1)?.first().copied()
    }

    fn u16(&mut self) -> Option<u16> {
        Order::Little.u16(&mut Cursor(self.bytes(2)?))
    }

    fn u32(&mut self) -> Option<u32> {
        Order::Little.u32(&mut Cursor(self.bytes(4)?))
    }

    /// Text after its length in characters.
    fn counted(&mut self) -> Option<&'c [u8]> {
        let count = self.u16()?;
        self.bytes(2 * usize::from(count))
    }

    /// A name by its place, which may be here.
    fn name(&mut self) -> Option<String> {
        let at = self.u32()? as usize;
        let mut name = Reader { chunk: self.chunk, at, end: self.chunk.len() };
        name.pass(6)?;
        let text = name.counted()?;
        let known = text.get(..2 * LONGEST_NAME).unwrap_or(text);
        if at == self.at {
            name.pass(2)?;
            self.pass(name.at - at)?;
        }
        Some(utf16(known))
    }
}

/// Text of 16-bit characters, without the zero at its end.
pub(crate) fn utf16(bytes: &[u8]) -> String {
    let units = bytes.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit));
    let text = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER));
    text.take_while(|c| *c != '\0').collect()
}
