//! JSON objects → the fields of a row. Values are slices of the text; nothing is allocated.

use wide::u8x16;

use super::field_names::{FieldCollector, FieldNameIndex};
use super::field_path::{FieldPath, VisitFields};
use super::fields::Fields;

/// Maximum nesting of objects; records have four or five levels.
const MAX_DEPTH: u32 = 16;

/// Position of the first byte that is one of two.
#[inline(always)]
pub(super) fn find_either(text: &[u8], first: u8, second: u8) -> Option<usize> {
    let (chunks, rest) = text.as_chunks::<16>();
    for (at, chunk) in chunks.iter().enumerate() {
        let bytes = u8x16::new(*chunk);
        let found = bytes.simd_eq(u8x16::splat(first)) | bytes.simd_eq(u8x16::splat(second));
        let mask = found.to_bitmask();
        if mask != 0 {
            return Some(at * 16 + mask.trailing_zeros() as usize);
        }
    }
    let at = rest.iter().position(|&b| b == first || b == second)?;
    Some(chunks.len() * 16 + at)
}

/// Length of a string without its quotes, and whether it has escapes. `text` begins after the opening quote.
#[inline(never)]
pub(super) fn string(text: &[u8]) -> Option<(usize, bool)> {
    let (mut at, mut escaped) = (0, false);
    loop {
        at += find_either(text.get(at..)?, b'"', b'\\')?;
        if text.get(at) == Some(&b'"') {
            return Some((at, escaped));
        }
        escaped = true;
        at += 2;
    }
}

/// Position of the first such byte; not for hot loops.
#[inline(never)]
pub(super) fn find_byte(text: &[u8], byte: u8) -> Option<usize> {
    find_either(text, byte, byte)
}

/// Length of the object, array or string at the beginning of `text`; none if it does not end there.
pub(super) fn whole(text: &[u8]) -> Option<usize> {
    let (mut at, mut depth) = (0, 0_usize);
    loop {
        match text.get(at)? {
            b'"' => at += 1 + string(text.get(at + 1..)?)?.0,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return Some(at);
        }
    }
}

/// Finds the fields of an object; false if the text is not an object.
#[inline(never)]
pub(super) fn read<'a>(text: &'a [u8], names: &mut FieldNameIndex, fields: &mut Fields<'a>) -> bool {
    walk(text, &mut FieldCollector::new(names, fields)).is_some()
}

/// Adds the names of an object's fields; of a damaged object, those before the damage.
pub(super) fn fields_of(text: &[u8], names: &mut Vec<String>) {
    walk(text, names);
}

fn walk<'a>(text: &'a [u8], visitor: &mut dyn VisitFields<'a>) -> Option<()> {
    let mut walk = Walk { text, at: 0, path: FieldPath::new(), depth: 0, visitor };
    if walk.blank()? != b'{' {
        return None;
    }
    walk.object()?;
    walk.blank().is_none().then_some(())
}

struct Walk<'v, 'a> {
    text: &'a [u8],
    at: usize,
    path: FieldPath,
    depth: u32,
    visitor: &'v mut dyn VisitFields<'a>,
}

impl<'a> Walk<'_, 'a> {
    /// The next byte that is not a blank. It is not consumed.
    #[inline(never)]
    fn blank(&mut self) -> Option<u8> {
        loop {
            match *self.text.get(self.at)? {
                b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
                byte => return Some(byte),
            }
        }
    }

    /// Consumes the string that begins with the next quote.
    #[inline(never)]
    fn string(&mut self) -> Option<(&'a [u8], bool)> {
        let rest = self.text.get(self.at + 1..)?;
        let (len, escaped) = string(rest)?;
        let start = self.at;
        self.at += len + 2;
        // A string with escapes keeps its quotes, as it is unescaped later.
        Some((if escaped { self.text.get(start..self.at)? } else { rest.get(..len)? }, escaped))
    }

    /// Consumes the object that begins with the next bracket.
    fn object(&mut self) -> Option<()> {
        self.deeper()?;
        let end = self.path.end();
        if self.blank()? == b'}' {
            return self.out();
        }
        loop {
            if self.blank()? != b'"' {
                return None;
            }
            let (name, _) = self.string()?;
            if self.blank()? != b':' {
                return None;
            }
            self.at += 1;
            match self.blank()? {
                b'{' => self.path.push_object(name),
                _ => self.path.push(name),
            }
            self.value(name)?;
            self.path.return_to(end);
            match self.blank()? {
                b',' => self.at += 1,
                b'}' => return self.out(),
                _ => return None,
            }
        }
    }

    /// Consumes an array. Its values have the name of the array.
    fn array(&mut self, written: &[u8]) -> Option<()> {
        self.deeper()?;
        if self.blank()? == b']' {
            return self.out();
        }
        loop {
            self.value(written)?;
            match self.blank()? {
                b',' => self.at += 1,
                b']' => return self.out(),
                _ => return None,
            }
        }
    }

    /// Consumes the value of the name at the end of the path.
    fn value(&mut self, written: &[u8]) -> Option<()> {
        let bracket = match self.blank()? {
            b'"' => {
                let (text, escaped) = self.string()?;
                self.visitor.value(&self.path, written, text, escaped);
                return Some(());
            }
            bracket @ (b'{' | b'[') => bracket,
            _ => {
                let rest = self.text.get(self.at..)?;
                let len = rest.iter().position(|b| b",]} \t\r\n".contains(b)).unwrap_or(rest.len());
                self.at += len;
                let text = rest.get(..len).filter(|text| !text.is_empty())?;
                self.visitor.value(&self.path, written, text, false);
                return Some(());
            }
        };
        if !self.visitor.may_continue(&self.path) {
            self.at += whole(self.text.get(self.at..)?)?;
            return Some(());
        }
        if bracket == b'{' { self.object() } else { self.array(written) }
    }

    fn deeper(&mut self) -> Option<()> {
        self.at += 1;
        self.depth += 1;
        (self.depth <= MAX_DEPTH).then_some(())
    }

    fn out(&mut self) -> Option<()> {
        self.at += 1;
        self.depth -= 1;
        Some(())
    }
}
