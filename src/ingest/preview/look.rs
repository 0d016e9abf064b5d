//! The beginning of a file and options → a preview.

use super::columns::{columns_of, missing};
use super::first_rows::{FirstRow, FirstRows, text_of};
use super::header::Header;
use super::result::{Layout, Preview, PreviewColumn, PreviewFlow, PreviewRow};
use crate::ingest::detect::LOOK_AHEAD;
use crate::ingest::options::DetectorOptions;
use crate::ingest::sink::Sink;
use crate::ingest::source::Source;
use crate::pairs::History;

/// Looks at the beginning of a file, of which 64 KiB are enough: its first rows as texts, which column has which
/// role, what is missing, and the flows that the rows would give.
///
/// ```
/// use beaconlens::{DetectorOptions, Header, Role, preview};
///
/// let head = b"when;from;to;gate\n2026-03-02 10:00:00;10.0.0.5;203.0.113.9;443\n";
/// let found = preview(head, Header::Found, &DetectorOptions::new());
/// assert_eq!(found.columns[1].role, Some(Role::Source));
/// assert!(found.columns[3].guessed && found.missing.is_empty());
/// // What is guessed has to be confirmed: by itself the engine does not read the file.
/// assert!(found.source.error.is_some());
/// ```
pub fn preview(head: &[u8], header: Header, options: &DetectorOptions) -> Preview {
    let text = whole_lines(head);
    let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
    let unmapped = options.without_columns();
    let (found, _) = read(text, &unmapped);
    let source = if options.columns.is_empty() { found.report() } else { read(text, options).0.report() };
    let found_report = found.report();
    let rows = FirstRows::of(text, header, &found_report, options);
    let is_read_without_header = found_report.error.is_none() && found_report.header_line.is_none();
    let (roles, may_guess) = match (header, &rows.header) {
        (Header::Absent, _) if rows.layout == Layout::Table && !is_read_without_header => (Vec::new(), true),
        // A chosen header is read as if the file began with it.
        (Header::Line(_), Some(header)) => {
            let (source, _) = read(text.get(header.start..).unwrap_or_default(), &unmapped);
            (source.roles(), source.report().error.is_some())
        }
        _ => (found.roles(), found_report.error.is_some()),
    };
    let columns = columns_of(&rows, &roles, may_guess, options);
    let row = |row| match source.error {
        None => preview_row(text, &rows, row, options),
        Some(_) => {
            PreviewRow { line: row.line.line, cells: row.line.cells.clone(), flow: None, reason: None }
        }
    };
    Preview {
        layout: rows.layout,
        delimiter: rows.delimiter.map(|delimiter| char::from(delimiter).to_string()),
        header_line: rows.header.as_ref().map(|header| header.line.line),
        missing: missing(&columns),
        signature: signature(text, &rows, &columns),
        rows: rows.shown().iter().map(row).collect(),
        header_candidates: rows.candidates,
        columns,
        source,
    }
}

/// The beginning without a last row that may be cut off, which would look damaged.
fn whole_lines(head: &[u8]) -> &[u8] {
    let Some(cut) = head.get(..LOOK_AHEAD) else { return head };
    let end = cut.iter().rposition(|byte| *byte == b'\n').map_or(cut.len(), |at| at + 1);
    cut.get(..end).unwrap_or(cut)
}

fn read(text: &[u8], options: &DetectorOptions) -> (Source, Sink) {
    let (mut source, mut sink) = (Source::new(""), Sink::new(options));
    // Why a source is refused is in its report.
    let _ = source.ingest(text, options, &mut sink);
    let _ = source.finish(options, &mut sink);
    (source, sink)
}

/// A row, read together with what is before the first row, as if the file had no other.
fn preview_row(text: &[u8], rows: &FirstRows, row: &FirstRow, options: &DetectorOptions) -> PreviewRow {
    let before = match rows.layout {
        Layout::Json => 0,
        _ => rows.rows.first().map_or(0, |first| first.start),
    };
    let mut alone = text.get(..before).unwrap_or_default().to_vec();
    let line = 1 + alone.iter().filter(|byte| **byte == b'\n').count() as u64;
    alone.extend_from_slice(text_of(text, row));
    alone.push(b'\n');
    let (source, sink) = read(&alone, options);
    let flow = first_flow(&sink);
    let reason = flow.is_none().then(|| {
        let refusal = source.report().error.map(|error| error.message);
        let diagnostics = sink.diagnostics.report();
        let of_row =
            diagnostics.iter().find(|found| found.examples.iter().any(|example| example.line >= line));
        refusal
            .or(of_row.map(|found| found.reason.to_owned()))
            .unwrap_or("the row describes no flow".to_owned())
    });
    PreviewRow { line: row.line.line, cells: row.line.cells.clone(), flow, reason }
}

fn first_flow(sink: &Sink) -> Option<PreviewFlow> {
    let mut found = None;
    for chunk in sink.pairs.chunks() {
        chunk.for_each(|pair| {
            let (key, mut history) = (pair.key(), History::default());
            pair.read(&mut history);
            found = history.connections.first().map(|connection| PreviewFlow {
                start: connection.start.to_string(),
                source: sink.addresses.address(key.source()).to_string(),
                destination: sink.addresses.address(key.destination()).to_string(),
                port: key.destination_port(),
                bytes_sent: connection.bytes_sent,
                bytes_received: connection.bytes_received,
            });
        });
    }
    found
}

/// By what files of the same make are recognised.
fn signature(text: &[u8], rows: &FirstRows, columns: &[PreviewColumn]) -> Option<String> {
    match (rows.layout, &rows.header) {
        (Layout::Other, _) => None,
        (Layout::Json, _) => {
            let first = rows.rows.first()?;
            let named = rows.names.iter().zip(&first.line.cells).filter(|(_, cell)| !cell.is_empty());
            let names: Vec<&str> = named.map(|(name, _)| name.as_str()).collect();
            Some(format!("{{{}}}", names.join(",")))
        }
        (Layout::Table, Some(header)) => {
            Some(String::from_utf8_lossy(text_of(text, header).trim_ascii()).into_owned())
        }
        (Layout::Table, None) => {
            let kinds: String = columns.iter().map(|column| column.kind.letter()).collect();
            let delimiter = rows.delimiter.map(char::from)?;
            // Rows without an address could be of any file.
            (rows.is_even() && kinds.contains('a')).then(|| format!("\0{delimiter}{kinds}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::roles::Role;

    const ROWS: &str = "1772000000,10.0.0.5,203.0.113.9,443,100\n1772000060,10.0.0.5,203.0.113.9,443,100\n";

    fn roles(preview: &Preview) -> Vec<Option<Role>> {
        preview.columns.iter().map(|column| column.role).collect()
    }

    fn mapped(columns: &[(Role, &str)]) -> DetectorOptions {
        let add =
            |options: DetectorOptions, (role, column): &(Role, &str)| options.with_column(*role, column);
        columns.iter().try_fold(DetectorOptions::new(), add).unwrap_or_default()
    }

    #[test]
    fn known_columns_are_found_and_rows_are_read() {
        let text = format!("starttime,sourceip,destinationip,destinationport,bytessent\n{ROWS}");
        let preview = preview(text.as_bytes(), Header::Found, &DetectorOptions::new());
        let expected = [Role::Time, Role::Source, Role::Destination, Role::Port, Role::BytesSent].map(Some);
        assert_eq!(roles(&preview), expected);
        assert!(preview.columns.iter().all(|column| !column.guessed));
        assert_eq!((preview.header_line, preview.missing.len(), preview.rows.len()), (Some(1), 0, 2));
        let flow = preview.rows.first().and_then(|row| row.flow.clone());
        assert_eq!(flow.map(|flow| (flow.port, flow.bytes_sent)), Some((443, 100)));
    }

    #[test]
    fn without_a_header_roles_are_guessed_and_positions_read_the_rows() {
        let guessed = preview(ROWS.as_bytes(), Header::Found, &DetectorOptions::new());
        assert_eq!(guessed.header_line, None);
        let known = [Role::Time, Role::Source, Role::Destination, Role::Port].map(Some);
        assert_eq!(roles(&guessed).get(..4), Some(&known[..]));
        assert_eq!(guessed.signature.as_deref(), Some("\0,taann"));
        assert!(guessed.source.error.is_some() && guessed.rows.iter().all(|row| row.flow.is_none()));
        let given = [(Role::Time, "#1"), (Role::Source, "#2"), (Role::Destination, "#3"), (Role::Port, "#4")];
        let read = preview(ROWS.as_bytes(), Header::Absent, &mapped(&given));
        assert!(read.source.error.is_none() && read.rows.iter().all(|row| row.flow.is_some()));
    }

    #[test]
    fn a_row_that_cannot_be_read_says_why() {
        let text =
            "when,src,dst,dport\nyesterday,10.0.0.5,203.0.113.9,443\n1772000000,10.0.0.5,203.0.113.9,443\n";
        let preview = preview(text.as_bytes(), Header::Found, &mapped(&[(Role::Time, "when")]));
        let reasons: Vec<_> = preview.rows.iter().map(|row| (row.line, row.reason.as_deref())).collect();
        assert_eq!(reasons, [(2, Some("the start time is not in a form that is read")), (3, None)]);
    }

    #[test]
    fn json_fields_have_the_names_of_the_objects_around_them() {
        let text =
            r#"{"_source":{"wann":1772000000,"netz":{"wer":"10.0.0.5","wohin":["203.0.113.9"]},"tor":443}}"#;
        let preview = preview(text.as_bytes(), Header::Found, &DetectorOptions::new());
        let names: Vec<&str> = preview.columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(names, ["wann", "netz.wer", "netz.wohin", "tor"]);
        assert_eq!(preview.layout, Layout::Json);
        assert_eq!(roles(&preview), [Role::Time, Role::Source, Role::Destination, Role::Port].map(Some));
        let known =
            r#"{"ts":1772000000,"id":{"orig_h":"10.0.0.5","resp_h":"203.0.113.9","resp_p":443},"uid":"C1"}"#;
        let preview = super::preview(known.as_bytes(), Header::Found, &DetectorOptions::new());
        assert_eq!(
            roles(&preview).get(..4),
            Some(&[Role::Time, Role::Source, Role::Destination, Role::Port].map(Some)[..])
        );
    }

    #[test]
    fn what_has_no_columns_says_why_it_is_refused() {
        for text in [&b""[..], b"\x1f\x8b\x08\0", b"MZ\0\x01"] {
            let preview = preview(text, Header::Found, &DetectorOptions::new());
            assert_eq!((preview.layout, preview.columns.len()), (Layout::Other, 0));
            assert!(preview.source.error.is_some());
        }
    }

    #[test]
    fn a_chosen_header_is_read_as_if_the_file_began_there() {
        let text = format!("a list of flows, of two hosts\nwhen,src,dst,dport,x\n{ROWS}");
        let preview = preview(text.as_bytes(), Header::Line(2), &DetectorOptions::new());
        assert_eq!(
            roles(&preview).get(1..4),
            Some(&[Role::Source, Role::Destination, Role::Port].map(Some)[..])
        );
        assert_eq!(preview.rows.first().map(|row| row.line), Some(3));
    }
}
