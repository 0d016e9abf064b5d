//! The text of a query while it is written, with texts of a user quoted.

use std::fmt::{Display, Write};

/// The text of a query so far.
#[derive(Debug, Default)]
pub(super) struct QueryText(pub String);

/// Writes what a placeholder stands for, by its name.
pub(super) type Placeholder<'p> = dyn FnMut(&mut QueryText, &str) + 'p;

impl QueryText {
    pub fn push(&mut self, text: &str) {
        self.0.push_str(text);
    }

    pub fn show(&mut self, value: &dyn Display) {
        // Writing to a text cannot fail.
        let _ = write!(self.0, "{value}");
    }

    /// Writes a pattern, in which a name between two `#` is a placeholder. What is written for it is not searched
    /// for placeholders, so that no text of a user can be one.
    pub fn pattern(&mut self, pattern: &str, placeholder: &mut Placeholder<'_>) {
        for (number, part) in pattern.split('#').enumerate() {
            match number % 2 {
                0 => self.push(part),
                _ => placeholder(self, part),
            }
        }
    }

    /// Writes items with commas between them.
    pub fn each<T>(&mut self, items: &[T], write: &mut dyn FnMut(&mut QueryText, &T)) {
        for (number, item) in items.iter().enumerate() {
            if number > 0 {
                self.push(", ");
            }
            write(self, item);
        }
    }

    /// The text since an earlier length.
    pub fn since(&self, begin: usize) -> &str {
        self.0.get(begin..).unwrap_or_default()
    }

    /// Puts brackets around the text since an earlier length.
    pub fn bracket(&mut self, begin: usize) {
        self.0.insert(begin, '(');
        self.0.push(')');
    }

    /// Writes a user's text between two quotes: without characters that begin a new line in any of the
    /// languages, and with a character before special ones.
    fn escaped(&mut self, quote: char, text: &str, special: &str, before: char, backtick: char) {
        self.0.push(quote);
        for character in text.chars() {
            if special.chars().any(|special| special == character) {
                self.0.push(before);
            }
            self.0.push(match character {
                '`' => backtick,
                '\u{2028}' | '\u{2029}' => ' ',
                _ if character.is_control() => ' ',
                _ => character,
            });
        }
        self.0.push(quote);
    }

    /// Writes a user's text in a comment, such that it neither ends the comment nor begins another.
    pub fn comment_text(&mut self, text: &str) {
        self.escaped('"', text, "*/", ' ', '\'');
    }
}

/// How a language quotes a text.
#[derive(Debug, Clone, Copy)]
pub(super) enum Quote {
    /// In single quotes. A quote in the text is doubled; nothing else is special.
    Doubled,
    /// In single quotes, with backslashes before special characters.
    SingleEscaped,
    /// In double quotes, with backslashes before special characters.
    DoubleEscaped,
    /// The same, without backticks, which can begin a macro.
    Splunk,
}

impl Quote {
    pub fn write(self, out: &mut QueryText, text: &str) {
        match self {
            Quote::Doubled => out.escaped('\'', text, "'", '\'', '`'),
            Quote::SingleEscaped => out.escaped('\'', text, "\\'", '\\', '`'),
            Quote::DoubleEscaped => out.escaped('"', text, "\\\"", '\\', '`'),
            Quote::Splunk => out.escaped('"', text, "\\\"", '\\', '\''),
        }
    }
}

/// Writes the separators between alternatives, and brackets around them if there are several.
#[derive(Debug, Clone, Copy)]
pub(super) struct Alternatives {
    begin: usize,
    count: u32,
    between: &'static str,
}

impl Alternatives {
    pub fn begin(out: &QueryText, between: &'static str) -> Self {
        Alternatives { begin: out.0.len(), count: 0, between }
    }

    /// To be called before each alternative.
    pub fn next(&mut self, out: &mut QueryText) {
        if self.count > 0 {
            out.push(self.between);
        }
        self.count += 1;
    }

    /// To be called after the last alternative. False if there was none.
    pub fn end(self, out: &mut QueryText) -> bool {
        if self.count > 1 {
            out.bracket(self.begin);
        }
        self.count > 0
    }
}
