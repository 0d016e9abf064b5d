//! A query while it is written, and what is harmless in it.

use std::fmt::{Display, Write};

/// A text that grows.
#[derive(Debug, Default)]
pub(super) struct Text(pub String);

/// Writes what goes into a place, by the place's name.
pub(super) type Place<'p> = dyn FnMut(&mut Text, &str) + 'p;

impl Text {
    #[inline(never)]
    pub fn push(&mut self, text: &str) {
        self.0.push_str(text);
    }

    #[inline(never)]
    pub fn show(&mut self, value: &dyn Display) {
        // Writing to a text cannot fail.
        let _ = write!(self.0, "{value}");
    }

    /// A pattern: what stands between two `#` in it is a place. What is written there is not looked at
    /// again, so that no text of a user can name one.
    #[inline(never)]
    pub fn pattern(&mut self, pattern: &str, place: &mut Place<'_>) {
        for (number, part) in pattern.split('#').enumerate() {
            match number % 2 {
                0 => self.push(part),
                _ => place(self, part),
            }
        }
    }

    /// Each of some, with commas between.
    pub fn each<T>(&mut self, items: &[T], write: &mut dyn FnMut(&mut Text, &T)) {
        for (number, item) in items.iter().enumerate() {
            if number > 0 {
                self.push(", ");
            }
            write(self, item);
        }
    }

    /// What was written since then.
    pub fn since(&self, begin: usize) -> &str {
        self.0.get(begin..).unwrap_or_default()
    }

    /// Puts brackets around what was written since then.
    #[inline(never)]
    pub fn bracket(&mut self, begin: usize) {
        self.0.insert(begin, '(');
        self.0.push(')');
    }

    /// A user's text between two quotes: without what begins a new line in any of the languages, and with
    /// something before special characters.
    #[inline(never)]
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

    /// A user's text in a remark: nothing in it ends one, or begins one.
    #[inline(never)]
    pub fn harmless(&mut self, text: &str) {
        self.escaped('"', text, "*/", ' ', '\'');
    }
}

/// How a language writes a text.
#[derive(Debug, Clone, Copy)]
pub(super) enum Quote {
    /// In single quotes; one inside is doubled, and nothing else is special.
    Doubled,
    /// In single quotes, with backslashes before what is special.
    SingleEscaped,
    /// In double quotes, with backslashes before what is special.
    DoubleEscaped,
    /// The same, without backticks, which might begin a macro.
    Splunk,
}

impl Quote {
    #[inline(never)]
    pub fn write(self, out: &mut Text, text: &str) {
        match self {
            Quote::Doubled => out.escaped('\'', text, "'", '\'', '`'),
            Quote::SingleEscaped => out.escaped('\'', text, "\\'", '\\', '`'),
            Quote::DoubleEscaped => out.escaped('"', text, "\\\"", '\\', '`'),
            Quote::Splunk => out.escaped('"', text, "\\\"", '\\', '\''),
        }
    }
}

/// The separators and brackets of alternatives, whose number is known only at their end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Alternatives {
    begin: usize,
    count: u32,
    between: &'static str,
}

impl Alternatives {
    pub fn begin(out: &Text, between: &'static str) -> Self {
        Alternatives { begin: out.0.len(), count: 0, between }
    }

    /// To be called before each.
    #[inline(never)]
    pub fn next(&mut self, out: &mut Text) {
        if self.count > 0 {
            out.push(self.between);
        }
        self.count += 1;
    }

    /// Whether there was any; several get brackets.
    #[inline(never)]
    pub fn end(self, out: &mut Text) -> bool {
        if self.count > 1 {
            out.bracket(self.begin);
        }
        self.count > 0
    }
}
