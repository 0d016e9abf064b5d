//! Texts made of texts, and what is harmless in them.

use crate::time::{SECOND, query_format};

/// Fills the places of a template: what stands between two `#` is the name of a place. What is filled in is
/// not looked at again.
pub(super) fn fill(template: &str, places: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(2 * template.len());
    for (number, part) in template.split('#').enumerate() {
        if number % 2 == 0 {
            out.push_str(part);
        } else {
            let place = places.iter().find(|(name, _)| *name == part);
            debug_assert!(place.is_some(), "no place {part}");
            out.push_str(place.map_or("", |(_, text)| text));
        }
    }
    out
}

/// Texts with something between them.
pub(super) fn joined(texts: &[String], between: &str) -> String {
    texts.join(between)
}

/// A user's text without what begins a new line, in any of the languages.
pub(super) fn on_one_line(text: &str) -> String {
    let ends_line = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    text.chars().map(|c| if ends_line(c) { ' ' } else { c }).collect()
}

/// A user's text for a remark: with nothing that ends one.
pub(super) fn harmless(text: &str) -> String {
    on_one_line(text).replace("*/", "* /").replace("/*", "/ *").replace('`', "'")
}

/// A text in single quotes; a quote in it is doubled, and nothing else is special (SQL, AQL).
pub(super) fn single_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A text in double quotes, with backslashes before what is special (KQL, SPL).
pub(super) fn double_quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// `2026-03-02 18:00:00.000000`, in UTC.
pub(super) fn instant(micros: i64) -> String {
    format!("{}.{:06}", query_format(micros, 0), micros.rem_euclid(SECOND))
}
