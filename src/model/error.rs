//! The error type: a stable code, a message that says what was found and what was expected, the place and
//! the field, and a hint with the fix.

use std::fmt;

/// What kind of mistake an [`Error`] reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The bytes of a source are not flow records that can be read.
    NotFlows,
    /// A rule document is malformed.
    Rule,
    /// The options of a [`Detector`](crate::Detector) contradict each other or name something unknown.
    Options,
    /// An address is not an IPv4 or IPv6 address.
    Address,
}

/// Where in the input an [`Error`] was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Position {
    /// Line, counted from 1.
    pub line: u64,
    /// Byte offset from the start of the source, counted from 0.
    pub byte: u64,
}

/// An error with a stable [`code`](Error::code), the [position](Error::position) and the
/// [`field`](Error::field) where they are known, and a [`hint`](Error::hint) that says how to fix it.
///
/// Rows that cannot be used are not errors: they are counted in
/// [`Report::diagnostics`](crate::report::Report::diagnostics).
///
/// ```
/// let error = beaconlens::Rule::from_json(r#"{"gates": {"min_conections": 5}}"#).unwrap_err();
/// assert_eq!(error.code(), "E_RULE");
/// assert_eq!(error.field(), Some("gates.min_conections"));
/// assert!(error.to_string().contains("min_conections"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(Box<Inner>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Inner {
    kind: ErrorKind,
    message: String,
    hint: Option<String>,
    position: Option<Position>,
    field: Option<String>,
}

/// A text of the input for a message: in quotes, with invisible characters and those that change the direction of text
/// escaped.
#[cold]
#[inline(never)]
pub(crate) fn quoted(text: &str) -> String {
    format!("{text:?}")
}

impl Error {
    #[cold]
    #[inline(never)]
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Error(Box::new(Inner { kind, message: message.into(), hint: None, position: None, field: None }))
    }

    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    pub(crate) fn at(mut self, line: u64, byte: u64) -> Self {
        self.0.position = Some(Position { line, byte });
        self
    }

    pub(crate) fn with_field(mut self, path: impl Into<String>) -> Self {
        self.0.field = Some(path.into());
        self
    }

    /// What kind of mistake this is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The stable code of the kind, for programs: `E_NOT_FLOWS`, `E_RULE`, `E_OPTIONS` or `E_ADDRESS`.
    pub fn code(&self) -> &'static str {
        match self.0.kind {
            ErrorKind::NotFlows => "E_NOT_FLOWS",
            ErrorKind::Rule => "E_RULE",
            ErrorKind::Options => "E_OPTIONS",
            ErrorKind::Address => "E_ADDRESS",
        }
    }

    /// The field of the rule or of the options that is wrong, as a path such as `gates.min_connections` or
    /// `reference_sets[0].entries[2]`; nothing if no single field is.
    pub fn field(&self) -> Option<&str> {
        self.0.field.as_deref()
    }

    /// Where it was found, where that is known.
    pub fn position(&self) -> Option<Position> {
        self.0.position
    }

    /// What was found and what was expected.
    pub(crate) fn message(&self) -> &str {
        &self.0.message
    }

    /// How to fix it, where that is known.
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn what_cannot_be_seen_is_escaped() {
        assert_eq!(quoted("süß 1"), "\"süß 1\"");
        assert_eq!(quoted("a\"b\\\n"), r#""a\"b\\\n""#);
        for letter in ['\u{1B}', '\u{9B}', '\u{202E}', '\u{200B}', '\u{FEFF}'] {
            assert_eq!(quoted(&letter.to_string()), format!("\"{}\"", letter.escape_default()));
        }
    }
}
