//! Whether a text is JSON (RFC 8259), and where it is none.

/// Values inside one another, at most.
const DEEPEST: usize = 128;

/// What is wrong with a text, and at which byte; nothing if it is one JSON value.
pub(crate) fn fault(text: &str) -> Option<(usize, &'static str)> {
    let mut check = Check { bytes: text.as_bytes(), at: 0 };
    let problem = check.value(0).err().or_else(|| {
        let end = check.blank().is_none();
        (!end).then_some("found trailing characters")
    })?;
    Some((check.at, problem))
}

struct Check<'a> {
    bytes: &'a [u8],
    at: usize,
}

type Checked = Result<(), &'static str>;

impl Check<'_> {
    fn next(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// The first byte that is no white space.
    #[inline(never)]
    fn blank(&mut self) -> Option<u8> {
        while matches!(self.next()?, b' ' | b'\t' | b'\r' | b'\n') {
            self.at += 1;
        }
        self.next()
    }

    /// Takes one of these bytes, if one is next.
    #[inline(never)]
    fn take(&mut self, bytes: &[u8]) -> bool {
        let taken = self.next().is_some_and(|next| bytes.contains(&next));
        self.at += usize::from(taken);
        taken
    }

    fn value(&mut self, depth: usize) -> Checked {
        match self.blank() {
            Some(b'{') => self.inside(b'}', depth),
            Some(b'[') => self.inside(b']', depth),
            Some(b'"') => self.text(),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => {
                let rest = self.bytes.get(self.at..).unwrap_or_default();
                let word = ["true", "false", "null"].iter().find(|word| rest.starts_with(word.as_bytes()));
                self.at += word.ok_or("expected a value")?.len();
                Ok(())
            }
        }
    }

    /// Items, or members if the bracket is that of an object.
    fn inside(&mut self, end: u8, depth: usize) -> Checked {
        if depth == DEEPEST {
            return Err("found too many values inside one another");
        }
        self.at += 1;
        self.blank();
        if self.take(&[end]) {
            return Ok(());
        }
        loop {
            if end == b'}' {
                self.name()?;
            }
            self.value(depth + 1)?;
            self.blank();
            if self.take(&[end]) {
                return Ok(());
            }
            if !self.take(b",") {
                return Err("expected a comma or a closing bracket");
            }
        }
    }

    fn name(&mut self) -> Checked {
        if self.blank() != Some(b'"') {
            return Err("expected a name in double quotes");
        }
        self.text()?;
        self.blank();
        if self.take(b":") { Ok(()) } else { Err("expected a colon") }
    }

    #[inline(never)]
    fn text(&mut self) -> Checked {
        self.at += 1;
        loop {
            match self.next().ok_or("expected the end of a text")? {
                b'"' => break,
                ..b' ' => return Err("found a control character in a text"),
                b'\\' => self.escape()?,
                _ => {}
            }
            self.at += 1;
        }
        self.at += 1;
        Ok(())
    }

    /// To its last byte.
    fn escape(&mut self) -> Checked {
        let behind = self.bytes.get(self.at + 1..).unwrap_or_default();
        let len = match behind {
            [b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..] => 1,
            [b'u', a, b, c, d, ..] if [a, b, c, d].iter().all(|digit| digit.is_ascii_hexdigit()) => 5,
            _ => return Err("found an escape that is none"),
        };
        self.at += len;
        Ok(())
    }

    fn number(&mut self) -> Checked {
        self.take(b"-");
        if !self.take(b"0") {
            self.digits()?;
        }
        if self.take(b".") {
            self.digits()?;
        }
        if self.take(b"eE") {
            self.take(b"+-");
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Checked {
        if !self.take(b"0123456789") {
            return Err("expected a digit");
        }
        while self.take(b"0123456789") {}
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::fault;
    use proptest::prelude::*;
    use serde_json::Value;

    #[test]
    fn faults_have_their_place() {
        for (text, at) in
            [("", 0), (" {} x", 4), ("[1, é]", 4), ("{\"a\" 1}", 5), ("[01]", 2), ("\"\\x\"", 1), ("[1,]", 3)]
        {
            assert_eq!(fault(text).map(|fault| fault.0), Some(at), "{text}");
        }
        assert!(fault(&"[".repeat(1_000_000)).is_some());
        assert_eq!(fault(&("[".repeat(128) + &"]".repeat(128))), None);
    }

    proptest! {
        #[test]
        fn json_is_what_serde_json_reads(
            pieces in prop::collection::vec(
                prop::sample::select(vec![
                    "{", "}", "[", "]", ",", ":", "\"", "\"a\"", "\\", "\\n", "\\u00e9", "\\u12", "0", "12", "-", ".", ".5",
                    "e", "E+", "true", "false", "null", "nul", " ", "\n", "\t", "é", "\u{1}", "\"a\":", "[]", "{}", "1",
                ]),
                0..8,
            ),
        ) {
            let text = pieces.concat();
            let read = serde_json::from_str::<serde::de::IgnoredAny>(&text);
            prop_assert_eq!(fault(&text).is_none(), read.is_ok(), "{}", text);
        }

        #[test]
        fn what_serde_json_writes_is_json(
            text in any::<String>(), number in any::<f64>(), flag in any::<Option<bool>>(),
        ) {
            let value = serde_json::json!([{text.clone(): [text, number]}, flag, {}]);
            prop_assert_eq!(fault(&value.to_string()), None);
            let pretty = serde_json::to_string_pretty::<Value>(&value).unwrap_or_default();
            prop_assert_eq!(fault(&pretty), None);
        }
    }
}
