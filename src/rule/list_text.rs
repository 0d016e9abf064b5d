//! Lists as they are maintained and published: one entry per line with `#` comments, or a table (CSV) of
//! which one column is read.

use super::list_entry::ListEntry;
use crate::model::error::{Error, ErrorKind, quoted};

/// Names of columns with addresses or host names, as [`same_name`] compares them; best first. They are from Feodo
/// Tracker, ThreatFox, QRadar's reference sets and common spreadsheets.
const SUBJECTS: [&str; 15] = [
    "dstip",
    "destinationip",
    "iocvalue",
    "indicator",
    "ipaddress",
    "ip",
    "address",
    "network",
    "cidr",
    "hostname",
    "host",
    "domain",
    "fqdn",
    "value",
    "sourceip",
];
const PORTS: [&str; 3] = ["dstport", "destinationport", "port"];
const COMMENTS: [&str; 6] = ["malware", "threat", "description", "comment", "note", "remark"];

/// The lines of a list that were skipped because they have no usable entry.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SkippedLines {
    /// The number of skipped lines; comments and empty lines are not counted.
    pub lines: u32,
    /// The first of them: its line number, from 1, and the beginning of its text.
    pub first: Option<(u32, String)>,
}

/// Which entries a list can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ListKind {
    /// Entries without a port. A line with another entry is an error.
    ReferenceSet,
    /// Entries with or without a port. Published lists also have paths of URLs and other lines without an
    /// endpoint; those are skipped and counted.
    ThreatList,
}

/// A line with neither an entry that the list can have nor a comment.
#[derive(Debug)]
pub(super) struct InvalidLine;

impl ListKind {
    pub fn expected(self) -> &'static str {
        match self {
            ListKind::ReferenceSet => {
                "an address, a network (198.51.100.0/24) or a host name (example.com, *.example.com)"
            }
            ListKind::ThreatList => {
                "an address, a network (198.51.100.0/24), an address and port (203.0.113.5:443) or a host name"
            }
        }
    }

    /// The entry of a line; none if the line is empty or a comment.
    pub fn entry(self, text: &str, line: u32) -> Result<Option<ListEntry>, InvalidLine> {
        let (subject, comment) = split_comment(text);
        if subject.is_empty() {
            return Ok(None);
        }
        self.subject(subject, line).map(|entry| Some(entry.with_comment(comment))).ok_or(InvalidLine)
    }

    fn subject(self, text: &str, line: u32) -> Option<ListEntry> {
        match self {
            ListKind::ReferenceSet => ListEntry::parse(text, line).filter(|entry| entry.port().is_none()),
            // A URL without a path is an endpoint, too.
            ListKind::ThreatList => {
                let text = text.strip_prefix("http://").or(text.strip_prefix("https://")).unwrap_or(text);
                ListEntry::parse(text.strip_suffix('/').unwrap_or(text), line)
            }
        }
    }
}

/// Reads a list. It is a table if a column is given, or if the first line with content has a comma, semicolon
/// or tab; else each line is an entry.
pub(super) fn read(
    name: &str,
    text: &str,
    column: Option<&str>,
    kind: ListKind,
) -> Result<(Vec<ListEntry>, SkippedLines), Error> {
    let (mut entries, mut skipped, mut first_wrong) = (Vec::new(), SkippedLines::default(), None);
    let mut format: Option<ListFormat> = None;
    for line in content(text.strip_prefix('\u{feff}').unwrap_or(text)) {
        let format = match &format {
            Some(format) => format,
            None => {
                let (found, is_header) = ListFormat::of(line.text, column, kind)
                    .map_err(|problem| wrong(name, &line, &problem))?;
                let found = format.insert(found);
                if is_header {
                    continue;
                }
                found
            }
        };
        match format.entry(line.text, line.number, kind) {
            Ok(entry) => entries.extend(entry),
            Err(InvalidLine) => {
                skipped.lines += 1;
                if skipped.lines == 1 {
                    let text: String = line.text.chars().take(80).collect();
                    let problem = format!("found {}, expected {}", quoted(&text), kind.expected());
                    first_wrong = Some(wrong(name, &line, &problem));
                    skipped.first = Some((line.number, text));
                }
            }
        }
    }
    match first_wrong {
        Some(error) if kind == ListKind::ReferenceSet || entries.is_empty() => Err(error),
        _ => Ok((entries, skipped)),
    }
}

/// A line that is neither empty nor a comment.
#[derive(Debug, Clone, Copy)]
struct Line<'a> {
    /// Line number, from 1.
    number: u32,
    /// Offset of its first byte in the text.
    byte: usize,
    text: &'a str,
}

fn content(text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut byte = 0;
    text.split_inclusive('\n')
        .zip(1..)
        .map(move |(text, number)| {
            let line = Line { number, byte, text: text.trim() };
            byte += text.len();
            line
        })
        .filter(|line| !line.text.is_empty() && !line.text.starts_with('#'))
}

/// Splits a line at a ` #` into the entry and the comment.
fn split_comment(text: &str) -> (&str, &str) {
    let begins = |at: &usize| text.get(..*at).is_none_or(|before| before.ends_with([' ', '\t']) || *at == 0);
    match text.match_indices('#').map(|(at, _)| at).find(begins) {
        Some(at) => (text.get(..at).unwrap_or_default().trim(), text.get(at + 1..).unwrap_or_default()),
        None => (text.trim(), ""),
    }
}

#[cold]
fn wrong(name: &str, line: &Line<'_>, problem: &str) -> Error {
    Error::new(ErrorKind::Rule, format!("{name}, line {}: {problem}", line.number))
        .with_hint("one entry per line, with comments after #; or a table with the name of its column")
        .at(u64::from(line.number), line.byte as u64)
}

/// How the lines of a list are read.
#[derive(Debug)]
enum ListFormat {
    /// An entry per line, perhaps with a comment.
    Plain,
    /// A row of fields per line, with the positions of those that are read.
    Table { delimiter: char, subject: usize, port: Option<usize>, comment: Option<usize> },
}

impl ListFormat {
    /// The format of a list by its first line, and whether that line is a header; else the problem.
    fn of(first: &str, column: Option<&str>, kind: ListKind) -> Result<(ListFormat, bool), String> {
        let delimiter = match (delimiter(split_comment(first).0), column) {
            (None, None) => return Ok((ListFormat::Plain, false)),
            (delimiter, _) => delimiter.unwrap_or(','),
        };
        let fields = fields(first, delimiter);
        let named = |names: &[&str]| {
            names.iter().find_map(|name| fields.iter().position(|field| same_name(field, name)))
        };
        let is_entry = |at: usize| fields.get(at).is_some_and(|field| kind.subject(field, 1).is_some());
        let numbered = column.and_then(|column| column.strip_prefix('#')?.parse::<usize>().ok());
        let subject = match (numbered, column) {
            (Some(number), _) => number.checked_sub(1),
            (None, Some(column)) => named(&[column]),
            (None, None) => named(&SUBJECTS).or_else(|| (0..fields.len()).find(|at| is_entry(*at))),
        };
        let subject = subject.ok_or_else(|| {
            let among: Vec<String> = fields.iter().map(|field| quoted(field)).collect();
            let among = among.join(", ");
            match column {
                Some(column) => format!("found no column {} among {among}", quoted(column)),
                None => format!("found no column of addresses or host names among {among}; name one"),
            }
        })?;
        let is_header = !is_entry(subject);
        let named = |names: &[&str]| named(names).filter(|_| is_header);
        let port = named(&PORTS).filter(|_| kind == ListKind::ThreatList);
        Ok((ListFormat::Table { delimiter, subject, port, comment: named(&COMMENTS) }, is_header))
    }

    /// The entry of a line; none if the line has none.
    fn entry(&self, text: &str, line: u32, kind: ListKind) -> Result<Option<ListEntry>, InvalidLine> {
        let ListFormat::Table { delimiter, subject, port, comment } = *self else {
            return kind.entry(text, line);
        };
        let fields = fields(text, delimiter);
        let field = |column: Option<usize>| column.and_then(|at| fields.get(at)).map_or("", String::as_str);
        if field(Some(subject)).is_empty() {
            return Ok(None);
        }
        let entry = kind.subject(field(Some(subject)), line).ok_or(InvalidLine)?;
        let port = match field(port) {
            "" => None,
            text => Some(text.parse().map_err(|_| InvalidLine)?),
        };
        Ok(Some(entry.with_port(port).with_comment(field(comment))))
    }
}

/// The delimiter of a table: the one that its first row has most often.
fn delimiter(row: &str) -> Option<char> {
    let count = |wanted: &char| row.chars().filter(|found| found == wanted).count();
    // `max_by_key` gives the last of equal counts.
    [';', '\t', ','].into_iter().max_by_key(count).filter(|best| count(best) > 0)
}

/// Whether two column names are the same apart from case, spaces and punctuation.
fn same_name(one: &str, other: &str) -> bool {
    let plain = |name: &'_ str| -> Vec<u8> {
        let kept = name.bytes().filter(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii());
        kept.map(|byte| byte.to_ascii_lowercase()).collect()
    };
    plain(one) == plain(other)
}

/// The fields of a row. A quoted field may have the delimiter and doubled quotes in it.
fn fields(row: &str, delimiter: char) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    let mut characters = row.chars().peekable();
    while let Some(character) = characters.next() {
        let Some(field) = fields.last_mut() else { break };
        match character {
            '"' if quoted && characters.next_if_eq(&'"').is_some() => field.push('"'),
            '"' if quoted || field.trim().is_empty() => quoted = !quoted,
            other if other == delimiter && !quoted => fields.push(String::new()),
            other => field.push(other),
        }
    }
    for field in &mut fields {
        *field = field.trim().to_owned();
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str, column: Option<&str>, kind: ListKind) -> Vec<(u32, String)> {
        match read("list", text, column, kind) {
            Ok((entries, _)) => entries.iter().map(|entry| (entry.line(), entry.to_string())).collect(),
            Err(error) => panic!("{error}"),
        }
    }

    fn error(text: &str, column: Option<&str>, kind: ListKind) -> (String, Option<u64>) {
        match read("office.txt", text, column, kind) {
            Ok(read) => panic!("{read:?}"),
            Err(error) => (error.to_string(), error.position().map(|at| at.byte)),
        }
    }

    #[test]
    fn a_plain_list() {
        let text =
            "\u{feff}# head\r\n\r\n203.0.113.5  # the mail server, old\r\n  198.51.100.0/24\r\n*.Example.net";
        let expected =
            [(3, "203.0.113.5 # the mail server, old"), (4, "198.51.100.0/24"), (5, "*.example.net")];
        let expected: Vec<_> = expected.map(|(line, text)| (line, text.to_owned())).into();
        assert_eq!(texts(text, None, ListKind::ReferenceSet), expected);
        assert_eq!(texts("", None, ListKind::ReferenceSet), []);
        assert_eq!(texts("# nothing yet\n", None, ListKind::ThreatList), []);
    }

    #[test]
    fn mistakes_name_line_and_byte() {
        let (message, byte) = error("10.0.0.1\n\n10.0.0.0/99\n", None, ListKind::ReferenceSet);
        assert!(
            message.starts_with("office.txt, line 3: found \"10.0.0.0/99\", expected an address"),
            "{message}"
        );
        assert_eq!(byte, Some(10));
        let (message, _) = error("10.0.0.1:443", None, ListKind::ReferenceSet);
        assert!(message.contains("10.0.0.1:443"), "{message}");
        let (message, _) = error("a,b\nc,d\n", None, ListKind::ReferenceSet);
        assert!(
            message.contains("line 1: found no column of addresses or host names among \"a\", \"b\""),
            "{message}"
        );
        let (message, _) = error("ip,b\nc,d\n", Some("c"), ListKind::ReferenceSet);
        assert!(message.contains("found no column \"c\" among \"ip\", \"b\""), "{message}");
        let (message, byte) = error("name;ip\nx;10.0.0.1\ny;10.0.0\n", None, ListKind::ReferenceSet);
        assert!(message.contains("line 3") && byte == Some(19), "{message}");
    }

    #[test]
    fn a_column_of_a_table() {
        let text =
            "Name,IP Address,Note\n\"Scan, east\",10.1.2.3,\"the \"\"east\"\" one\"\n,,\nwest,10.1.2.4,\n";
        let found = texts(text, None, ListKind::ReferenceSet);
        assert_eq!(found, [(2, "10.1.2.3 # the \"east\" one".to_owned()), (4, "10.1.2.4".to_owned())]);
        assert_eq!(texts(text, Some("ip address"), ListKind::ReferenceSet), found);
        assert_eq!(texts(text, Some("#2"), ListKind::ReferenceSet), found);
        let without_header = "east\t10.1.2.3\nwest\t10.1.2.4\n";
        assert_eq!(texts(without_header, None, ListKind::ReferenceSet).len(), 2);
        assert_eq!(texts("servers\n10.0.0.1\n", Some("Servers"), ListKind::ReferenceSet).len(), 1);
    }

    #[test]
    fn the_format_of_feodo_tracker() {
        let text = "####\n# a banner #\n#\n\
            \"first_seen_utc\",\"dst_ip\",\"dst_port\",\"c2_status\",\"last_online\",\"malware\"\n\
            \"2026-01-02 03:04:05\",\"203.0.113.9\",\"443\",\"online\",\"2026-01-03\",\"Examplebot\"\n\
            # END 1 entries";
        let found = texts(text, None, ListKind::ThreatList);
        assert_eq!(found, [(5, "203.0.113.9:443 # Examplebot".to_owned())]);
    }

    #[test]
    fn a_threat_list_skips_lines_without_an_endpoint() {
        let text =
            "203.0.113.9:443\nhttp://203.0.113.10\n/a/path.php?x=\nexample.com/path\nbad.example.com\n";
        let Ok((entries, lines)) = read("list", text, None, ListKind::ThreatList) else {
            panic!("it has entries")
        };
        let found: Vec<String> = entries.iter().map(ToString::to_string).collect();
        assert_eq!(found, ["203.0.113.9:443", "203.0.113.10", "bad.example.com"]);
        assert_eq!((lines.lines, lines.first), (2, Some((3, "/a/path.php?x=".to_owned()))));
        let (message, _) = error("one\ntwo\n", None, ListKind::ThreatList);
        assert!(message.contains("line 1: found \"one\""), "{message}");
    }
}
