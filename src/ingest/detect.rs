//! The first bytes of a source → its format.

use super::columns::Columns;
use super::delimited_fields::DelimitedFields;
use super::detect_json;
use super::detected_format::DetectedFormat;
use super::field_names::FieldNameIndex;
use super::fields::one_of;
use super::format::definition::{Format, PositionalRows, Signature};
use super::format::registry::FORMATS;
use super::header::{by_header, by_position};
use super::layout::Layout;
use super::options::DetectorOptions;
use super::other_data::refuse_other_data;
use super::refusal::Refusal;
use super::roles::split_words;
use super::row_splitter::{Next, RowSplitter};
use super::rows::{FieldExtractor, Rows};
use crate::text::pieces;
use crate::text::value::number;

/// Bytes of a source that are examined to find its format.
pub(super) const LOOK_AHEAD: usize = 64 * 1024;

/// Finds the format by the beginning of a source: its first [`LOOK_AHEAD`] bytes, or all of a shorter one.
#[inline(never)]
pub(super) fn detect(head: &[u8], options: &DetectorOptions) -> Result<DetectedFormat, Refusal> {
    let head = head.get(..LOOK_AHEAD).unwrap_or(head);
    refuse_other_data(head)?;
    let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    // Positions of columns do not apply to JSON objects, such as a capture among tables without headers.
    let mut found = match by_position(text, options).filter(|_| !text.starts_with(b"{\"")) {
        Some(layout) => DetectedFormat::Table(layout),
        None => detect_in(text, options)?,
    };
    let data_start = match &mut found {
        DetectedFormat::Table(layout) => &mut layout.data_start,
        DetectedFormat::Rows { data_start, .. } => data_start,
    };
    *data_start += head.len() - text.len();
    Ok(found)
}

fn detect_in(text: &[u8], options: &DetectorOptions) -> Result<DetectedFormat, Refusal> {
    // A caller who gives the delimiter has delimited text, but perhaps other sources as well: a capture, or a log
    // that is recognised by its form.
    let is_given = options.delimiter.is_some();
    if is_given && let Ok(layout) = by_header(text, options) {
        return Ok(DetectedFormat::Table(layout));
    }
    if let Some(found) = FORMATS.iter().find_map(|format| by_form(text, format, options)) {
        return found;
    }
    if is_json(text) {
        let found = detect_json::by_fields(text, options);
        if found.is_ok() || !is_given {
            return found;
        }
    }
    Ok(DetectedFormat::Table(by_header(text, options)?))
}

pub(super) fn is_json(text: &[u8]) -> bool {
    matches!(text.trim_ascii_start(), [b'{' | b'[', ..])
}

/// Tries a format that is recognised neither by a header nor by JSON fields.
#[inline(never)]
fn by_form(
    text: &[u8],
    format: &'static Format,
    options: &DetectorOptions,
) -> Option<Result<DetectedFormat, Refusal>> {
    let (mut splitter, mut data_start) = (RowSplitter::Lines, 0);
    let extractor = match &format.signature {
        Signature::Positional { fields, checks, separators, rows, positions } => {
            if let PositionalRows::JsonStrings(commas) = rows {
                if !is_json(text) {
                    return None;
                }
                splitter = RowSplitter::JsonStrings(*commas);
            }
            let Next::Row { start, end, .. } = splitter.next(text, 0, true) else { return None };
            let row = text.get(start..end)?;
            let separator = *separators.iter().find(|s| has_form(&pieces::cut(row, **s), *fields, checks))?;
            if *rows == PositionalRows::Table {
                let layout = Layout::headerless(format, separator, Columns::of(positions));
                return Some(Ok(DetectedFormat::Table(layout)));
            }
            FieldExtractor::Delimited(Box::new(DelimitedFields::by_positions(
                positions, separator, format, options,
            )))
        }
        Signature::Lines { mark, separator } => match separator(text)? {
            Ok(separator) => {
                let (fields, start) = DelimitedFields::by_header(text, separator, mark, format, options)?;
                data_start = start;
                FieldExtractor::Delimited(Box::new(fields))
            }
            Err(refusal) => return Some(Err(refusal)),
        },
        Signature::KeyValue(words) if has_all(pieces::first_line(text), words) => {
            FieldExtractor::KeyValue(FieldNameIndex::of(format, options))
        }
        Signature::Custom { detect, extract } => {
            data_start = detect(text)?;
            FieldExtractor::Custom(*extract)
        }
        _ => return None,
    };
    Some(Ok(DetectedFormat::Rows { format, rows: Rows { splitter, extractor }, data_start }))
}

/// Whether a row has as many fields as the format, and passes its checks.
#[inline(never)]
fn has_form(row: &[&[u8]], [fewest, most]: [usize; 2], checks: &[(usize, &str)]) -> bool {
    (fewest..=most).contains(&row.len())
        && checks.iter().all(|(at, words)| {
            let field = row.get(*at).copied().unwrap_or_default();
            match *words {
                "#" => number::bytes(field).is_some(),
                "/" => matches!(field, [b'0'..=b'9', _, _, _, b'/', _, _, b'/', ..]),
                words => one_of(field, words),
            }
        })
}

fn has_all(line: &[u8], words: &'static str) -> bool {
    split_words(words).iter().all(|word| pieces::find(line, word.as_bytes()).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::roles::Role;

    #[test]
    fn positions_are_for_delimited_text_only() {
        let mut options = DetectorOptions::new();
        for (role, column) in
            [(Role::Time, "#1"), (Role::Source, "#2"), (Role::Destination, "#3"), (Role::Port, "#4")]
        {
            options = options.with_column(role, column).unwrap_or_default();
        }
        let is_table = |text: &[u8]| matches!(detect(text, &options), Ok(DetectedFormat::Table(_)));
        assert!(is_table(b"1,10.0.0.5,203.0.113.9,443\n") && is_table(b"[2001:db8::1],a,b,c\n"));
        let capture = br#"{"capture":"flow","frame":1,"time":1,"source":"10.0.0.5"}"#;
        assert!(
            matches!(detect(capture, &options), Ok(DetectedFormat::Rows { format, .. }) if format.name == "pcap")
        );
    }

    #[test]
    fn a_delimiter_is_for_delimited_text_only() {
        let semicolons = DetectorOptions::new().with_delimiter(b';').unwrap_or_default();
        let name = |text: &[u8]| match detect(text, &semicolons) {
            Ok(DetectedFormat::Table(layout)) => layout.format.name,
            Ok(DetectedFormat::Rows { format, .. }) => format.name,
            Err(_) => "refused",
        };
        for (text, expected) in [
            (&b"starttime;sourceip;destinationip;destinationport\n1;10.0.0.5;203.0.113.9;443\n"[..], "delimited"),
            (b"starttime,sourceip,destinationip,destinationport\n1,10.0.0.5,203.0.113.9,443\n", "refused"),
            // SQL Server writes such names; it is no JSON.
            (b"[starttime];[sourceip];[destinationip];[destinationport]\n", "delimited"),
            (b"[starttime];[sourceip];[destinationip]\n", "refused"),
            (br#"{"capture":"flow","frame":1,"time":1,"source":"10.0.0.5","destination":"203.0.113.9"}"#, "pcap"),
            (br#"{"log":"flow","record":1,"time":1,"source":"10.0.0.5","destination":"203.0.113.9"}"#, "evtx"),
            (br#"{"starttime":1,"sourceip":"10.0.0.5","destinationip":"203.0.113.9","destinationport":443}"#, "json"),
            (br#"{"starttime":1,"sourceip":"10.0.0.5"}"#, "refused"),
            (b"#separator \\x09\n#path\tconn\n#fields\tts\tid.orig_h\tid.resp_h\tid.resp_p\n", "zeek"),
        ] {
            assert_eq!(name(text), expected, "{}", String::from_utf8_lossy(text));
        }
    }
}
