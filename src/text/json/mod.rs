//! JSON: documents read by field with path and place, and JSON written by own code.

mod node;
mod write;

pub(crate) use node::{FromJson, JsonDocument, JsonNode, JsonObject};
pub(crate) use write::{written, written_in};

/// What a JSON text between quotes stands for. None if it is no such text. Halves of a character that stand
/// alone become the replacement character.
pub(crate) fn unescaped(quoted: &str) -> Option<String> {
    let inside = quoted.strip_prefix('"')?.strip_suffix('"')?;
    let (mut out, mut rest, mut halves) = (String::with_capacity(inside.len()), inside, Vec::new());
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at_checked(at)?;
        if !before.is_empty() {
            flush(&mut halves, &mut out);
        }
        out.push_str(before);
        let kind = *escape.as_bytes().get(1)?;
        rest = escape.get(2..)?;
        let plain = match kind {
            b'u' => {
                halves.push(u16::from_str_radix(rest.get(..4)?, 16).ok()?);
                rest = rest.get(4..)?;
                continue;
            }
            b'b' => '\u{8}',
            b'f' => '\u{C}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'"' | b'\\' | b'/' => char::from(kind),
            _ => return None,
        };
        flush(&mut halves, &mut out);
        out.push(plain);
    }
    flush(&mut halves, &mut out);
    out.push_str(rest);
    Some(out)
}

/// Writes the characters of escapes that followed each other.
fn flush(halves: &mut Vec<u16>, out: &mut String) {
    if halves.is_empty() {
        return;
    }
    out.extend(char::decode_utf16(halves.drain(..)).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn escapes_stand_for_what_json_says() {
        for (json, text) in [
            (r#""""#, Some("")),
            (r#""a\tb\n\"\\\/\b\f\r""#, Some("a\tb\n\"\\/\u{8}\u{C}\r")),
            (r#""\u00e9\ud83d\ude00!""#, Some("é😀!")),
            (r#""\ud83dx""#, Some("\u{FFFD}x")),
            (r#""\x""#, None),
            (r#""\u12""#, None),
            (r#""\u12é4""#, None),
            ("a", None),
        ] {
            assert_eq!(unescaped(json).as_deref(), text, "{json}");
        }
    }

    proptest! {
        #[test]
        fn what_serde_json_writes_comes_back(text in any::<String>()) {
            let json = serde_json::to_string(&text).unwrap_or_default();
            prop_assert_eq!(unescaped(&json), Some(text));
        }
    }
}
