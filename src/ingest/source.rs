//! One source of bytes, from its first chunk to its end.

use super::column_place::ColumnPlace;
use super::columns::Columns;
use super::detect::{self, LOOK_AHEAD};
use super::fingerprint::Fingerprint;
use super::options::DetectorOptions;
use super::reading::{Reading, RowParser};
use super::refusal::Refusal;
use super::roles::Role;
use super::sink::Sink;
use super::source_report::{ErrorReport, SourceReport};
use crate::model::error::Error;

/// A source whose format is being detected, which is being read, or which was refused.
#[derive(Debug)]
pub(crate) struct Source {
    name: String,
    bytes_read: u64,
    state: State,
    /// Bytes that are not parsed yet: the beginning of the source, or an incomplete row.
    pending: Pending,
    fingerprint: Fingerprint,
    /// End offset of the data known to duplicate an earlier source.
    duplicate_until: Option<u64>,
    /// The beginning of the next sample, which decides whether more of the data is a duplicate.
    held_back: Vec<u8>,
}

/// Bytes that are buffered.
#[derive(Debug, Default)]
struct Pending {
    bytes: Vec<u8>,
    /// Number of bytes from which on the buffer is scanned again: a long row in small chunks is not scanned for each
    /// of them.
    scan_from: usize,
}

#[derive(Debug)]
enum State {
    Detecting,
    Reading(Box<Reading>),
    Refused(Refusal),
}

impl Source {
    pub fn new(name: &str) -> Self {
        Source {
            name: name.to_owned(),
            bytes_read: 0,
            state: State::Detecting,
            pending: Pending::default(),
            fingerprint: Fingerprint::default(),
            duplicate_until: None,
            held_back: Vec::new(),
        }
    }

    /// Reads the next bytes.
    pub fn ingest(&mut self, chunk: &[u8], options: &DetectorOptions, sink: &mut Sink) -> Result<(), Error> {
        self.bytes_read += chunk.len() as u64;
        sink.bytes_read += chunk.len() as u64;
        let mut rest = chunk;
        if matches!(self.state, State::Detecting) {
            let wanted = LOOK_AHEAD.saturating_sub(self.pending.bytes.len()).min(chunk.len());
            let (head, after) = chunk.split_at(wanted);
            self.pending.bytes.extend_from_slice(head);
            if self.pending.bytes.len() < LOOK_AHEAD {
                return Ok(());
            }
            self.detect(options, sink);
            rest = after;
        }
        if self.duplicate_until.is_some() {
            rest = self.skip_duplicate(rest, sink);
        }
        match &mut self.state {
            State::Refused(refusal) => return Err(refusal.error.clone()),
            State::Reading(reading) => {
                if !options.duplicates {
                    self.fingerprint.add(rest);
                }
                read_chunk(reading, &mut self.pending, rest, sink);
            }
            State::Detecting => {}
        }
        Ok(())
    }

    /// Reads the bytes after the last line feed.
    pub fn finish(&mut self, options: &DetectorOptions, sink: &mut Sink) -> Result<(), Error> {
        if matches!(self.state, State::Detecting) {
            self.detect(options, sink);
        }
        if !self.held_back.is_empty() {
            match self.fingerprint.duplicate_until(&sink.fingerprints) == Some(self.fingerprint.length) {
                true => self.pending.bytes.append(&mut self.held_back),
                false => self.end_duplicate(sink),
            }
        }
        let rest = std::mem::take(&mut self.pending.bytes);
        match &mut self.state {
            State::Refused(refusal) => return Err(refusal.error.clone()),
            State::Reading(reading) => {
                reading.finish(&rest, sink);
                sink.fingerprints.push(std::mem::take(&mut self.fingerprint));
            }
            State::Detecting => {}
        }
        Ok(())
    }

    /// Finds the format of the buffered bytes, and reads them.
    fn detect(&mut self, options: &DetectorOptions, sink: &mut Sink) {
        let head = std::mem::take(&mut self.pending.bytes);
        self.state = match detect::detect(&head, options) {
            Ok(found) => {
                let mut reading = Box::new(Reading::new(&self.name, found, &head, options));
                if !options.duplicates {
                    self.fingerprint.add(&head);
                    self.duplicate_until = self.fingerprint.duplicate_until(&sink.fingerprints);
                    reading.is_duplicate = self.duplicate_until.is_some();
                }
                let data = head.get(reading.data_start()..).unwrap_or_default();
                read_chunk(&mut reading, &mut self.pending, data, sink);
                State::Reading(reading)
            }
            Err(refusal) => State::Refused(refusal),
        };
    }

    /// Skips the bytes that duplicate an earlier source; returns the rest.
    #[cold]
    #[inline(never)]
    fn skip_duplicate<'a>(&mut self, bytes: &'a [u8], sink: &mut Sink) -> &'a [u8] {
        let mut rest = bytes;
        while let (Some(until), State::Reading(reading)) = (self.duplicate_until, &mut self.state)
            && !rest.is_empty()
        {
            // At the end of the known duplicate, the next sample is held back until it is complete.
            let sample = self.fingerprint.length >= until;
            let edge = if sample { Fingerprint::sample_end(until) } else { until };
            let (now, later) = rest.split_at(rest.len().min((edge - self.fingerprint.length) as usize));
            self.fingerprint.add(now);
            rest = later;
            if !sample {
                read_chunk(reading, &mut self.pending, now, sink);
                continue;
            }
            self.held_back.extend_from_slice(now);
            if self.fingerprint.length == edge {
                self.duplicate_until =
                    self.fingerprint.duplicate_until(&sink.fingerprints).filter(|further| *further > until);
                if self.duplicate_until.is_none() {
                    self.end_duplicate(sink);
                    break;
                }
                read_chunk(reading, &mut self.pending, &std::mem::take(&mut self.held_back), sink);
            }
        }
        rest
    }

    /// Ends the duplicate. The bytes that were held back are not part of it.
    fn end_duplicate(&mut self, sink: &mut Sink) {
        self.duplicate_until = None;
        let State::Reading(reading) = &mut self.state else { return };
        // The buffered bytes come first.
        let used = reading.read(&self.pending.bytes, false, sink);
        self.pending.bytes.drain(..used);
        self.pending.scan_from = 0;
        reading.is_duplicate = false;
        read_chunk(reading, &mut self.pending, &std::mem::take(&mut self.held_back), sink);
    }

    /// Which columns or fields are read as what; of a refused source, as far as they are known.
    pub(super) fn roles(&self) -> Vec<(Role, ColumnPlace)> {
        match &self.state {
            State::Detecting => Vec::new(),
            State::Reading(reading) => match &reading.parser {
                RowParser::Table { layout, .. } => ColumnPlace::of(&layout.columns),
                RowParser::Rows(rows) => rows.roles(),
            },
            State::Refused(refusal) if refusal.delimiter.is_some() => ColumnPlace::of(&refusal.columns),
            State::Refused(refusal) => {
                let name = |(role, at): (Role, usize)| {
                    Some((role, ColumnPlace::Name(refusal.names.get(at)?.clone())))
                };
                refusal.columns.used().into_iter().filter_map(name).collect()
            }
        }
    }

    /// What the report says of the source.
    pub fn report(&self) -> SourceReport {
        let mut report =
            SourceReport { name: self.name.clone(), bytes_read: self.bytes_read, ..Default::default() };
        match &self.state {
            State::Detecting => {}
            State::Refused(refusal) => {
                report.delimiter = refusal.delimiter.map(|delimiter| char::from(delimiter).to_string());
                report.header_line =
                    refusal.delimiter.and(refusal.error.position()).map(|position| position.line);
                report.columns = refusal.columns.report(&refusal.names);
                if refusal.delimiter.is_none() {
                    // JSON fields have no position.
                    report.columns.iter_mut().for_each(|column| column.position = 0);
                }
                report.unused_columns = refusal.columns.unused(&refusal.names);
                report.error = Some(ErrorReport::of(&refusal.error));
            }
            State::Reading(reading) => add_reading(reading, &mut report),
        }
        report
    }
}

/// Reads the complete rows of the buffered bytes and the chunk, and buffers the rest.
fn read_chunk(reading: &mut Reading, pending: &mut Pending, chunk: &[u8], sink: &mut Sink) {
    let mut rest = chunk;
    // A row that began in an earlier chunk: buffer bytes until it is complete, more each time, so that the work stays
    // linear. Bytes after its end are read from the chunk.
    while !pending.bytes.is_empty() && !rest.is_empty() {
        let before = pending.bytes.len();
        let taken = rest.len().min(before.max(4096));
        pending.bytes.extend_from_slice(rest.get(..taken).unwrap_or_default());
        if pending.bytes.len() < pending.scan_from {
            return;
        }
        let used = reading.read(&pending.bytes, false, sink);
        if used >= before {
            pending.bytes.clear();
            rest = rest.get(used - before..).unwrap_or_default();
        } else {
            pending.bytes.drain(..used);
            rest = rest.get(taken..).unwrap_or_default();
        }
        pending.scan_from = 2 * pending.bytes.len();
    }
    if !rest.is_empty() {
        let used = reading.read(rest, false, sink);
        pending.bytes.extend_from_slice(rest.get(used..).unwrap_or_default());
        pending.scan_from = 0;
    }
}

/// Adds what was read, and as what.
fn add_reading(reading: &Reading, report: &mut SourceReport) {
    let stats = &reading.stats;
    report.rows_read = stats.rows_used + stats.rows_skipped;
    report.rows_used = stats.rows_used;
    report.rows_skipped = stats.rows_skipped;
    report.format = Some(reading.format.name);
    report.times = stats.time_formats.report();
    match &reading.parser {
        RowParser::Table { layout, .. } => {
            report.delimiter = Some(char::from(layout.delimiter).to_string());
            report.header_line = layout.header_line;
            report.columns = layout.columns.report(&layout.names);
            report.unused_columns = layout.columns.unused(&layout.names);
            report.notes = notes(&layout.columns);
        }
        RowParser::Rows(rows) => rows.report(report),
    }
    report.notes.extend(reading.format.notes.iter().map(|note| (*note).to_owned()));
    report.notes.extend_from_slice(&stats.notes);
    if stats.unknown_direction > 0 {
        let note = "rows that do not tell who opened the connection, and are read as they stand";
        report.notes.push(format!("{note}: {}", stats.unknown_direction));
    }
}

/// Notes on missing columns, for the report.
fn notes(columns: &Columns) -> Vec<String> {
    let has = |role| columns.get(role).is_some();
    let bytes = match (has(Role::BytesSent), has(Role::BytesReceived), has(Role::BytesTotal)) {
        (true, true, _) => None,
        (true, false, true) => Some("bytes received are the total less the bytes sent"),
        (false, false, true) => Some("there is only a total of bytes; bytes sent and received count as 0"),
        (false, false, false) => Some("there are no byte counts; they count as 0"),
        (true, false, false) => Some("there are no received bytes; they count as 0"),
        (false, true, _) => Some("there are no sent bytes; they count as 0"),
    };
    let ends = (has(Role::Local) && has(Role::Remote)).then_some(
        "where source or destination is empty, the local end and the remote end are taken, by direction",
    );
    bytes.into_iter().chain(ends).map(str::to_owned).collect()
}
