//! A JSON document while its fields are read. Every value knows its path and its place, so that an error
//! names both.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::model::error::{Error, ErrorKind};

/// Characters of a value that an error shows.
const MAX_SHOWN: usize = 80;

/// A JSON text, and what errors in it say.
#[derive(Debug, Clone, Copy)]
pub(crate) struct JsonDocument<'a> {
    pub text: &'a str,
    /// What errors call the document.
    pub name: &'static str,
    pub kind: ErrorKind,
    pub hint: Option<&'static str>,
}

/// A value in a document.
#[derive(Debug, Clone, Copy)]
pub(crate) struct JsonNode<'a> {
    document: &'a JsonDocument<'a>,
    json: &'a str,
    path: JsonPath<'a>,
}

/// The path from the root of a document to a value, such as `reference_sets[0].name`.
#[derive(Debug, Clone, Copy)]
enum JsonPath<'a> {
    Root,
    Field(&'a JsonPath<'a>, &'a str),
    Item(&'a JsonPath<'a>, usize),
}

impl fmt::Display for JsonPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            JsonPath::Root => Ok(()),
            JsonPath::Field(JsonPath::Root, name) => f.write_str(name),
            JsonPath::Field(parent, name) => write!(f, "{parent}.{name}"),
            JsonPath::Item(parent, position) => write!(f, "{parent}[{position}]"),
        }
    }
}

impl<'a> JsonDocument<'a> {
    /// The document's value; an error if the text is not one JSON value.
    pub fn root(&'a self) -> Result<JsonNode<'a>, Error> {
        match serde_json::from_str::<&RawValue>(self.text) {
            Ok(value) => Ok(JsonNode { document: self, json: value.get(), path: JsonPath::Root }),
            Err(error) => Err(self.syntax_error(&error)),
        }
    }

    #[cold]
    fn syntax_error(&self, error: &serde_json::Error) -> Error {
        let (line, column) = (error.line(), error.column());
        let message = error.to_string();
        let problem = message.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&message);
        let line_start: usize =
            self.text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
        let byte = self.text.floor_char_boundary(line_start + column.saturating_sub(1));
        self.error_at(byte, "", problem)
    }

    /// An error found by other code, with the place of the field that it names.
    #[cold]
    pub fn located(&self, error: Error) -> Error {
        let byte = self.offset(self.find(error.field().unwrap_or_default()));
        error.at(self.line(byte), byte as u64)
    }

    /// The value at a path, or the innermost value around it that is there.
    fn find(&self, path: &str) -> &'a str {
        let mut found = self.text;
        for step in path.split(['.', '[']) {
            let inner = match step.strip_suffix(']') {
                Some(position) => {
                    let items = serde_json::from_str::<Vec<&RawValue>>(found).unwrap_or_default();
                    position
                        .parse::<usize>()
                        .ok()
                        .and_then(|position| items.get(position).map(|item| item.get()))
                }
                None => {
                    let members = serde_json::from_str::<Members>(found).unwrap_or_default().0;
                    members.iter().find(|member| member.name == step).map(|member| member.json)
                }
            };
            let Some(inner) = inner else { break };
            found = inner;
        }
        found
    }

    /// How many bytes of the document are before a part of its text.
    fn offset(&self, part: &str) -> usize {
        part.as_ptr().addr().saturating_sub(self.text.as_ptr().addr())
    }

    fn line(&self, byte: usize) -> u64 {
        let before = self.text.bytes().take(byte);
        before.filter(|byte| *byte == b'\n').count() as u64 + 1
    }

    #[cold]
    fn error_at(&self, byte: usize, field: &str, problem: &str) -> Error {
        let place = if field.is_empty() { String::new() } else { format!(", field `{field}`") };
        let mut error = Error::new(self.kind, format!("{}{place}: {problem}", self.name))
            .at(self.line(byte), byte as u64);
        if !field.is_empty() {
            error = error.with_field(field);
        }
        if let Some(hint) = self.hint {
            error = error.with_hint(hint);
        }
        error
    }
}

impl<'a> JsonNode<'a> {
    /// The value's text in the document.
    pub fn json(&self) -> &'a str {
        self.json
    }

    /// The fields of an object.
    pub fn object(self) -> Result<JsonObject<'a>, Error> {
        match serde_json::from_str::<Members>(self.json) {
            Ok(members) => Ok(JsonObject { node: self, members: members.0, known: Vec::new() }),
            Err(_) => Err(self.expected("an object")),
        }
    }

    /// Reads each item of a list, with its position.
    pub fn list<T>(
        self,
        mut read: impl FnMut(usize, JsonNode<'_>) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let items = serde_json::from_str::<Vec<&RawValue>>(self.json).map_err(|_| self.expected("a list"))?;
        let read = |(position, item): (usize, &RawValue)| {
            let path = JsonPath::Item(&self.path, position);
            read(position, JsonNode { document: self.document, json: item.get(), path })
        };
        items.into_iter().enumerate().map(read).collect()
    }

    /// Reads a value by its type alone.
    pub fn value<T: Deserialize<'a>>(self, expected: &str) -> Result<T, Error> {
        serde_json::from_str(self.json).map_err(|_| self.expected(expected))
    }

    /// Reads a text with a function that returns none for what it does not take.
    pub fn text<T>(self, expected: &str, read: impl FnOnce(&str) -> Option<T>) -> Result<T, Error> {
        let text: JsonText<'a> = self.value(expected)?;
        read(&text.0).ok_or_else(|| self.expected(expected))
    }

    /// An error that says what was found and what was expected.
    #[cold]
    pub fn expected(&self, expected: &str) -> Error {
        let mut found: String = self.json.chars().take(MAX_SHOWN).collect();
        if found.len() < self.json.len() {
            found.push('…');
        }
        self.error(&format!("found {found}, expected {expected}"))
    }

    #[cold]
    fn error(&self, problem: &str) -> Error {
        self.document.error_at(self.document.offset(self.json), &self.path.to_string(), problem)
    }
}

/// The fields of an object, of which the known ones are read by name.
#[derive(Debug)]
pub(crate) struct JsonObject<'a> {
    node: JsonNode<'a>,
    members: Vec<Member<'a>>,
    /// The names that were asked for.
    known: Vec<&'static str>,
}

impl JsonObject<'_> {
    /// Reads a field into its place, if the object has it.
    pub fn read<T: FromJson>(&mut self, name: &'static str, into: &mut T) -> Result<(), Error> {
        self.with(name, |node| {
            *into = T::from_json(node)?;
            Ok(())
        })
    }

    /// Reads a field that the object must have.
    pub fn required<T: FromJson>(&mut self, name: &'static str) -> Result<T, Error> {
        let mut value = None;
        self.with(name, |node| {
            value = Some(T::from_json(node)?);
            Ok(())
        })?;
        value.ok_or_else(|| self.node.error(&format!("missing field `{name}`")))
    }

    /// Calls a function with a field, if the object has it.
    pub fn with(
        &mut self,
        name: &'static str,
        read: impl FnOnce(JsonNode<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.known.push(name);
        let mut same_name = self.members.iter().filter(|member| member.name == name);
        let Some(member) = same_name.next() else { return Ok(()) };
        match same_name.next() {
            None => read(self.child(member)),
            Some(second) => Err(self.child(second).error("found twice")),
        }
    }

    /// To be called after the last field was read: an error if the object has a field that was not asked for.
    pub fn finish(self) -> Result<(), Error> {
        match self.members.iter().find(|member| !self.known.contains(&&*member.name)) {
            None => Ok(()),
            Some(member) => {
                let known = self.known.join(", ");
                Err(self.child(member).error(&format!("unknown, expected one of {known}")))
            }
        }
    }

    fn child<'c>(&'c self, member: &'c Member<'c>) -> JsonNode<'c> {
        let path = JsonPath::Field(&self.node.path, &member.name);
        JsonNode { document: self.node.document, json: member.json, path }
    }
}

/// A value that is read from JSON, with an error that says what was expected.
pub(crate) trait FromJson: Sized {
    fn from_json(node: JsonNode<'_>) -> Result<Self, Error>;
}

impl FromJson for u64 {
    fn from_json(node: JsonNode<'_>) -> Result<Self, Error> {
        node.value("a whole number from 0")
    }
}

impl FromJson for u32 {
    fn from_json(node: JsonNode<'_>) -> Result<Self, Error> {
        node.value("a whole number from 0 to 4294967295")
    }
}

impl FromJson for u16 {
    fn from_json(node: JsonNode<'_>) -> Result<Self, Error> {
        node.value("a whole number from 0 to 65535")
    }
}

impl FromJson for i32 {
    fn from_json(node: JsonNode<'_>) -> Result<Self, Error> {
        node.value("a whole number")
    }
}

impl FromJson for bool {
    fn from_json(node: JsonNode<'_>) -> Result<Self, Error> {
        node.value("true or false")
    }
}

impl FromJson for String {
    fn from_json(node: JsonNode<'_>) -> Result<Self, Error> {
        node.value("a text")
    }
}

/// None is `null`.
impl<T: FromJson> FromJson for Option<T> {
    fn from_json(node: JsonNode<'_>) -> Result<Self, Error> {
        if node.json == "null" { Ok(None) } else { T::from_json(node).map(Some) }
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn from_json(node: JsonNode<'_>) -> Result<Self, Error> {
        node.list(|_, item| T::from_json(item))
    }
}

/// A text, borrowed from the document if it has no escapes.
#[derive(serde::Deserialize)]
struct JsonText<'a>(#[serde(borrow)] Cow<'a, str>);

/// A field of an object. A map of serde_json would lose fields that are there twice.
#[derive(Debug)]
struct Member<'a> {
    name: Cow<'a, str>,
    json: &'a str,
}

#[derive(Debug, Default)]
struct Members<'a>(Vec<Member<'a>>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
        let mut members = Vec::new();
        while let Some((name, value)) = map.next_entry::<JsonText<'de>, &RawValue>()? {
            members.push(Member { name: name.0, json: value.get() });
        }
        Ok(Members(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(text: &str) -> JsonDocument<'_> {
        JsonDocument { text, name: "options", kind: ErrorKind::Options, hint: None }
    }

    /// Reads `{"a": {"b": [count]}}`.
    fn read(text: &str) -> Result<Vec<u64>, Error> {
        let document = document(text);
        let (mut a, mut numbers) = (document.root()?.object()?, Vec::new());
        a.with("a", |a| {
            let mut b = a.object()?;
            b.read("b", &mut numbers)?;
            b.finish()
        })?;
        a.finish()?;
        Ok(numbers)
    }

    fn error(text: &str) -> (String, Option<String>, Option<u64>) {
        match read(text) {
            Ok(numbers) => panic!("{numbers:?}"),
            Err(error) => {
                let field = error.field().map(str::to_owned);
                (error.to_string(), field, error.position().map(|position| position.byte))
            }
        }
    }

    #[test]
    fn known_fields_are_read() {
        assert_eq!(read(r#" { "\u0061" : {"b":[1, 22]} } "#), Ok(vec![1, 22]));
        assert_eq!(read("{}"), Ok(vec![]));
    }

    #[test]
    fn an_error_has_path_and_place() {
        let found =
            |message: &str, field: &str, byte| (message.to_owned(), Some(field.to_owned()), Some(byte));
        assert_eq!(
            error(r#"{"a": {"b": [1, "x"]}}"#),
            found("options, field `a.b[1]`: found \"x\", expected a whole number from 0", "a.b[1]", 16)
        );
        assert_eq!(
            error(r#"{"a": {"b": 7}}"#),
            found("options, field `a.b`: found 7, expected a list", "a.b", 12)
        );
        assert_eq!(
            error(r#"{"a": {"c": 7}}"#),
            found("options, field `a.c`: unknown, expected one of b", "a.c", 12)
        );
        assert_eq!(error(r#"{"a": {}, "a": 1}"#), found("options, field `a`: found twice", "a", 15));
        assert_eq!(error(" []"), ("options: found [], expected an object".to_owned(), None, Some(1)));
    }

    #[test]
    fn what_is_not_json_has_a_place() {
        for (text, byte) in
            [("", 0), (" {} x", 4), ("[1, é]", 4), ("{\"a\" 1}", 5), ("[01]", 2), ("\n[1,]", 4)]
        {
            assert_eq!(error(text).2, Some(byte), "{text}: {}", error(text).0);
        }
        assert_eq!(error("{} x").0, "options: trailing characters");
        assert!(read(&"[".repeat(1_000_000)).is_err());
    }

    #[test]
    fn an_error_of_other_code_gets_the_place_of_its_field() {
        let document = document("{\n\"a\": [{}, {\"name\": 7}]}");
        let byte = |field: &str| {
            let error = document.located(Error::new(ErrorKind::Rule, "").with_field(field));
            error.position().map(|position| (position.line, position.byte))
        };
        assert_eq!(byte("a[1].name"), Some((2, 21)));
        assert_eq!(byte("a[0].name"), Some((2, 8)), "the object without that field");
        assert_eq!(byte("b"), Some((1, 0)));
    }
}
