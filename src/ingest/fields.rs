//! The fields of one row by role, whatever its format. Records are parsed from them.

use std::borrow::Cow;
use std::net::IpAddr;

use super::roles::{ROLES, Role};
use crate::text::value::clean::{clean, is_unset};

/// The texts of one row. Reused for many rows.
#[derive(Debug)]
pub(super) struct Fields<'a> {
    texts: [&'a [u8]; ROLES],
    /// One bit per role: whether it has a text.
    present: u32,
    /// One bit per role: whether the text is a JSON string with escapes.
    escaped: u32,
    /// Source and destination, in formats that write them as numbers.
    pub ends: Option<[IpAddr; 2]>,
}

const _: () = assert!(ROLES <= 32);

impl<'a> Fields<'a> {
    pub fn new() -> Self {
        Fields { texts: [b""; ROLES], present: 0, escaped: 0, ends: None }
    }

    /// Removes all texts.
    #[inline(always)]
    pub fn clear(&mut self) {
        self.present = 0;
        self.escaped = 0;
        self.ends = None;
    }

    #[inline(always)]
    pub fn set(&mut self, role: Role, text: &'a [u8]) {
        if let Some(slot) = self.texts.get_mut(role as usize) {
            *slot = text;
        }
        self.present |= 1 << role as u32;
        self.escaped &= !(1 << role as u32);
    }

    /// As [`set`](Fields::set), not for hot loops.
    #[inline(never)]
    pub fn put(&mut self, role: Role, text: &'a [u8]) {
        self.set(role, text);
    }

    /// Sets a JSON string that has escapes, with its quotes.
    pub fn set_escaped(&mut self, role: Role, text: &'a [u8]) {
        self.set(role, text);
        self.escaped |= 1 << role as u32;
    }

    /// The raw text, if the row has one.
    #[inline(always)]
    pub fn raw(&self, role: Role) -> Option<&'a [u8]> {
        if self.present >> role as u32 & 1 == 0 {
            return None;
        }
        self.texts.get(role as usize).copied()
    }

    /// The text without quotes, escapes and surrounding blanks, if the row has one.
    #[inline(always)]
    pub fn text(&self, role: Role) -> Option<Cow<'a, [u8]>> {
        self.raw(role).map(|raw| self.cleaned(role, raw))
    }

    #[inline(never)]
    fn cleaned(&self, role: Role, raw: &'a [u8]) -> Cow<'a, [u8]> {
        if self.escaped >> role as u32 & 1 == 1 { Cow::Owned(unescaped(raw)) } else { clean(raw) }
    }

    /// The text, unless it is a placeholder for "no value".
    #[inline(never)]
    pub fn value(&self, role: Role) -> Option<Cow<'a, [u8]>> {
        self.text(role).filter(|text| !is_unset(text))
    }

    /// Whether the row has a duration or an end.
    #[inline(always)]
    pub fn any_duration(&self) -> bool {
        self.present & (1 << Role::Duration as u32 | 1 << Role::End as u32) != 0
    }

    /// Whether the row has a host, the target of a CONNECT, a query, or a process.
    #[inline(always)]
    pub fn any_name(&self) -> bool {
        const ANY: u32 = 1 << Role::Host as u32
            | 1 << Role::Target as u32
            | 1 << Role::Query as u32
            | 1 << Role::Process as u32;
        self.present & ANY != 0
    }

    /// Whether there is a text that is not a placeholder for "no value".
    #[inline(never)]
    pub fn has(&self, role: Role) -> bool {
        self.value(role).is_some()
    }

    /// Whether the text is one of these words, in upper or lower case.
    #[inline(never)]
    pub fn is(&self, role: Role, words: &str) -> bool {
        self.text(role).is_some_and(|text| one_of(&text, words))
    }
}

/// Whether a text is one of these words, in upper or lower case. Words consist of letters, digits and characters for
/// which the bit of the case does not matter.
#[inline(never)]
pub(super) fn one_of(text: &[u8], words: &str) -> bool {
    let mut rest = words.as_bytes();
    loop {
        let len = rest.iter().position(|&b| b == b' ').unwrap_or(rest.len());
        let (word, after) = rest.split_at(len);
        if len == text.len() && text.iter().zip(word).all(|(a, b)| a | 0x20 == b | 0x20) {
            return true;
        }
        let Some(after) = after.get(1..) else { return false };
        rest = after;
    }
}

/// The value of a JSON string with its quotes; a damaged string is returned as it is.
#[inline(never)]
fn unescaped(quoted: &[u8]) -> Vec<u8> {
    match crate::text::json::unescaped(&String::from_utf8_lossy(quoted)) {
        Some(text) => text.into_bytes(),
        None => quoted.to_vec(),
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
            (r"\n\t", "\n\t"),
        ] {
            assert_eq!(String::from_utf8_lossy(&unescaped(format!("\"{raw}\"").as_bytes())), text, "{raw}");
        }
        assert_eq!(unescaped(br#""\uzz""#), br#""\uzz""#);
        assert_eq!(unescaped(b"\"\xFF\\n\""), "\u{FFFD}\n".as_bytes());
    }

    #[test]
    fn a_row_forgets_the_one_before() {
        let mut fields = Fields::new();
        fields.set_escaped(Role::Host, b"\"a\\n\"");
        fields.set(Role::Port, b" \"443\" ");
        assert!(fields.is(Role::Port, "80 443 8080"));
        assert!(fields.is(Role::Host, "A\n") && !fields.is(Role::Host, "a b"));
        fields.clear();
        assert!(!fields.has(Role::Host) && fields.raw(Role::Port).is_none());
        fields.set(Role::Host, b"(empty)");
        assert!(!fields.has(Role::Host) && fields.raw(Role::Host).is_some());
    }
}
