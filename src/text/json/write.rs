//! Values → compact JSON: what serde_json writes, with much less code.

use std::fmt::Display;

use serde::ser::{self, Impossible, Serialize, Serializer};

use crate::text::numerals;

/// A value as compact JSON. Keys of maps must be texts, and enums without fields; reports have no others.
pub(crate) fn written(value: &impl Serialize) -> String {
    written_in(String::new(), value)
}

/// As [`written`], with room for about as much, or behind what is written already.
pub(crate) fn written_in(room: String, value: &impl Serialize) -> String {
    let mut out = Json(room);
    // There is no error that it could be.
    let _ = value.serialize(&mut out);
    out.0
}

/// JSON on its way.
struct Json(String);

/// The error that writing to a string never has.
#[derive(Debug)]
enum Never {}

impl Json {
    /// To be called before a key, and before an item of a list.
    #[inline(never)]
    fn next(&mut self) {
        // No value ends like this.
        if !self.0.ends_with(['[', '{']) {
            self.0.push(',');
        }
    }

    #[inline(never)]
    fn key(&mut self, name: &str) {
        self.next();
        self.text(name);
        self.0.push(':');
    }

    #[inline(never)]
    fn text(&mut self, text: &str) {
        self.0.push('"');
        let mut rest = text;
        while let Some(at) = rest.bytes().position(|byte| byte < b' ' || byte == b'"' || byte == b'\\') {
            let (plain, special) = rest.split_at_checked(at).unwrap_or_default();
            self.0.push_str(plain);
            self.escape(special.as_bytes().first().copied().unwrap_or_default());
            rest = special.get(1..).unwrap_or_default();
        }
        self.0.push_str(rest);
        self.0.push('"');
    }

    fn escape(&mut self, byte: u8) {
        self.0.push('\\');
        self.0.push(match byte {
            b'"' | b'\\' => char::from(byte),
            8 => 'b',
            9 => 't',
            10 => 'n',
            12 => 'f',
            13 => 'r',
            _ => 'u',
        });
        if self.0.ends_with('u') {
            self.0.push_str(if byte < 16 { "000" } else { "001" });
            self.0.extend(char::from_digit(u32::from(byte) % 16, 16));
        }
    }

    #[inline(never)]
    fn signed(&mut self, number: i64) {
        numerals::signed(&mut self.0, number);
    }

    #[inline(never)]
    fn whole(&mut self, number: u64) {
        numerals::whole(&mut self.0, number);
    }

    fn open(&mut self, bracket: char) -> &mut Self {
        self.0.push(bracket);
        self
    }
}

impl Display for Never {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match *self {}
    }
}

impl std::error::Error for Never {}

impl ser::Error for Never {
    fn custom<T: Display>(message: T) -> Self {
        // Types of the standard library do this whose values may have no text: paths, locks, times.
        unreachable!("{message}")
    }
}

type Written = Result<(), Never>;

impl Serializer for &mut Json {
    type Ok = ();
    type Error = Never;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Impossible<(), Never>;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Impossible<(), Never>;

    fn serialize_bool(self, value: bool) -> Written {
        self.0.push_str(if value { "true" } else { "false" });
        Ok(())
    }

    fn serialize_i8(self, value: i8) -> Written {
        self.serialize_i64(value.into())
    }

    fn serialize_i16(self, value: i16) -> Written {
        self.serialize_i64(value.into())
    }

    fn serialize_i32(self, value: i32) -> Written {
        self.serialize_i64(value.into())
    }

    fn serialize_i64(self, value: i64) -> Written {
        self.signed(value);
        Ok(())
    }

    fn serialize_u8(self, value: u8) -> Written {
        self.serialize_u64(value.into())
    }

    fn serialize_u16(self, value: u16) -> Written {
        self.serialize_u64(value.into())
    }

    fn serialize_u32(self, value: u32) -> Written {
        self.serialize_u64(value.into())
    }

    fn serialize_u64(self, value: u64) -> Written {
        self.whole(value);
        Ok(())
    }

    fn serialize_f32(self, value: f32) -> Written {
        self.serialize_f64(value.into())
    }

    fn serialize_f64(self, value: f64) -> Written {
        match value.is_finite() {
            true => numerals::decimal(&mut self.0, value, ".0"),
            false => self.0.push_str("null"),
        }
        Ok(())
    }

    fn serialize_char(self, value: char) -> Written {
        self.text(value.encode_utf8(&mut [0; 4]));
        Ok(())
    }

    fn serialize_str(self, value: &str) -> Written {
        self.text(value);
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Written {
        self.collect_seq(value)
    }

    fn serialize_none(self) -> Written {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Written {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Written {
        self.0.push_str("null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Written {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Written {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Written {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Written {
        self.open('{').key(variant);
        value.serialize(&mut *self)?;
        self.0.push('}');
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self, Never> {
        Ok(self.open('['))
    }

    fn serialize_tuple(self, _: usize) -> Result<Self, Never> {
        Ok(self.open('['))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self, Never> {
        Ok(self.open('['))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Impossible<(), Never>, Never> {
        unreachable!("{variant} has fields")
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self, Never> {
        Ok(self.open('{'))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Never> {
        Ok(self.open('{'))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Impossible<(), Never>, Never> {
        unreachable!("{variant} has fields")
    }
}

/// The three kinds of lists, which look alike in JSON.
macro_rules! list {
    ($kind:ident, $item:ident) => {
        impl ser::$kind for &mut Json {
            type Ok = ();
            type Error = Never;

            fn $item<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
                self.next();
                value.serialize(&mut **self)
            }

            fn end(self) -> Written {
                self.0.push(']');
                Ok(())
            }
        }
    };
}

list!(SerializeSeq, serialize_element);
list!(SerializeTuple, serialize_element);
list!(SerializeTupleStruct, serialize_field);

impl ser::SerializeStruct for &mut Json {
    type Ok = ();
    type Error = Never;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Written {
        self.key(name);
        value.serialize(&mut **self)
    }

    fn end(self) -> Written {
        self.0.push('}');
        Ok(())
    }
}

impl ser::SerializeMap for &mut Json {
    type Ok = ();
    type Error = Never;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Written {
        self.next();
        key.serialize(&mut **self)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
        self.0.push(':');
        value.serialize(&mut **self)
    }

    fn end(self) -> Written {
        self.0.push('}');
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::written;
    use proptest::prelude::*;
    use serde::Serialize;
    use std::collections::BTreeMap;

    #[derive(Serialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        OneWord,
    }

    #[derive(Serialize)]
    struct Whole(u8);

    #[derive(Serialize)]
    struct Everything {
        texts: Vec<String>,
        signed: (i8, i64),
        map: BTreeMap<String, Option<u64>>,
        kind: Kind,
        inside: Whole,
        nothing: [(); 2],
        yes: bool,
        letter: char,
        #[serde(skip_serializing_if = "Option::is_none")]
        left_out: Option<f64>,
    }

    proptest! {
        #[test]
        fn values_are_written_as_serde_json_writes_them(
            texts in prop::collection::vec(".*|[\\x00-\\x1f\"\\\\a]*", 0..4),
            signed in any::<(i8, i64)>(),
            map in prop::collection::btree_map("[a\"]{0,3}", any::<Option<u64>>(), 0..3),
            (yes, letter, left_out) in (any::<bool>(), any::<char>(), prop::option::of(Just(1.5))),
            number in any::<u8>(),
        ) {
            let (kind, inside) = (Kind::OneWord, Whole(number));
            let all = Everything { texts, signed, map, kind, inside, nothing: [(); 2], yes, letter, left_out };
            prop_assert_eq!(Some(written(&all)), serde_json::to_string(&all).ok());
        }
    }
}
