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

/// One source: looking for its layout, or reading, or refused.
#[derive(Debug)]
pub(crate) struct Source {
    name: String,
    bytes_read: u64,
    state: State,
    /// Bytes that came but are not read yet: the beginning, or a row that is not whole.
    pending: Pending,
    print: Fingerprint,
    /// Up to here it is known to say what an earlier source said.
    repeated_until: Option<u64>,
    /// The beginning of a sample by which it will be known further.
    held: Vec<u8>,
}

/// Bytes that are kept for later.
#[derive(Debug, Default)]
struct Pending {
    bytes: Vec<u8>,
    /// No row is whole before there are this many: a long row in small chunks is not scanned for each.
    enough: usize,
}

#[derive(Debug)]
enum State {
    Looking,
    Reading(Box<Reading>),
    Refused(Refusal),
}

impl Source {
    pub fn new(name: &str) -> Self {
        Source {
            name: name.to_owned(),
            bytes_read: 0,
            state: State::Looking,
            pending: Pending::default(),
            print: Fingerprint::default(),
            repeated_until: None,
            held: Vec::new(),
        }
    }

    /// Takes the next bytes.
    pub fn ingest(&mut self, chunk: &[u8], options: &DetectorOptions, sink: &mut Sink) -> Result<(), Error> {
        self.bytes_read += chunk.len() as u64;
        sink.bytes_read += chunk.len() as u64;
        let mut rest = chunk;
        if matches!(self.state, State::Looking) {
            let wanted = LOOK_AHEAD.saturating_sub(self.pending.bytes.len()).min(chunk.len());
            let (head, after) = chunk.split_at(wanted);
            self.pending.bytes.extend_from_slice(head);
            if self.pending.bytes.len() < LOOK_AHEAD {
                return Ok(());
            }
            self.look(options, sink);
            rest = after;
        }
        if self.repeated_until.is_some() {
            rest = self.pass_over(rest, sink);
        }
        match &mut self.state {
            State::Refused(refusal) => return Err(refusal.error.clone()),
            State::Reading(reading) => {
                if !options.duplicates {
                    self.print.add(rest);
                }
                read_chunk(reading, &mut self.pending, rest, sink);
            }
            State::Looking => {}
        }
        Ok(())
    }

    /// Reads what is left after the last line feed.
    pub fn finish(&mut self, options: &DetectorOptions, sink: &mut Sink) -> Result<(), Error> {
        if matches!(self.state, State::Looking) {
            self.look(options, sink);
        }
        if !self.held.is_empty() {
            match self.print.same_as_any(&sink.fingerprints) == Some(self.print.length) {
                true => self.pending.bytes.append(&mut self.held),
                false => self.end_repeat(sink),
            }
        }
        let rest = std::mem::take(&mut self.pending.bytes);
        match &mut self.state {
            State::Refused(refusal) => return Err(refusal.error.clone()),
            State::Reading(reading) => {
                reading.finish(&rest, sink);
                sink.fingerprints.push(std::mem::take(&mut self.print));
            }
            State::Looking => {}
        }
        Ok(())
    }

    /// Finds the format of what is pending, and reads that.
    fn look(&mut self, options: &DetectorOptions, sink: &mut Sink) {
        let head = std::mem::take(&mut self.pending.bytes);
        self.state = match detect::detect(&head, options) {
            Ok(found) => {
                let mut reading = Box::new(Reading::new(&self.name, found, &head, options));
                if !options.duplicates {
                    self.print.add(&head);
                    self.repeated_until = self.print.same_as_any(&sink.fingerprints);
                    reading.repeated = self.repeated_until.is_some();
                }
                let data = head.get(reading.data_start()..).unwrap_or_default();
                read_chunk(&mut reading, &mut self.pending, data, sink);
                State::Reading(reading)
            }
            Err(refusal) => State::Refused(refusal),
        };
    }

    /// Passes over what an earlier source said, as far as these bytes do; returns the rest of them.
    #[cold]
    #[inline(never)]
    fn pass_over<'a>(&mut self, bytes: &'a [u8], sink: &mut Sink) -> &'a [u8] {
        let mut rest = bytes;
        while let (Some(until), State::Reading(reading)) = (self.repeated_until, &mut self.state)
            && !rest.is_empty()
        {
            // At the end of what is known to be said again, the next sample is held back until it is whole.
            let sample = self.print.length >= until;
            let edge = if sample { Fingerprint::sample_end(until) } else { until };
            let (now, later) = rest.split_at(rest.len().min((edge - self.print.length) as usize));
            self.print.add(now);
            rest = later;
            if !sample {
                read_chunk(reading, &mut self.pending, now, sink);
                continue;
            }
            self.held.extend_from_slice(now);
            if self.print.length == edge {
                self.repeated_until =
                    self.print.same_as_any(&sink.fingerprints).filter(|further| *further > until);
                if self.repeated_until.is_none() {
                    self.end_repeat(sink);
                    break;
                }
                read_chunk(reading, &mut self.pending, &std::mem::take(&mut self.held), sink);
            }
        }
        rest
    }

    /// From here on nothing is said again; what was held back neither.
    fn end_repeat(&mut self, sink: &mut Sink) {
        self.repeated_until = None;
        let State::Reading(reading) = &mut self.state else { return };
        // What is pending came before.
        let used = reading.read(&self.pending.bytes, false, sink);
        self.pending.bytes.drain(..used);
        self.pending.enough = 0;
        reading.repeated = false;
        read_chunk(reading, &mut self.pending, &std::mem::take(&mut self.held), sink);
    }

    /// Which columns or fields are read as what; of a refused source, as far as they are known.
    pub(super) fn roles(&self) -> Vec<(Role, ColumnPlace)> {
        match &self.state {
            State::Looking => Vec::new(),
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

    /// What became of the source, for the report.
    pub fn report(&self) -> SourceReport {
        let mut report =
            SourceReport { name: self.name.clone(), bytes_read: self.bytes_read, ..Default::default() };
        match &self.state {
            State::Looking => {}
            State::Refused(refusal) => {
                report.delimiter = refusal.delimiter.map(|delimiter| char::from(delimiter).to_string());
                report.header_line =
                    refusal.delimiter.and(refusal.error.position()).map(|position| position.line);
                report.columns = refusal.columns.report(&refusal.names);
                if refusal.delimiter.is_none() {
                    // Fields of JSON have no place.
                    report.columns.iter_mut().for_each(|column| column.position = 0);
                }
                report.unused_columns = refusal.columns.unused(&refusal.names);
                report.error = Some(ErrorReport::of(&refusal.error));
            }
            State::Reading(reading) => tell(reading, &mut report),
        }
        report
    }
}

/// Reads the whole rows of what is pending and the chunk; what is left becomes pending.
fn read_chunk(reading: &mut Reading, pending: &mut Pending, chunk: &[u8], sink: &mut Sink) {
    let mut rest = chunk;
    // A row that began in an earlier chunk: take bytes until it is whole, more each time, so that the work
    // stays linear. What was taken too much is read from the chunk.
    while !pending.bytes.is_empty() && !rest.is_empty() {
        let before = pending.bytes.len();
        let taken = rest.len().min(before.max(4096));
        pending.bytes.extend_from_slice(rest.get(..taken).unwrap_or_default());
        if pending.bytes.len() < pending.enough {
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
        pending.enough = 2 * pending.bytes.len();
    }
    if !rest.is_empty() {
        let used = reading.read(rest, false, sink);
        pending.bytes.extend_from_slice(rest.get(used..).unwrap_or_default());
        pending.enough = 0;
    }
}

/// What was read, and as what.
fn tell(reading: &Reading, report: &mut SourceReport) {
    let stats = &reading.stats;
    report.rows_read = stats.rows_used + stats.rows_skipped;
    report.rows_used = stats.rows_used;
    report.rows_skipped = stats.rows_skipped;
    report.format = Some(reading.format.name);
    report.times = stats.forms.report();
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
    if stats.unclear > 0 {
        let note = "rows that do not tell who opened the connection, and are read as they stand";
        report.notes.push(format!("{note}: {}", stats.unclear));
    }
}

/// What a person should know about the columns.
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
