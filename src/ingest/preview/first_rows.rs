//! The beginning of a file → its first rows, as texts.

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::header::Header;
use super::result::{ColumnKind, Layout, PreviewLine};
use crate::ingest::detect::is_json;
use crate::ingest::detect_json::splitter_of;
use crate::ingest::field_path::is_wrapper;
use crate::ingest::header::{MAX_ROWS_BEFORE_HEADER, most_frequent_delimiter};
use crate::ingest::options::DetectorOptions;
use crate::ingest::row_splitter::Next;
use crate::ingest::source_report::SourceReport;
use crate::ingest::structural_index::StructuralIndex;
use crate::text::value::clean::clean;

/// How many rows of data are shown.
const ROWS: usize = 6;

/// How many columns are shown; nobody looks through more.
const MAX_COLUMNS: usize = 200;

/// A longer cell is cut: it is shown to be recognised only.
const MAX_CELL_CHARS: usize = 120;

/// Rows by which the kinds of columns are known.
const KIND_ROWS: usize = 16;

/// A row, and where it is in the text.
#[derive(Debug, Clone)]
pub(super) struct FirstRow {
    pub line: PreviewLine,
    pub start: usize,
    pub end: usize,
}

/// The first rows of a text.
#[derive(Debug)]
pub(super) struct FirstRows {
    pub layout: Layout,
    pub delimiter: Option<u8>,
    pub header: Option<FirstRow>,
    pub candidates: Vec<PreviewLine>,
    pub names: Vec<String>,
    /// The rows of data, more than are shown.
    pub rows: Vec<FirstRow>,
}

impl FirstRows {
    /// Cuts a text, of which `found` says how the engine reads it by itself.
    pub fn of(text: &[u8], header: Header, found: &SourceReport, options: &DetectorOptions) -> Self {
        let known_otherwise = found.error.is_none() && found.delimiter.is_none();
        match options.delimiter {
            _ if text.is_empty() || text.contains(&0) => FirstRows::none(),
            None if is_json(text) => FirstRows::json(text, options),
            None if known_otherwise => FirstRows::none(),
            given => {
                let found_delimiter = found.delimiter.as_ref().and_then(|delimiter| delimiter.bytes().next());
                let delimiter = given.or(found_delimiter).unwrap_or_else(|| most_frequent_delimiter(text));
                FirstRows::table(text, delimiter, header, found)
            }
        }
    }

    /// The rows that are shown.
    pub fn shown(&self) -> &[FirstRow] {
        self.rows.get(..ROWS).unwrap_or(&self.rows)
    }

    /// The values of a column in the first rows.
    pub fn values(&self, column: usize) -> impl Iterator<Item = &str> {
        let rows = self.rows.iter().take(KIND_ROWS);
        rows.map(move |row| row.line.cells.get(column).map_or("", String::as_str))
    }

    /// Whether the rows have equally many columns.
    pub fn is_even(&self) -> bool {
        let mut widths = self.rows.iter().take(KIND_ROWS).map(|row| row.line.cells.len());
        let first = widths.next();
        widths.all(|width| Some(width) == first)
    }

    fn none() -> Self {
        FirstRows {
            layout: Layout::Other,
            delimiter: None,
            header: None,
            candidates: Vec::new(),
            names: Vec::new(),
            rows: Vec::new(),
        }
    }

    fn table(text: &[u8], delimiter: u8, header: Header, found: &SourceReport) -> Self {
        let mut all = table_rows(text, delimiter);
        let candidates: Vec<PreviewLine> =
            all.iter().take(MAX_ROWS_BEFORE_HEADER as usize).map(|row| row.line.clone()).collect();
        let header = header_of(&all, header, found).cloned();
        let after = header.as_ref().map_or(0, |header| header.line.line);
        all.retain(|row| row.line.line > after && !text_of(text, row).trim_ascii_start().starts_with(b"#"));
        let mut names = header.as_ref().map(|header| header.line.cells.clone()).unwrap_or_default();
        // Zeek marks the line of names, and the mark is no name.
        if names.first().is_some_and(|first| first == "#fields") {
            names.remove(0);
        }
        let width = all.iter().take(ROWS).map(|row| row.line.cells.len()).fold(names.len(), usize::max);
        names.resize(width.min(MAX_COLUMNS), String::new());
        FirstRows { layout: Layout::Table, delimiter: Some(delimiter), header, candidates, names, rows: all }
    }

    fn json(text: &[u8], options: &DetectorOptions) -> Self {
        let (mut splitter, mut at) = (splitter_of(text, options), 0);
        let (mut names, mut found): (Vec<String>, _) = (Vec::new(), Vec::new());
        while found.len() < ROWS
            && let Next::Row { start, end, after } = splitter.next(text, at, true)
        {
            at = after;
            let object = std::str::from_utf8(text.get(start..end).unwrap_or_default()).unwrap_or_default();
            if !object.trim_start().starts_with('{') {
                continue;
            }
            let mut cells = vec![String::new(); names.len()];
            each_value(object, "", &mut |name, value| {
                let column = names.iter().position(|known| known == name).unwrap_or_else(|| {
                    names.push(name.to_owned());
                    cells.push(String::new());
                    names.len() - 1
                });
                if let Some(cell) = cells.get_mut(column).filter(|cell| cell.is_empty()) {
                    *cell = cut_cell(value);
                }
            });
            let line = 1 + newlines(text.get(..start).unwrap_or_default());
            found.push(FirstRow { line: PreviewLine { line, cells }, start, end });
        }
        names.truncate(MAX_COLUMNS);
        for row in &mut found {
            row.line.cells.resize(names.len(), String::new());
        }
        FirstRows { layout: Layout::Json, names, rows: found, ..FirstRows::none() }
    }
}

pub(super) fn text_of<'a>(text: &'a [u8], row: &FirstRow) -> &'a [u8] {
    text.get(row.start..row.end).unwrap_or_default()
}

fn newlines(text: &[u8]) -> u64 {
    text.iter().filter(|byte| **byte == b'\n').count() as u64
}

fn cut_cell(text: &str) -> String {
    text.chars().take(MAX_CELL_CHARS).collect()
}

fn table_rows(text: &[u8], delimiter: u8) -> Vec<FirstRow> {
    let mut structure = StructuralIndex::default();
    structure.scan(text, delimiter, true);
    let (mut line, mut rows) = (1, Vec::new());
    for row in structure.rows() {
        let (start, end) = (row.start, row.end());
        let written = text.get(start..end).unwrap_or_default();
        if !written.trim_ascii().is_empty() {
            let cells = (0..row.len().min(MAX_COLUMNS)).filter_map(|column| row.field(column));
            let cell = |(start, end)| {
                let field = clean(text.get(start..end).unwrap_or_default());
                cut_cell(&String::from_utf8_lossy(&field))
            };
            rows.push(FirstRow { line: PreviewLine { line, cells: cells.map(cell).collect() }, start, end });
        }
        if rows.len() == MAX_ROWS_BEFORE_HEADER as usize + KIND_ROWS {
            break;
        }
        line += 1 + newlines(written);
    }
    rows
}

/// The row that names the columns.
fn header_of<'a>(rows: &'a [FirstRow], header: Header, found: &SourceReport) -> Option<&'a FirstRow> {
    let at = |line| rows.iter().find(|row| row.line.line == line);
    match (header, found.header_line) {
        (Header::Absent, _) => None,
        (Header::Line(line), _) | (Header::Found, Some(line)) => at(line),
        // Known without a header.
        (Header::Found, None) if found.error.is_none() => None,
        (Header::Found, None) => {
            rows.iter().find(|row| row.line.cells.len() > 2).filter(|row| could_name(&row.line.cells))
        }
    }
}

/// Whether these could be names: none is a number, an address or a time.
fn could_name(cells: &[String]) -> bool {
    let is_name = |cell: &String| {
        matches!(ColumnKind::of(std::iter::once(cell.as_str())), ColumnKind::Text | ColumnKind::Empty)
    };
    cells.iter().all(is_name)
}

/// Calls `each` with the name and text of each value in a JSON object, also in the objects in it.
fn each_value(object: &str, path: &str, each: &mut dyn FnMut(&str, &str)) {
    let members = serde_json::from_str::<Members<'_>>(object).unwrap_or_default();
    for (name, value) in members.0 {
        let inner = match path {
            "" => name.clone(),
            _ => format!("{path}.{name}"),
        };
        match value.as_bytes().first() {
            Some(b'{') if is_wrapper(name.as_bytes()) => each_value(value, path, each),
            _ => value_of(value, &inner, each),
        }
    }
}

/// Items of a list have the name of the list.
fn value_of(value: &str, path: &str, each: &mut dyn FnMut(&str, &str)) {
    match value.as_bytes().first() {
        Some(b'{') => each_value(value, path, each),
        Some(b'[') => {
            for item in serde_json::from_str::<Vec<&RawValue>>(value).unwrap_or_default() {
                value_of(item.get(), path, each);
            }
        }
        Some(b'"') => each(path, &serde_json::from_str::<String>(value).unwrap_or_default()),
        _ => each(path, value),
    }
}

/// The members of a JSON object in their order.
#[derive(Debug, Default)]
struct Members<'a>(Vec<(String, &'a str)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Members<'de>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, &RawValue>()? {
                    members.push((name, value.get()));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}
