//! Finds the header of delimited text, and with it the layout.

use super::column_mapping::{alternatives_of, columns_of};
use super::columns::Columns;
use super::format::generic;
use super::format::registry;
use super::layout::Layout;
use super::options::{Column, DetectorOptions};
use super::refusal::{Refusal, shortened};
use super::roles::plain_name;
use super::structural_index::StructuralIndex;
use super::table_view::Row;
use crate::model::error::{Error, ErrorKind, quoted};
use crate::text::value::clean::clean;

/// Maximum number of rows before the header.
pub(super) const MAX_ROWS_BEFORE_HEADER: u64 = 64;

const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];

/// The layout without a header, if the caller gives positions of all required columns.
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
    Some(Layout::headerless(&generic::DELIMITED, delimiter, columns))
}

pub(super) fn most_frequent_delimiter(text: &[u8]) -> u8 {
    let line = text.split(|&b| b == b'\n').find(|line| !line.trim_ascii().is_empty()).unwrap_or_default();
    let count = |delimiter: u8| line.iter().filter(|&&b| b == delimiter).count();
    // The first of equals; max_by_key returns the last.
    DELIMITERS.into_iter().rev().max_by_key(|&d| count(d)).unwrap_or(b',')
}

/// The layout by the first row that has all required columns, with any delimiter.
pub(super) fn by_header(text: &[u8], options: &DetectorOptions) -> Result<Box<Layout>, Refusal> {
    let delimiters = match options.delimiter {
        Some(delimiter) => vec![delimiter],
        None => DELIMITERS.to_vec(),
    };
    let mut nearest: Option<Candidate> = None;
    for candidate in delimiters.iter().filter_map(|&delimiter| try_delimiter(text, delimiter, options)) {
        if candidate.rank() == (0, Some(1)) {
            // No candidate can be better.
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

/// A row that may be the header.
struct Candidate {
    layout: Box<Layout>,
    missing: Vec<&'static str>,
}

impl Candidate {
    /// Fewest missing columns first, then the earliest row.
    fn rank(&self) -> (usize, Option<u64>) {
        (self.missing.len(), self.layout.header_line)
    }
}

#[inline(never)]
fn try_delimiter(text: &[u8], delimiter: u8, options: &DetectorOptions) -> Option<Candidate> {
    let mut structure = StructuralIndex::default();
    structure.scan(text, delimiter, true);
    let mut nearest: Option<Candidate> = None;
    let mut lines = 1;
    for row in structure.rows().take(MAX_ROWS_BEFORE_HEADER as usize) {
        let line = lines;
        let bytes = text.get(row.start..row.end()).unwrap_or_default();
        lines += 1 + bytes.iter().filter(|&&b| b == b'\n').count() as u64;
        let rest = text.get(row.end()..).unwrap_or_default();
        let line_end = rest.iter().position(|&b| b == b'\n').map_or(rest.len(), |at| at + 1);
        let names = names_of(&row, text);
        let plain: Vec<String> = names.iter().map(|name| plain_name(name)).collect();
        let format = registry::of_header(&plain);
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
                alternatives: alternatives_of(&plain, format, &options.columns),
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

fn no_header(text: &[u8], nearest: Option<Candidate>) -> Refusal {
    const HINT: &str =
        "say which column is what, for example time=when, source=from, destination=to, port=service";
    if let Some(Candidate { layout, missing }) = nearest {
        let line = layout.header_line.unwrap_or(1);
        let message = format!(
            "found a header in line {line} ({}) without {}",
            shortened(&layout.names.join(", ")),
            missing.join(", ")
        );
        let error = Error::new(ErrorKind::NotFlows, message).with_hint(HINT).at(line, 0);
        let Layout { names, columns, delimiter, .. } = *layout;
        return Refusal { error, names, columns, delimiter: Some(delimiter) };
    }
    let line = text.split(|&b| b == b'\n').find(|l| !l.trim_ascii().is_empty()).unwrap_or_default();
    let found = quoted(&shortened(&String::from_utf8_lossy(line.trim_ascii())));
    let message = format!(
        "found no header in the first {MAX_ROWS_BEFORE_HEADER} rows (the text begins {found}), expected one that names \
         the start time, source address, destination address and destination port"
    );
    let error = Error::new(ErrorKind::NotFlows, message).with_hint(HINT).at(1, 0);
    let mut structure = StructuralIndex::default();
    structure.scan(line, most_frequent_delimiter(line), true);
    let names: Vec<String> = structure.rows().next().map(|row| names_of(&row, line)).unwrap_or_default();
    // Text with fewer columns than a flow needs is not a table.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::detect;
    use crate::ingest::detected_format::DetectedFormat;
    use crate::ingest::roles::Role;
    use crate::ingest::source_report::ColumnReport;

    fn report(layout: &Layout) -> Vec<ColumnReport> {
        layout.columns.report(&layout.names)
    }

    fn layout(text: &str) -> Layout {
        match detect::detect(text.as_bytes(), &DetectorOptions::new()) {
            Ok(DetectedFormat::Table(layout)) => *layout,
            other => panic!("{other:?}"),
        }
    }

    fn refusal(text: &[u8]) -> String {
        match detect::detect(text, &DetectorOptions::new()) {
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
        let columns = |text: &[u8]| match detect::detect(text, &DetectorOptions::new()) {
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
        let found = options.map(|options| detect::detect(b"1|10.0.0.1|192.0.2.1|443\n", &options));
        let layout = match found {
            Ok(Ok(DetectedFormat::Table(layout))) => *layout,
            other => panic!("{other:?}"),
        };
        assert_eq!((layout.delimiter, layout.header_line, layout.data_start), (b'|', None, 0));
    }
}
