//! JSON text → its format, and where its objects are.

use super::column_mapping::columns_of;
use super::detected_format::DetectedFormat;
use super::field_names::FieldNameIndex;
use super::format::definition::{Format, Signature};
use super::format::generic;
use super::format::registry::{FORMATS, any_of};
use super::json;
use super::options::DetectorOptions;
use super::refusal::{Refusal, shortened};
use super::row_splitter::{Next, Objects, RowSplitter};
use super::rows::{FieldExtractor, Rows};
use crate::model::error::{Error, ErrorKind};

/// How many JSON objects are examined to find the format.
const MAX_EXAMINED_OBJECTS: usize = 200;

/// The format of JSON text, by the fields of its first objects.
#[inline(never)]
pub(super) fn by_fields(text: &[u8], options: &DetectorOptions) -> Result<DetectedFormat, Refusal> {
    let splitter = splitter_of(text, options);
    let (mut first, mut fields, mut at) = (splitter, Vec::new(), 0);
    for _ in 0..MAX_EXAMINED_OBJECTS {
        // An object that is cut off at the end still has its first fields.
        let Next::Row { start, end, after } = first.next(text, at, true) else { break };
        json::fields_of(text.get(start..end).unwrap_or_default(), &mut fields);
        at = after;
    }
    let Some(format) = of_fields(&fields, options) else { return Err(other_fields(fields, options)) };
    let rows = Rows { splitter, extractor: FieldExtractor::Json(FieldNameIndex::of(format, options)) };
    Ok(DetectedFormat::Rows { format, rows, data_start: 0 })
}

/// The format of JSON objects with these fields.
#[inline(never)]
fn of_fields(fields: &[String], options: &DetectorOptions) -> Option<&'static Format> {
    let fits = |format: &&&Format| match format.signature {
        Signature::Json("") => columns_of(fields, format, &options.columns).1.is_empty(),
        Signature::Json(sets) => any_of(sets, fields),
        _ => false,
    };
    FORMATS.iter().find(fits).copied()
}

/// How the objects of a JSON text are found. One object per line, if possible, as a damaged line then does not affect
/// others; otherwise the objects at some level of a document.
#[inline(never)]
pub(super) fn splitter_of(text: &[u8], options: &DetectorOptions) -> RowSplitter {
    let document = text.trim_ascii_start();
    let len = json::whole(document).unwrap_or(0);
    let (first, after) = document.split_at(len);
    let mut fields = Vec::new();
    json::fields_of(first, &mut fields);
    let is_row = first.starts_with(b"{")
        && (after.trim_ascii_start().starts_with(b"{") || of_fields(&fields, options).is_some());
    match is_row {
        true if !first.contains(&b'\n') => RowSplitter::Lines,
        true => RowSplitter::Objects(Objects::at_level(0)),
        false => RowSplitter::Objects(Objects::at_level(level_of_rows(document))),
    }
}

/// Number of brackets around the objects of the first array of objects.
#[inline(never)]
fn level_of_rows(document: &[u8]) -> u32 {
    let (mut level, mut at) = (0, 0);
    while let Some(&byte) = document.get(at) {
        let rest = document.get(at + 1..).unwrap_or_default();
        match byte {
            b'"' => match json::string(rest) {
                Some((len, _)) => at += len + 1,
                None => break,
            },
            b'[' if rest.trim_ascii_start().starts_with(b"{") => return level + 1,
            b'[' | b'{' => level += 1,
            b']' | b'}' => level = u32::saturating_sub(level, 1),
            _ => {}
        }
        at += 1;
    }
    0
}

#[cold]
fn other_fields(names: Vec<String>, options: &DetectorOptions) -> Refusal {
    let (columns, missing) = columns_of(&names, &generic::JSON, &options.columns);
    let message =
        format!("found JSON with the fields {} without {}", shortened(&names.join(", ")), missing.join(", "));
    const HINT: &str =
        "say which field is what, for example time=when, source=from, destination=to, port=service";
    let error = Error::new(ErrorKind::NotFlows, message).with_hint(HINT).at(1, 0);
    Refusal { names, columns, ..error.into() }
}
