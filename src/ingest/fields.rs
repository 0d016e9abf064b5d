//! The texts of one row, by role: what every kind of row becomes before it is read as a record.

use std::borrow::Cow;
use std::net::IpAddr;

use super::roles::{ROLES, Role};
use super::value::{clean, is_unset};

/// The texts of one row. Made once and used for many rows.
#[derive(Debug)]
pub(super) struct Fields<'a> {
    texts: [&'a [u8]; ROLES],
    /// One bit a role: whether it has a text.
    told: u32,
    /// One bit a role: whether the text is the inside of a JSON string with escapes.
    escaped: u32,
    /// The source and destination of formats that write them as numbers.
    pub ends: Option<[IpAddr; 2]>,
    /// The start, in microseconds, of formats that write it in two numbers.
    pub start: Option<i64>,
}

const _: () = assert!(ROLES <= 32);

impl<'a> Fields<'a> {
    pub fn new() -> Self {
        Fields { texts: [b""; ROLES], told: 0, escaped: 0, ends: None, start: None }
    }

    /// Forgets the row.
    #[inline(always)]
    pub fn clear(&mut self) {
        self.told = 0;
        self.escaped = 0;
        self.ends = None;
        self.start = None;
    }

    #[inline(always)]
    pub fn set(&mut self, role: Role, text: &'a [u8]) {
        if let Some(slot) = self.texts.get_mut(role as usize) {
            *slot = text;
        }
        self.told |= 1 << role as u32;
        self.escaped &= !(1 << role as u32);
    }

    /// Sets the inside of a JSON string that has escapes.
    pub fn set_escaped(&mut self, role: Role, text: &'a [u8]) {
        self.set(role, text);
        self.escaped |= 1 << role as u32;
    }

    /// The text as it stands, if the row has one.
    #[inline(always)]
    pub fn raw(&self, role: Role) -> Option<&'a [u8]> {
        if self.told >> role as u32 & 1 == 0 {
            return None;
        }
        self.texts.get(role as usize).copied()
    }

    /// The text as a person means it, if the row has one.
    #[inline(always)]
    pub fn text(&self, role: Role) -> Option<Cow<'a, [u8]>> {
        let raw = self.raw(role)?;
        Some(if self.escaped >> role as u32 & 1 == 1 { Cow::Owned(unescaped(raw)) } else { clean(raw) })
    }

    /// The text, if it stands for a value.
    pub fn value(&self, role: Role) -> Option<Cow<'a, [u8]>> {
        self.text(role).filter(|text| !is_unset(text))
    }

    /// Whether the row has any of the roles that name something.
    #[inline(always)]
    pub fn any_name(&self) -> bool {
        const NAMES: u32 = 1 << Role::Host as u32
            | 1 << Role::Query as u32
            | 1 << Role::Answer as u32
            | 1 << Role::Process as u32
            | 1 << Role::Target as u32;
        self.told & NAMES != 0
    }

    /// Whether the text stands for a value.
    pub fn has(&self, role: Role) -> bool {
        self.value(role).is_some()
    }

    /// Whether the text is one of these, in upper or lower case.
    pub fn is(&self, role: Role, words: &[&str]) -> bool {
        self.text(role)
            .is_some_and(|text| words.iter().any(|word| text.eq_ignore_ascii_case(word.as_bytes())))
    }

    /// Whether the text begins so, in upper or lower case.
    pub fn begins(&self, role: Role, word: &str) -> bool {
        let head = |text: Cow<'_, [u8]>| {
            text.get(..word.len()).is_some_and(|t| t.eq_ignore_ascii_case(word.as_bytes()))
        };
        self.text(role).is_some_and(head)
    }

    /// The text as a whole number.
    pub fn number(&self, role: Role) -> Option<u64> {
        super::value::number::bytes(&self.value(role)?)
    }
}

/// The text that a JSON string with escapes stands for; an escape that is none stays as it is.
fn unescaped(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.iter().position(|&b| b == b'\\') {
        let (before, from) = rest.split_at(at);
        out.extend_from_slice(before);
        rest = from.get(2..).unwrap_or_default();
        match from.get(1) {
            Some(b'n') => out.push(b'\n'),
            Some(b't') => out.push(b'\t'),
            Some(b'r') => out.push(b'\r'),
            Some(b'b' | b'f') => out.push(b' '),
            Some(b'u') => {
                let (letter, after) = unicode(rest);
                out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
                rest = after;
            }
            Some(&byte) => out.push(byte),
            None => out.push(b'\\'),
        }
    }
    out.extend_from_slice(rest);
    out
}

/// The letter of the digits after `\u`, and what follows it.
fn unicode(text: &[u8]) -> (char, &[u8]) {
    let unit = |text: &[u8]| {
        let digits = std::str::from_utf8(text.get(..4)?).ok()?;
        u16::from_str_radix(digits, 16).ok()
    };
    let Some(first) = unit(text) else { return (char::REPLACEMENT_CHARACTER, text) };
    let rest = text.get(4..).unwrap_or_default();
    // Letters beyond the first 65536 are two units.
    let second = rest.strip_prefix(b"\\u").and_then(unit);
    let mut units = [first, second.unwrap_or(0)];
    let units = units.get_mut(..1 + usize::from(second.is_some())).unwrap_or_default();
    match char::decode_utf16(units.iter().copied()).next() {
        Some(Ok(letter)) if letter as u32 > 0xFFFF => (letter, rest.get(6..).unwrap_or_default()),
        Some(Ok(letter)) => (letter, rest),
        _ => (char::REPLACEMENT_CHARACTER, rest),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_of_json_strings() {
        for (raw, text) in [
            (r"C:\\Windows\\a.exe", r"C:\Windows\a.exe"),
            (r#"\"a\/b\""#, "\"a/b\""),
            (r"\u00e4\ud83d\ude00\u0041", "ä😀A"),
            (r"\ud83d!", "\u{FFFD}!"),
            (r"\uzz", "\u{FFFD}zz"),
            (r"a\", "a\\"),
            (r"\n\t", "\n\t"),
        ] {
            assert_eq!(String::from_utf8_lossy(&unescaped(raw.as_bytes())), text, "{raw}");
        }
    }

    #[test]
    fn a_row_forgets_the_one_before() {
        let mut fields = Fields::new();
        fields.set_escaped(Role::Host, b"a\\n");
        fields.set(Role::Port, b" \"443\" ");
        assert_eq!(fields.number(Role::Port), Some(443));
        assert!(fields.is(Role::Host, &["A\n"]) && fields.begins(Role::Host, "A"));
        fields.clear();
        assert!(!fields.has(Role::Host) && fields.raw(Role::Port).is_none());
        fields.set(Role::Host, b"(empty)");
        assert!(!fields.has(Role::Host) && fields.raw(Role::Host).is_some());
    }
}
