//! Rows that are not read as a table: how they are cut out of a block, and how their texts are found.

use wide::u8x16;

use super::diagnostics::Reason;
use super::fields::Fields;
use super::format::Format;
use super::json::{self, find_byte};
use super::layout::{Columns, HEADER_WITHIN, columns_of};
use super::names::{Finder, Names, Path, Visit};
use super::options::{Column, DetectorOptions};
use super::roles::Role;
use super::source_report::SourceReport;
use crate::text::pieces::cut;

/// Reads the texts of a row by itself.
pub(super) type ReadRow = for<'a> fn(&'a [u8], &mut Fields<'a>) -> Result<(), Reason>;

/// The rows of a source.
#[derive(Debug)]
pub(super) struct Rows {
    pub cut: Cut,
    pub reader: Reader,
}

/// Where rows begin and end.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cut {
    /// A row is a line.
    Lines,
    /// A row is an object of a JSON document.
    Objects(Objects),
    /// A row is a text in a JSON document that has at least so many commas.
    Texts(usize),
}

/// What the texts of a row are found by.
#[derive(Debug)]
pub(super) enum Reader {
    /// A byte between fields.
    Split(Box<Split>),
    /// A JSON object.
    Json(Names),
    /// `key=value key="a value"`.
    Pairs(Names),
    /// The format itself.
    Own(ReadRow),
}

/// What comes next in a block.
pub(super) enum Next {
    /// A row, and where to look further.
    Row { start: usize, end: usize, after: usize },
    /// No more whole row; what follows this place is left for the next block.
    Rest(usize),
}

impl Cut {
    /// The next row from a place on. With `last`, nothing follows the block.
    #[inline(never)]
    pub fn next(&mut self, block: &[u8], from: usize, last: bool) -> Next {
        match self {
            Cut::Lines => next_line(block, from, last),
            Cut::Objects(objects) => objects.next(block, from, last),
            Cut::Texts(separators) => next_text(block, from, last, *separators),
        }
    }
}

impl Rows {
    /// Finds the texts of a row.
    #[inline(always)]
    pub fn read<'a>(&mut self, row: &'a [u8], fields: &mut Fields<'a>) -> Result<(), Reason> {
        fields.clear();
        match &mut self.reader {
            Reader::Split(split) => split.read(row, fields),
            Reader::Json(names) => return json::read(row, names, fields).then_some(()).ok_or(Reason::Json),
            Reader::Pairs(names) => read_pairs(row, names, fields),
            Reader::Own(read) => return read(row, fields),
        }
        Ok(())
    }

    /// Whether a line that could not be read is a header; further lines are then read by it.
    pub fn is_header(&mut self, row: &[u8]) -> bool {
        match &mut self.reader {
            Reader::Split(split) => split.free && split.take_header(row, &[]),
            _ => false,
        }
    }

    /// What is read as what, for the report.
    pub fn report(&self, report: &mut SourceReport) {
        match &self.reader {
            Reader::Split(split) => {
                report.delimiter = Some(char::from(split.separator).to_string());
                report.header_line = split.header_line;
                report.columns = split.columns.report(&split.names);
                report.unused_columns = split.columns.unused(&split.names);
            }
            Reader::Json(names) | Reader::Pairs(names) => report.columns = names.report(),
            Reader::Own(_) => {}
        }
    }
}

fn next_line(block: &[u8], from: usize, last: bool) -> Next {
    let rest = block.get(from..).unwrap_or_default();
    match find_byte(rest, b'\n') {
        Some(len) => {
            let end = from + len - usize::from(len > 0 && rest.get(len - 1) == Some(&b'\r'));
            Next::Row { start: from, end, after: from + len + 1 }
        }
        None if last && !rest.is_empty() => {
            let end = block.len() - usize::from(rest.ends_with(b"\r"));
            Next::Row { start: from, end, after: block.len() }
        }
        None => Next::Rest(from),
    }
}

fn next_text(block: &[u8], from: usize, last: bool, commas: usize) -> Next {
    let mut from = from;
    loop {
        let rest = block.get(from..).unwrap_or_default();
        let Some(start) = rest.iter().position(|&b| b == b'"').map(|at| from + at) else {
            return Next::Rest(block.len());
        };
        let Some(len) = json::whole(block.get(start..).unwrap_or_default()) else {
            return Next::Rest(if last { block.len() } else { start });
        };
        from = start + len;
        let text = block.get(start + 1..from - 1).unwrap_or_default();
        if text.iter().filter(|&&b| b == b',').count() >= commas {
            return Next::Row { start: start + 1, end: from - 1, after: from };
        }
    }
}

/// Objects at one level of a JSON document, in an array or one after the other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Objects {
    /// How many brackets are open around a row.
    level: u32,
    /// How many are open now, and which of the first 32 are square, the innermost lowest.
    open: u32,
    square: u32,
}

impl Objects {
    pub fn at_level(level: u32) -> Self {
        Objects { level, open: 0, square: 0 }
    }

    fn next(&mut self, block: &[u8], from: usize, last: bool) -> Next {
        let mut at = from;
        while let Some(&byte) = block.get(at) {
            let row = byte == b'{' && self.open == self.level && (self.level == 0 || self.square & 1 == 1);
            if row || byte == b'"' {
                match json::whole(block.get(at..).unwrap_or_default()) {
                    Some(len) if row => return Next::Row { start: at, end: at + len, after: at + len },
                    Some(len) => at += len,
                    None if last && row => {
                        return Next::Row { start: at, end: block.len(), after: block.len() };
                    }
                    None if last => return Next::Rest(block.len()),
                    None => return Next::Rest(at),
                }
                continue;
            }
            match byte {
                b'{' | b'[' => {
                    self.open = self.open.saturating_add(1);
                    self.square = self.square << 1 | u32::from(byte == b'[');
                }
                b'}' | b']' => {
                    self.open = self.open.saturating_sub(1);
                    self.square >>= 1;
                }
                _ => {}
            }
            at += 1;
        }
        Next::Rest(at)
    }
}

/// Rows cut at a byte, whose columns a header names or the format places.
#[derive(Debug)]
pub(super) struct Split {
    separator: u8,
    /// A header has this as its first piece if it is a comment (`#…`), else as one of its names.
    mark: &'static str,
    /// Line of the header from 1, if there is one.
    header_line: Option<u64>,
    columns: Columns,
    names: Vec<String>,
    /// The role of each column that is read.
    roles: Vec<Option<Role>>,
    format: &'static Format,
    /// Further headers may have other columns: the caller named none.
    free: bool,
}

impl Split {
    /// Rows with a header among the first lines of `head`, if it is there and names all that is needed; and
    /// where they begin.
    pub fn by_header(
        head: &[u8],
        separator: u8,
        mark: &'static str,
        format: &'static Format,
        options: &DetectorOptions,
    ) -> Option<(Self, usize)> {
        let mut split = Split::new(separator, mark, format, options);
        let (mut start, mut line) = (0, 0);
        while line < HEADER_WITHIN {
            let rest = head.get(start..)?;
            let len = find_byte(rest, b'\n')? + 1;
            start += len;
            line += 1;
            if split.take_header(rest.get(..len)?.trim_ascii_end(), &options.columns) {
                split.header_line = Some(line);
                return Some((split, start));
            }
        }
        None
    }

    /// Rows with these columns.
    pub fn by_places(
        places: &[(Role, usize)],
        separator: u8,
        format: &'static Format,
        options: &DetectorOptions,
    ) -> Self {
        let mut split = Split::new(separator, "#", format, options);
        split.take_columns(Columns::of(places));
        split
    }

    fn new(separator: u8, mark: &'static str, format: &'static Format, options: &DetectorOptions) -> Self {
        Split {
            separator,
            mark,
            header_line: None,
            columns: Columns::default(),
            names: Vec::new(),
            roles: Vec::new(),
            format,
            free: options.columns.is_empty(),
        }
    }

    /// Whether the line is a header that names all that is needed; further rows are then read by it.
    fn take_header(&mut self, line: &[u8], given: &[(Role, Column)]) -> bool {
        let mut pieces = cut(line, self.separator);
        let Some(at) = pieces.iter().position(|piece| *piece == self.mark.as_bytes()) else { return false };
        if self.mark.starts_with('#') {
            if at > 0 {
                return false;
            }
            pieces.remove(0);
        }
        let names: Vec<String> =
            pieces.iter().map(|piece| String::from_utf8_lossy(piece).into_owned()).collect();
        let (columns, missing) = columns_of(&names, self.format, given);
        if !missing.is_empty() {
            return false;
        }
        self.names = names;
        self.take_columns(columns);
        true
    }

    fn take_columns(&mut self, columns: Columns) {
        self.roles.clear();
        for (role, at) in columns.used() {
            self.roles.resize(self.roles.len().max(at + 1), None);
            if let Some(slot) = self.roles.get_mut(at) {
                *slot = Some(role);
            }
        }
        self.columns = columns;
    }

    /// Finds the fields of a row that are read.
    fn read<'a>(&self, row: &'a [u8], fields: &mut Fields<'a>) {
        let (mut start, mut roles) = (0, self.roles.iter());
        let mut field = |end: usize| {
            if let Some(role) = roles.next()? {
                fields.set(*role, row.get(start..end)?);
            }
            start = end + 1;
            Some(())
        };
        let (chunks, rest) = row.as_chunks::<16>();
        for (at, chunk) in chunks.iter().enumerate() {
            let mut ends = u8x16::new(*chunk).simd_eq(u8x16::splat(self.separator)).to_bitmask();
            while ends != 0 {
                if field(at * 16 + ends.trailing_zeros() as usize).is_none() {
                    return;
                }
                ends &= ends - 1;
            }
        }
        for (at, _) in rest.iter().enumerate().filter(|(_, byte)| **byte == self.separator) {
            if field(chunks.len() * 16 + at).is_none() {
                return;
            }
        }
        let _ = field(row.len());
    }
}

/// Finds the pairs `key=value` and `key="a \"value\""`; what stands between them is passed over.
#[inline(never)]
fn read_pairs<'a>(row: &'a [u8], names: &mut Names, fields: &mut Fields<'a>) {
    let (mut path, mut finder) = (Path::new(), Finder::new(names, fields));
    let place = path.place();
    let mut rest = row;
    while let Some(equals) = rest.iter().position(|&b| b == b'=') {
        let (before, after) = rest.split_at(equals);
        let key = before.rsplit(|b| b" ,>\t".contains(b)).next().unwrap_or_default();
        let after = after.get(1..).unwrap_or_default();
        let (value, escaped, taken) = match after {
            [b'"', inside @ ..] => {
                let (len, escaped) = json::string(inside).unwrap_or((inside.len(), false));
                let whole = after.get(..len + 2).filter(|_| escaped);
                (whole.or(inside.get(..len)).unwrap_or_default(), escaped, len + 2)
            }
            _ => {
                let len = after.iter().position(|b| b" ,\t".contains(b)).unwrap_or(after.len());
                (after.get(..len).unwrap_or_default(), false, len)
            }
        };
        path.push(key);
        finder.value(&path, key, value, escaped);
        path.go_back(place);
        rest = after.get(taken..).unwrap_or_default();
    }
}
