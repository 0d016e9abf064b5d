//! A rule document while it is read: JSON whose every part knows where it stands, so that a mistake names
//! the field and the place.
//!
//! Not by derived readers: those of one rule would be a tenth of the module.

use std::borrow::Cow;
use std::fmt;

use crate::model::error::{Error, ErrorKind, joined};
use crate::text::json::{self, unescaped};

/// A part of a document: sound JSON.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part<'a> {
    /// How many bytes stand before it.
    byte: usize,
    whole: &'a str,
    /// Without spaces around it.
    text: &'a str,
    way: Way<'a>,
}

/// The way to a part.
#[derive(Debug, Clone, Copy)]
enum Way<'a> {
    Root,
    Field(&'a Way<'a>, &'a str),
    Item(&'a Way<'a>, usize),
}

impl fmt::Display for Way<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Way::Root => Ok(()),
            Way::Field(Way::Root, name) => f.write_str(name),
            Way::Field(before, name) => write!(f, "{before}.{name}"),
            Way::Item(before, position) => write!(f, "{before}[{position}]"),
        }
    }
}

/// Reads a field of an object, by its name.
type EachField<'f> = dyn FnMut(&str, Part<'_>) -> Result<(), Error> + 'f;
/// Reads an item of a list, by its position.
type EachItem<'f> = dyn FnMut(usize, Part<'_>) -> Result<(), Error> + 'f;

/// The whole document.
pub(crate) fn whole(text: &str) -> Result<Part<'_>, Error> {
    let whole = Part { byte: 0, whole: text, text, way: Way::Root };
    match json::fault(text) {
        None => Ok(whole.trimmed()),
        Some((byte, problem)) => Err(Part { byte, ..whole }.error(problem)),
    }
}

impl<'a> Part<'a> {
    fn trimmed(self) -> Self {
        let behind = self.text.trim_ascii_start();
        Part { byte: self.byte + self.text.len() - behind.len(), text: behind.trim_ascii_end(), ..self }
    }

    /// Reads the fields of an object; another than the named ones is a mistake, and so is one twice.
    pub fn fields(&self, names: &[&str], each: &mut EachField<'_>) -> Result<(), Error> {
        if !self.text.starts_with('{') {
            return Err(self.expected("an object"));
        }
        let mut before: Vec<String> = Vec::new();
        for member in self.members() {
            let colon = end_of_value(member.text, b':');
            let (name, value) = member.text.split_at_checked(colon).unwrap_or_default();
            let name = string(name.trim_ascii_end()).unwrap_or_default();
            let value = value.strip_prefix(':').unwrap_or_default();
            let byte = member.byte + member.text.len() - value.len();
            let part = Part { byte, text: value, way: Way::Field(&self.way, &name), ..*self }.trimmed();
            if !names.contains(&&*name) {
                let known = if names.is_empty() {
                    "no field".to_owned()
                } else {
                    format!("one of {}", joined(names, ", "))
                };
                return Err(part.error(&format!("unknown, expected {known}")));
            }
            if before.iter().any(|before| *before == name) {
                return Err(part.error("found twice"));
            }
            each(&name, part)?;
            before.push(name.into_owned());
        }
        Ok(())
    }

    /// Reads the items of a list.
    pub fn items(&self, each: &mut EachItem<'_>) -> Result<(), Error> {
        if !self.text.starts_with('[') {
            return Err(self.expected("a list"));
        }
        for (position, item) in self.members().enumerate() {
            each(position, Part { way: Way::Item(&self.way, position), ..item })?;
        }
        Ok(())
    }

    /// What stands between the commas of an object or a list.
    fn members(&self) -> impl Iterator<Item = Part<'a>> + use<'a> {
        let inside = self.text.get(1..self.text.len().saturating_sub(1)).unwrap_or_default();
        let mut rest = Part { byte: self.byte + 1, text: inside, ..*self }.trimmed();
        std::iter::from_fn(move || {
            let end = end_of_value(rest.text, b',');
            let (member, behind) = rest.text.split_at_checked(end)?;
            let found = Part { text: member, ..rest }.trimmed();
            rest = Part { byte: rest.byte + end + 1, text: behind.get(1..).unwrap_or_default(), ..rest };
            (!found.text.is_empty()).then_some(found)
        })
    }

    /// How it is written.
    pub fn written(&self) -> &str {
        self.text
    }

    pub fn is_null(&self) -> bool {
        self.text == "null"
    }

    /// Reads a text, by a function that takes what it can.
    pub fn text<T>(&self, expected: &str, read: impl FnOnce(&str) -> Option<T>) -> Result<T, Error> {
        string(self.text).and_then(|text| read(&text)).ok_or_else(|| self.expected(expected))
    }

    /// A whole number in a range.
    pub fn number(&self, least: u64, most: u64) -> Result<u64, Error> {
        // JSON knows two zeros.
        let text = if self.text == "-0" { "0" } else { self.text };
        let number = text.parse().ok().filter(|number| (least..=most).contains(number));
        number.ok_or_else(|| match most {
            u64::MAX => self.expected(&format!("a whole number from {least}")),
            _ => self.expected(&format!("a whole number from {least} to {most}")),
        })
    }

    /// A count: a whole number from 0.
    pub fn count(&self) -> Result<u64, Error> {
        self.number(0, u64::MAX)
    }

    /// A UTC offset in minutes, of less than a day.
    pub fn utc_offset(&self) -> Result<i32, Error> {
        let minutes = self.text.parse().ok().filter(|minutes| (-1439..=1439).contains(minutes));
        minutes.ok_or_else(|| self.expected("a whole number from -1439 to 1439"))
    }

    /// Yes or no.
    pub fn flag(&self) -> Result<bool, Error> {
        self.text.parse().map_err(|_| self.expected("true or false"))
    }

    /// A list of ports.
    pub fn ports(&self) -> Result<Vec<u16>, Error> {
        let mut ports = Vec::new();
        self.items(&mut |_, part| {
            ports.push(part.number(0, u64::from(u16::MAX))? as u16);
            Ok(())
        })?;
        Ok(ports)
    }

    /// That something else stands here than what is needed.
    #[cold]
    pub fn expected(&self, expected: &str) -> Error {
        let mut found: String = self.text.chars().take(80).collect();
        if found.len() < self.text.len() {
            found.push('…');
        }
        self.error(&format!("found {found}, expected {expected}"))
    }

    /// A mistake here.
    #[cold]
    pub fn error(&self, problem: &str) -> Error {
        let lines = self.whole.bytes().take(self.byte).filter(|byte| *byte == b'\n').count();
        let error = match self.way {
            Way::Root => invalid(format!("rule: {problem}")),
            _ => {
                let field = self.way.to_string();
                invalid(format!("rule, field `{field}`: {problem}")).with_field(field)
            }
        };
        error.at(lines as u64 + 1, self.byte as u64)
    }
}

/// An error in a rule, with the hint that all of them have.
pub(super) fn invalid(message: String) -> Error {
    const HINT: &str = "every field is optional, and `{}` is the default rule; print it to start from";
    Error::new(ErrorKind::Rule, message).with_hint(HINT)
}

/// Where the value at the start of sound JSON ends: at the next such byte that is in no text, list or object.
#[inline(never)]
fn end_of_value(text: &str, end: u8) -> usize {
    let (mut at, mut depth) = (0, 0_usize);
    while let Some(byte) = text.as_bytes().get(at) {
        match byte {
            b'"' => at += length_of_string(text.get(at..).unwrap_or_default()),
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ if *byte == end && depth == 0 => return at,
            _ => {}
        }
        at += 1;
    }
    text.len()
}

/// From the quote at the start to the one at the end.
fn length_of_string(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 1;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        match rest.iter().position(|byte| matches!(byte, b'"' | b'\\')) {
            Some(found) if rest.get(found) == Some(&b'\\') => at += found + 2,
            Some(found) => return at + found,
            None => return text.len(),
        }
    }
}

/// The text that a JSON string stands for.
fn string(json: &str) -> Option<Cow<'_, str>> {
    let inside = json.strip_prefix('"').and_then(|text| text.strip_suffix('"'))?;
    match inside.contains('\\') {
        true => unescaped(json).map(Cow::Owned),
        false => Some(Cow::Borrowed(inside)),
    }
}
