//! The first bytes of a source → its format.

use super::{DELIMITED, FORMATS, Format, PlacesCut, Shape};
use crate::ingest::fields::one_of;
use crate::ingest::json;
use crate::ingest::layout::{Columns, Layout, Refusal, by_header, by_position, columns_of, shortened};
use crate::ingest::names::Names;
use crate::ingest::options::DetectorOptions;
use crate::ingest::roles::split_words;
use crate::ingest::rows::{Cut, Next, Objects, Reader, Rows, Split};
use crate::model::error::{Error, ErrorKind, joined};
use crate::text::pieces;
use crate::text::value::number;

/// How many bytes of a source are looked at to find its format (all of a shorter one).
pub(in crate::ingest) const LOOK_AHEAD: usize = 64 * 1024;

/// How many JSON objects are looked at.
const FIRST_OBJECTS: usize = 200;

/// What a source was recognised as.
#[derive(Debug)]
pub(in crate::ingest) enum Found {
    Table(Box<Layout>),
    Rows { format: &'static Format, rows: Rows, data_start: usize },
}

/// Finds the format from the beginning of a source (its first [`LOOK_AHEAD`] bytes, or all).
#[inline(never)]
pub(in crate::ingest) fn find(head: &[u8], options: &DetectorOptions) -> Result<Found, Refusal> {
    let head = head.get(..LOOK_AHEAD).unwrap_or(head);
    refuse_other_data(head)?;
    let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    // An object has no columns, such as those of a capture among tables without headers.
    let mut found = match by_position(text, options).filter(|_| !text.starts_with(b"{\"")) {
        Some(layout) => Found::Table(layout),
        None => find_in(text, options)?,
    };
    let data_start = match &mut found {
        Found::Table(layout) => &mut layout.data_start,
        Found::Rows { data_start, .. } => data_start,
    };
    *data_start += head.len() - text.len();
    Ok(found)
}

fn find_in(text: &[u8], options: &DetectorOptions) -> Result<Found, Refusal> {
    // Who says what stands between fields has delimited text, but perhaps not only that: a capture among
    // several files, or a log that is known by its look.
    let is_given = options.delimiter.is_some();
    if is_given && let Ok(layout) = by_header(text, options) {
        return Ok(Found::Table(layout));
    }
    if let Some(found) = FORMATS.iter().find_map(|format| by_look(text, format, options)) {
        return found;
    }
    if is_json(text) {
        let found = by_fields(text, options);
        if found.is_ok() || !is_given {
            return found;
        }
    }
    Ok(Found::Table(by_header(text, options)?))
}

fn is_json(text: &[u8]) -> bool {
    matches!(text.trim_ascii_start(), [b'{' | b'[', ..])
}

/// Formats that are neither known by a header nor by the fields of JSON.
#[inline(never)]
fn by_look(
    text: &[u8],
    format: &'static Format,
    options: &DetectorOptions,
) -> Option<Result<Found, Refusal>> {
    let (mut cut, mut data_start) = (Cut::Lines, 0);
    let reader = match &format.shape {
        Shape::Places { fields, looks, separators, cut: by, places } => {
            if let PlacesCut::Texts(separators) = by {
                if !is_json(text) {
                    return None;
                }
                cut = Cut::Texts(*separators);
            }
            let Next::Row { start, end, .. } = cut.next(text, 0, true) else { return None };
            let row = text.get(start..end)?;
            let separator = *separators.iter().find(|s| look_like(&pieces::cut(row, **s), *fields, looks))?;
            if *by == PlacesCut::Table {
                let layout = Layout::headerless(format, separator, Columns::of(places));
                return Some(Ok(Found::Table(layout)));
            }
            Reader::Split(Box::new(Split::by_places(places, separator, format, options)))
        }
        Shape::Lines { mark, separator } => match separator(text)? {
            Ok(separator) => {
                let (split, start) = Split::by_header(text, separator, mark, format, options)?;
                data_start = start;
                Reader::Split(Box::new(split))
            }
            Err(refusal) => return Some(Err(refusal)),
        },
        Shape::Pairs(words) if has_all(pieces::first_line(text), words) => {
            Reader::Pairs(Names::of(format, options))
        }
        Shape::Own { looks, read } => {
            data_start = looks(text)?;
            Reader::Own(*read)
        }
        _ => return None,
    };
    Some(Ok(Found::Rows { format, rows: Rows { cut, reader }, data_start }))
}

/// Whether fields are as many, and what a format says of some.
#[inline(never)]
fn look_like(row: &[&[u8]], [fewest, most]: [usize; 2], looks: &[(usize, &str)]) -> bool {
    (fewest..=most).contains(&row.len())
        && looks.iter().all(|(at, words)| {
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

/// The format of a header.
pub(in crate::ingest) fn of_header(plain: &[String]) -> &'static Format {
    let fits = |format: &&&Format| matches!(format.shape, Shape::Header(sets) if any_of(sets, plain));
    FORMATS.iter().find(fits).copied().unwrap_or(&DELIMITED)
}

/// Whether all names of one of the sets are there.
#[inline(never)]
fn any_of(sets: &str, names: &[String]) -> bool {
    let there = |name| names.iter().any(|n| n.as_bytes() == name);
    pieces::cut(sets.as_bytes(), b'|').iter().any(|set| pieces::words(set, b" ").into_iter().all(there))
}

/// JSON, by the fields of its first objects.
#[inline(never)]
fn by_fields(text: &[u8], options: &DetectorOptions) -> Result<Found, Refusal> {
    let cut = cut_of(text, options);
    let (mut first, mut fields, mut at) = (cut, Vec::new(), 0);
    for _ in 0..FIRST_OBJECTS {
        // What is cut off at the end of the head tells its fields as far as it goes.
        let Next::Row { start, end, after } = first.next(text, at, true) else { break };
        json::fields_of(text.get(start..end).unwrap_or_default(), &mut fields);
        at = after;
    }
    let Some(format) = of_fields(&fields, options) else { return Err(other_fields(fields, options)) };
    let rows = Rows { cut, reader: Reader::Json(Names::of(format, options)) };
    Ok(Found::Rows { format, rows, data_start: 0 })
}

/// The format of JSON objects with these fields.
#[inline(never)]
fn of_fields(fields: &[String], options: &DetectorOptions) -> Option<&'static Format> {
    let fits = |format: &&&Format| match format.shape {
        Shape::Json("") => columns_of(fields, format, &options.columns).1.is_empty(),
        Shape::Json(sets) => any_of(sets, fields),
        _ => false,
    };
    FORMATS.iter().find(fits).copied()
}

/// How the objects of a JSON text are cut out of it: an object a line where that is so, as one that is
/// damaged takes no other along; else at some level of a document.
#[inline(never)]
fn cut_of(text: &[u8], options: &DetectorOptions) -> Cut {
    let document = text.trim_ascii_start();
    let len = json::whole(document).unwrap_or(0);
    let (first, after) = document.split_at(len);
    let mut fields = Vec::new();
    json::fields_of(first, &mut fields);
    let is_row = first.starts_with(b"{")
        && (after.trim_ascii_start().starts_with(b"{") || of_fields(&fields, options).is_some());
    match is_row {
        true if !first.contains(&b'\n') => Cut::Lines,
        true => Cut::Objects(Objects::at_level(0)),
        false => Cut::Objects(Objects::at_level(level_of_rows(document))),
    }
}

/// How many brackets are open around the objects of the first array of objects.
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
    let (columns, missing) = columns_of(&names, &super::generic::JSON, &options.columns);
    let message = format!(
        "found JSON with the fields {} without {}",
        shortened(&joined(&names, ", ")),
        joined(&missing, ", ")
    );
    const HINT: &str =
        "say which field is what, for example time=when, source=from, destination=to, port=service";
    let error = Error::new(ErrorKind::NotFlows, message).with_hint(HINT).at(1, 0);
    Refusal { names, columns, ..error.into() }
}

/// For what the crate `beaconlens-capture` reads.
const ELSEWHERE: &str = "it is not read here; the page, the command and the crate beaconlens-capture read it";

/// How data that is no text begins, what it is, and how to go on.
const OTHER_DATA: &[(&[u8], &str, &str)] = &[
    (b"\x1F\x8B", "gzip data", "unpack it first; the hosts of beaconlens do that by themselves"),
    (b"\xFF\xFE", "UTF-16 text", "save or export it as UTF-8"),
    (b"\xFE\xFF", "UTF-16 text", "save or export it as UTF-8"),
    (b"PK\x03\x04", "a ZIP archive or spreadsheet", "unpack it, or export it as CSV"),
    (b"\x0C\xA5", "binary nfdump data", "write it as text: nfdump -r FILE -o csv"),
    (b"ElfFile", "a Windows event log", ELSEWHERE),
    (b"\xD4\xC3\xB2\xA1", "a packet capture", ELSEWHERE),
    (b"\x4D\x3C\xB2\xA1", "a packet capture", ELSEWHERE),
    (b"\x0A\x0D\x0D\x0A", "a packet capture", ELSEWHERE),
];

#[inline(never)]
fn refuse_other_data(head: &[u8]) -> Result<(), Error> {
    let known = OTHER_DATA.iter().find(|(begin, _, _)| head.starts_with(begin));
    let (found, hint) = match known {
        Some((_, found, hint)) => (*found, *hint),
        None if head.is_empty() => ("nothing at all", "the source is empty; check the export"),
        None if head.contains(&0) => ("binary data", "export the flows as text"),
        None => return Ok(()),
    };
    let message = format!("found {found}, expected flow records as text");
    Err(Error::new(ErrorKind::NotFlows, message).with_hint(hint))
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
        let is_table = |text: &[u8]| matches!(find(text, &options), Ok(Found::Table(_)));
        assert!(is_table(b"1,10.0.0.5,203.0.113.9,443\n") && is_table(b"[2001:db8::1],a,b,c\n"));
        let capture = br#"{"capture":"flow","frame":1,"time":1,"source":"10.0.0.5"}"#;
        assert!(matches!(find(capture, &options), Ok(Found::Rows { format, .. }) if format.name == "pcap"));
    }

    #[test]
    fn a_delimiter_is_for_delimited_text_only() {
        let semicolons = DetectorOptions::new().with_delimiter(b';').unwrap_or_default();
        let name = |text: &[u8]| match find(text, &semicolons) {
            Ok(Found::Table(layout)) => layout.format.name,
            Ok(Found::Rows { format, .. }) => format.name,
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
