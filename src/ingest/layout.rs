//! Delimited text → where its header is, which byte stands between fields, and which column is what.

use super::format::{self, Format};
use super::options::{Column, DetectorOptions};
use super::roles::{ROLES, Role, plain_name};
use super::source_report::ColumnReport;
use super::structure::{Row, Structure};
use crate::model::error::{Error, ErrorKind, joined, quoted};
use crate::text::value::clean::clean;

/// How many rows from the top may stand before the header.
pub(super) const HEADER_WITHIN: u64 = 64;

const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];

/// Which column is what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Columns {
    /// [`NONE`] for a role without one.
    at: [u16; ROLES],
}

pub(super) const NONE: u16 = u16::MAX;

impl Default for Columns {
    fn default() -> Self {
        Columns { at: [NONE; ROLES] }
    }
}

impl Columns {
    /// Columns in these places.
    pub fn of(places: &[(Role, usize)]) -> Self {
        let mut columns = Columns::default();
        for (role, at) in places {
            columns.set(*role, *at);
        }
        columns
    }

    pub fn get(&self, role: Role) -> Option<usize> {
        self.at.get(role as usize).filter(|at| **at != NONE).map(|at| usize::from(*at))
    }

    /// The roles that have a column.
    #[inline(never)]
    pub fn used(&self) -> Vec<(Role, usize)> {
        let mut used = Vec::new();
        for role in Role::ALL {
            if let Some(at) = self.get(role) {
                used.push((role, at));
            }
        }
        used
    }

    pub fn set(&mut self, role: Role, column: usize) {
        if let Some(at) = self.at.get_mut(role as usize) {
            *at = u16::try_from(column).unwrap_or(NONE);
        }
    }

    /// The columns that are read, for the report.
    pub fn report(&self, names: &[String]) -> Vec<ColumnReport> {
        let column = |(role, at)| ColumnReport {
            role,
            column: names.get(at).cloned().unwrap_or_default(),
            position: at as u64 + 1,
        };
        self.used().into_iter().map(column).collect()
    }

    /// The names of the columns that are not read.
    pub fn unused(&self, names: &[String]) -> Vec<String> {
        let used = |at: usize| self.at.iter().any(|used| usize::from(*used) == at);
        names.iter().enumerate().filter(|(at, _)| !used(*at)).map(|(_, name)| name.clone()).collect()
    }

    /// Whether any column holds names.
    pub fn name_something(&self) -> bool {
        [Role::Host, Role::Query, Role::Process].into_iter().any(|role| self.get(role).is_some())
    }

    /// Whether any column is one of those that flows are known by.
    fn any(&self) -> bool {
        self.at.get(..=Role::Direction as usize).is_some_and(|at| at.iter().any(|at| *at != NONE))
    }

    /// What has to be there for a row to be a flow, and is not.
    pub fn missing(&self) -> Vec<&'static str> {
        let has = |role| self.get(role).is_some();
        let ends = has(Role::Local) && has(Role::Remote);
        let mut missing = Vec::new();
        if !has(Role::Time) {
            missing.push("the start time");
        }
        if !has(Role::Source) && !ends {
            missing.push("the source address");
        }
        if !has(Role::Destination) && !ends {
            missing.push("the destination address");
        }
        if !has(Role::Port) {
            missing.push("the destination port");
        }
        missing
    }
}

/// Why a source has no layout, and the columns it seems to have, for a person to choose from: their names,
/// and those that are known.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub error: Error,
    pub names: Vec<String>,
    pub columns: Columns,
    pub delimiter: Option<u8>,
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Refusal { error, names: Vec::new(), columns: Columns::default(), delimiter: None }
    }
}

/// The layout of a delimited source.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    pub format: &'static Format,
    pub delimiter: u8,
    pub columns: Columns,
    /// The same as a list.
    pub used: Vec<(Role, usize)>,
    /// Further columns of a role, for rows in which the first is empty.
    pub others: Vec<(Role, usize)>,
    /// The header as it stands, to know it again; empty if there is none.
    pub header: Vec<u8>,
    /// Line of the header from 1, if there is one.
    pub header_line: Option<u64>,
    /// Bytes up to the first row of data.
    pub data_start: usize,
    pub names: Vec<String>,
}

impl Layout {
    /// A layout without a header.
    #[inline(never)]
    pub fn headerless(format: &'static Format, delimiter: u8, columns: Columns) -> Box<Self> {
        Box::new(Layout {
            format,
            delimiter,
            used: columns.used(),
            columns,
            others: Vec::new(),
            header: Vec::new(),
            header_line: None,
            data_start: 0,
            names: Vec::new(),
        })
    }
}

/// A caller that gives positions for all that is needed needs no header.
pub(super) fn by_position(text: &[u8], options: &DetectorOptions) -> Option<Box<Layout>> {
    let mut columns = Columns::default();
    for (role, column) in &options.columns {
        match column {
            Column::At(at) => columns.set(*role, *at),
            Column::Named { .. } => return None,
        }
    }
    if !columns.missing().is_empty() {
        return None;
    }
    let delimiter = options.delimiter.unwrap_or_else(|| most_frequent_delimiter(text));
    Some(Layout::headerless(&format::DELIMITED, delimiter, columns))
}

fn most_frequent_delimiter(text: &[u8]) -> u8 {
    let line = text.split(|&b| b == b'\n').find(|line| !line.trim_ascii().is_empty()).unwrap_or_default();
    let count = |delimiter: u8| line.iter().filter(|&&b| b == delimiter).count();
    // Of equals the first: max_by_key would take the last.
    DELIMITERS.into_iter().rev().max_by_key(|&d| count(d)).unwrap_or(b',')
}

/// The first row that names all that is needed, with any delimiter.
pub(super) fn by_header(text: &[u8], options: &DetectorOptions) -> Result<Box<Layout>, Refusal> {
    let delimiters = match options.delimiter {
        Some(delimiter) => vec![delimiter],
        None => DELIMITERS.to_vec(),
    };
    let mut nearest: Option<Candidate> = None;
    for candidate in delimiters.iter().filter_map(|&delimiter| try_delimiter(text, delimiter, options)) {
        if candidate.rank() == (0, Some(1)) {
            // Nothing can be better.
            return Ok(candidate.layout);
        }
        if nearest.as_ref().is_none_or(|before| candidate.rank() < before.rank()) {
            nearest = Some(candidate);
        }
    }
    match nearest {
        Some(candidate) if candidate.missing.is_empty() => Ok(candidate.layout),
        nearest => Err(no_header(text, nearest)),
    }
}

/// A row that could be the header.
struct Candidate {
    layout: Box<Layout>,
    missing: Vec<&'static str>,
}

impl Candidate {
    /// Complete ones first, then what misses least, then the earliest.
    fn rank(&self) -> (usize, Option<u64>) {
        (self.missing.len(), self.layout.header_line)
    }
}

#[inline(never)]
fn try_delimiter(text: &[u8], delimiter: u8, options: &DetectorOptions) -> Option<Candidate> {
    let mut structure = Structure::default();
    structure.scan(text, delimiter, true);
    let mut nearest: Option<Candidate> = None;
    let mut lines = 1;
    for row in structure.rows().take(HEADER_WITHIN as usize) {
        let line = lines;
        let bytes = text.get(row.start..row.end()).unwrap_or_default();
        lines += 1 + bytes.iter().filter(|&&b| b == b'\n').count() as u64;
        let rest = text.get(row.end()..).unwrap_or_default();
        let line_end = rest.iter().position(|&b| b == b'\n').map_or(rest.len(), |at| at + 1);
        let names = names_of(&row, text);
        let plain: Vec<String> = names.iter().map(|name| plain_name(name)).collect();
        let format = format::of_header(&plain);
        let (columns, mut missing) = columns_of(&names, format, &options.columns);
        if !columns.any() {
            continue;
        }
        for (_, column) in &options.columns {
            if let Column::Named { plain: wanted, .. } = column
                && !plain.contains(wanted)
            {
                missing.push("a column that was asked for");
            }
        }
        let candidate = Candidate {
            layout: Box::new(Layout {
                format,
                delimiter,
                used: columns.used(),
                columns,
                others: others_of(&plain, format, &options.columns),
                header: bytes.to_vec(),
                header_line: Some(line),
                data_start: row.end() + line_end,
                names,
            }),
            missing,
        };
        if candidate.missing.is_empty() {
            return Some(candidate);
        }
        if nearest.as_ref().is_none_or(|before| candidate.rank() < before.rank()) {
            nearest = Some(candidate);
        }
    }
    nearest
}

/// Which of the named columns is what: what the caller says, else the best name of the format, else the
/// best common one. And what is missing.
#[inline(never)]
pub(super) fn columns_of(
    names: &[String],
    format: &Format,
    given: &[(Role, Column)],
) -> (Columns, Vec<&'static str>) {
    let plain: Vec<String> = names.iter().map(|name| plain_name(name)).collect();
    let named = |wanted: &str| plain.iter().position(|name| name == wanted);
    let (mut columns, names) = (Columns::default(), format.names());
    for role in Role::ALL {
        let own = || names.iter().filter(|(of, _)| *of == role).find_map(|(_, name)| named(name));
        // A name to which the format gives a role has no other.
        let free = |name: &&&str| !names.iter().any(|(_, own)| own == *name);
        let common = || role.aliases().iter().filter(free).find_map(|alias| named(alias));
        let at = match given.iter().find(|(of, _)| *of == role).map(|(_, column)| column) {
            Some(Column::At(at)) => Some(*at),
            Some(Column::Named { plain, .. }) => named(plain),
            None => own().or_else(common),
        };
        if let Some(at) = at {
            columns.set(role, at);
        }
    }
    // `date` and `time` are one time in two columns.
    if let (Some(date), Some(time)) = (named("date"), named("time"))
        && !given.iter().any(|(role, _)| *role == Role::Time)
        && columns.get(Role::Time) == Some(time)
    {
        columns.set(Role::Time, date);
        columns.set(Role::TimeOfDay, time);
    }
    let missing = columns.missing();
    (columns, missing)
}

/// The columns that have a role by the format's names, beside the best of each role. A role whose column the
/// caller gives has no other.
fn others_of(plain: &[String], format: &Format, given: &[(Role, Column)]) -> Vec<(Role, usize)> {
    let mut seen = Vec::new();
    let mut others = Vec::new();
    for (role, name) in format.names() {
        if given.iter().any(|(of, _)| *of == role) {
            continue;
        }
        if let Some(at) = plain.iter().position(|p| p == name) {
            if seen.contains(&role) {
                others.push((role, at));
            }
            seen.push(role);
        }
    }
    others
}

fn no_header(text: &[u8], nearest: Option<Candidate>) -> Refusal {
    const HINT: &str =
        "say which column is what, for example time=when, source=from, destination=to, port=service";
    if let Some(Candidate { layout, missing }) = nearest {
        let line = layout.header_line.unwrap_or(1);
        let message = format!(
            "found a header in line {line} ({}) without {}",
            shortened(&joined(&layout.names, ", ")),
            joined(&missing, ", ")
        );
        let error = Error::new(ErrorKind::NotFlows, message).with_hint(HINT).at(line, 0);
        let Layout { names, columns, delimiter, .. } = *layout;
        return Refusal { error, names, columns, delimiter: Some(delimiter) };
    }
    let line = text.split(|&b| b == b'\n').find(|l| !l.trim_ascii().is_empty()).unwrap_or_default();
    let found = quoted(&shortened(&String::from_utf8_lossy(line.trim_ascii())));
    let message = format!(
        "found no header in the first {HEADER_WITHIN} rows (the text begins {found}), expected one that names \
         the start time, source address, destination address and destination port"
    );
    let error = Error::new(ErrorKind::NotFlows, message).with_hint(HINT).at(1, 0);
    let mut structure = Structure::default();
    structure.scan(line, most_frequent_delimiter(line), true);
    let names: Vec<String> = structure.rows().next().map(|row| names_of(&row, line)).unwrap_or_default();
    // Fewer columns than a flow needs are no columns.
    Refusal { names: if names.len() >= 4 { names } else { Vec::new() }, ..error.into() }
}

/// The fields of a row as texts.
fn names_of(row: &Row<'_>, text: &[u8]) -> Vec<String> {
    let fields = (0..row.len()).filter_map(|i| row.field(i));
    fields
        .map(|(start, end)| {
            String::from_utf8_lossy(&clean(text.get(start..end).unwrap_or_default())).into_owned()
        })
        .collect()
}

pub(super) fn shortened(text: &str) -> String {
    const LONGEST: usize = 160;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::format::Found;

    fn report(layout: &Layout) -> Vec<ColumnReport> {
        layout.columns.report(&layout.names)
    }

    fn layout(text: &str) -> Layout {
        match format::find(text.as_bytes(), &DetectorOptions::new()) {
            Ok(Found::Table(layout)) => *layout,
            other => panic!("{other:?}"),
        }
    }

    fn refusal(text: &[u8]) -> String {
        match format::find(text, &DetectorOptions::new()) {
            Ok(found) => panic!("{found:?}"),
            Err(refusal) => refusal.error.message().to_owned(),
        }
    }

    #[test]
    fn headers_of_qradar_argus_and_azure() {
        let columns =
            |text| report(&layout(text)).into_iter().map(|c| (c.role, c.position)).collect::<Vec<_>>();
        assert_eq!(
            columns(
                "sourceip,destinationip,destinationport,sourcebytes,destinationbytes,firstpackettime,starttime\n"
            ),
            [
                (Role::Time, 7),
                (Role::Source, 1),
                (Role::Destination, 2),
                (Role::Port, 3),
                (Role::BytesSent, 4),
                (Role::BytesReceived, 5)
            ]
        );
        let ui = "Flow Type,First Packet Time,Storage Time,Source IP,Source Port,Destination IP,Destination Port,\
                  Source Bytes,Destination Bytes,Total Bytes\n";
        assert_eq!(
            columns(ui)[..4],
            [(Role::Time, 2), (Role::Source, 4), (Role::Destination, 6), (Role::Port, 7)]
        );
        let argus = "StartTime\tDur\tProto\tSrcAddr\tSport\tDir\tDstAddr\tDport\tTotBytes\tSrcBytes\n";
        assert_eq!(
            columns(argus)[..4],
            [(Role::Time, 1), (Role::Source, 4), (Role::Destination, 7), (Role::Port, 8)]
        );
        assert_eq!(layout(argus).delimiter, b'\t');
        let azure = "x,FlowStartTime,VMIPAddress,SrcIP,DestIP,DestPort,FlowDirection,AllExtIPs\n";
        assert!(columns(azure).contains(&(Role::Remote, 8)));
    }

    #[test]
    fn a_header_further_down_after_a_bom_with_quotes() {
        let text = "\u{FEFF}Search results\r\n\r\n\"Source IP\";\"Destination IP\";\"Destination Port\";\"Start \
                    Time\"\r\n1;2;3;4\r\n";
        let layout = layout(text);
        assert_eq!((layout.delimiter, layout.header_line), (b';', Some(3)));
        assert_eq!(text.get(layout.data_start..), Some("1;2;3;4\r\n"));
    }

    #[test]
    fn what_is_no_flow_file_is_refused_with_what_was_seen() {
        assert!(refusal(b"").contains("nothing"));
        assert!(refusal(b"\x1f\x8b\x08").contains("gzip"));
        assert!(refusal(b"MZ\0\x01").contains("binary"));
        assert!(refusal(b"hello world\nthis is text\n").contains("hello world"));
        let partial = refusal(b"time,src,bytes\n1,2,3\n");
        assert!(partial.contains("line 1") && partial.contains("destination port"), "{partial}");
    }

    #[test]
    fn a_refused_text_tells_its_columns() {
        let columns = |text: &[u8]| match format::find(text, &DetectorOptions::new()) {
            Ok(found) => panic!("{found:?}"),
            Err(refusal) => (refusal.names, refusal.columns.used()),
        };
        assert_eq!(columns(b"when;who;whom;no\n1;2;3;4\n").0, ["when", "who", "whom", "no"]);
        let known = vec![(Role::Source, 1)];
        assert_eq!(columns(b"x,src ip\n"), (vec!["x".to_owned(), "src ip".to_owned()], known));
        assert!(columns(b"hello, world\n").0.is_empty());
    }

    #[test]
    fn positions_need_no_header() {
        let options =
            [(Role::Time, "#1"), (Role::Source, "#2"), (Role::Destination, "#3"), (Role::Port, "#4")]
                .into_iter()
                .try_fold(DetectorOptions::new(), |options, (role, column)| {
                    options.with_column(role, column)
                });
        let found = options.map(|options| format::find(b"1|10.0.0.1|192.0.2.1|443\n", &options));
        let layout = match found {
            Ok(Ok(Found::Table(layout))) => *layout,
            other => panic!("{other:?}"),
        };
        assert_eq!((layout.delimiter, layout.header_line, layout.data_start), (b'|', None, 0));
    }
}
