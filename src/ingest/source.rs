//! One source of bytes, from its first chunk to its end.

use super::batch::FlowRow;
use super::diagnostics::{Diagnostics, Reason};
use super::exact::{self, Outcome};
use super::layout::{LOOK_AHEAD, Layout, Refusal};
use super::options::Options;
use super::plain::{Places, PlainColumns};
use super::roles::Role;
use super::structure::{MAX_QUOTED, Structure};
use super::value::time::{TimeForm, TimeReading, TimeUnit};
use crate::error::Error;
use crate::flow::AddressBook;
use crate::pairs::PairTable;
use crate::report::{ErrorReport, SourceReport};

/// Bytes that are scanned, read and folded at a time: small enough for the cache.
const BLOCK: usize = 32 * 1024;

/// A longer row is not a row of flows.
const LONGEST_ROW: usize = 1024 * 1024;

const _: () = assert!(LONGEST_ROW > 2 * MAX_QUOTED && BLOCK < LONGEST_ROW);

/// Where the flows of all sources go.
#[derive(Debug, Default)]
pub(crate) struct Sink {
    pub pairs: PairTable,
    pub book: AddressBook,
    pub diagnostics: Diagnostics,
    pub bytes_read: u64,
    pub rows_used: u64,
    pub rows_skipped: u64,
    /// Earliest and latest start.
    pub span: Option<(i64, i64)>,
    structure: Structure,
    plain: PlainColumns,
    batch: Vec<FlowRow>,
}

/// One source: looking for its layout, or reading, or refused.
#[derive(Debug)]
pub(crate) struct Source {
    name: String,
    bytes_read: u64,
    rows_used: u64,
    rows_skipped: u64,
    lines: u64,
    forms: Forms,
    state: State,
    /// Bytes that came but are not read yet: the beginning, or a row that is not whole.
    pending: Vec<u8>,
    /// Bytes of the source before `pending` and before what is being read.
    offset: u64,
}

#[derive(Debug)]
enum State {
    Looking,
    Reading(Box<Reading>),
    Refused(Refusal),
}

/// What is known of a source once its layout is found.
#[derive(Debug)]
struct Reading {
    layout: Layout,
    places: Option<Places>,
    time: TimeReading,
    /// In a row longer than [`LONGEST_ROW`], whose rest is dropped.
    in_long_row: bool,
}

impl Source {
    pub fn new(name: &str) -> Self {
        Source {
            name: name.to_owned(),
            bytes_read: 0,
            rows_used: 0,
            rows_skipped: 0,
            lines: 0,
            forms: Forms::default(),
            state: State::Looking,
            pending: Vec::new(),
            offset: 0,
        }
    }

    /// Takes the next bytes.
    pub fn ingest(&mut self, chunk: &[u8], options: &Options, sink: &mut Sink) -> Result<(), Error> {
        self.bytes_read += chunk.len() as u64;
        sink.bytes_read += chunk.len() as u64;
        match &self.state {
            State::Refused(refusal) => Err(refusal.error.clone()),
            State::Reading(_) => {
                self.read_chunk(chunk, sink);
                Ok(())
            }
            State::Looking => {
                let wanted = LOOK_AHEAD.saturating_sub(self.pending.len()).min(chunk.len());
                let (head, rest) = chunk.split_at(wanted);
                self.pending.extend_from_slice(head);
                if self.pending.len() >= LOOK_AHEAD {
                    self.look(options, sink)?;
                    self.read_chunk(rest, sink);
                }
                Ok(())
            }
        }
    }

    /// Reads what is left after the last line feed.
    pub fn finish(&mut self, options: &Options, sink: &mut Sink) -> Result<(), Error> {
        if matches!(self.state, State::Looking) {
            self.look(options, sink)?;
        }
        let rest = std::mem::take(&mut self.pending);
        self.offset += self.read_blocks(&rest, true, sink) as u64;
        match &self.state {
            State::Refused(refusal) => Err(refusal.error.clone()),
            _ => Ok(()),
        }
    }

    /// Finds the layout in what is pending, and reads that.
    fn look(&mut self, options: &Options, sink: &mut Sink) -> Result<(), Error> {
        let head = std::mem::take(&mut self.pending);
        match Layout::find(head.get(..LOOK_AHEAD.min(head.len())).unwrap_or_default(), options) {
            Ok(layout) => {
                let data_start = layout.data_start;
                self.lines = layout.data_lines;
                self.offset = data_start as u64;
                let places = Places::of(&layout.columns);
                let reading = Reading { layout, places, time: options.time, in_long_row: false };
                self.state = State::Reading(Box::new(reading));
                self.read_chunk(head.get(data_start..).unwrap_or_default(), sink);
                Ok(())
            }
            Err(refusal) => {
                let error = refusal.error.clone();
                self.state = State::Refused(refusal);
                Err(error)
            }
        }
    }

    /// Reads the whole rows of what is pending and the chunk; what is left becomes pending.
    fn read_chunk(&mut self, chunk: &[u8], sink: &mut Sink) {
        let mut rest = chunk;
        // A row that began in an earlier chunk: take bytes until it is whole, more each time, so that
        // the work stays linear. What was taken too much is read from the chunk.
        while !self.pending.is_empty() && !rest.is_empty() {
            let before = self.pending.len();
            let (more, _) = rest.split_at(rest.len().min(before.max(4096)));
            let mut joined = std::mem::take(&mut self.pending);
            joined.extend_from_slice(more);
            let used = self.read_blocks(&joined, false, sink);
            if used >= before {
                self.offset += used as u64;
                rest = rest.get(used - before..).unwrap_or_default();
            } else {
                self.offset += used as u64;
                joined.drain(..used);
                self.pending = joined;
                rest = rest.get(more.len()..).unwrap_or_default();
            }
        }
        if !rest.is_empty() {
            let used = self.read_blocks(rest, false, sink);
            self.offset += used as u64;
            self.pending.extend_from_slice(rest.get(used..).unwrap_or_default());
        }
    }

    /// Reads block by block and returns how many bytes whole rows took. `self.offset` is of the first
    /// byte throughout.
    fn read_blocks(&mut self, bytes: &[u8], last: bool, sink: &mut Sink) -> usize {
        let (mut at, mut size) = (0, BLOCK);
        while at < bytes.len() {
            let end = bytes.len().min(at + size);
            self.offset += at as u64;
            let used =
                self.read_block(bytes.get(at..end).unwrap_or_default(), last && end == bytes.len(), sink);
            self.offset -= at as u64;
            at += used;
            if used > 0 {
                size = BLOCK;
            } else if end == bytes.len() {
                break;
            } else {
                // A row longer than the block.
                size *= 2;
            }
        }
        at
    }

    /// Reads the whole rows of one block, and returns how many bytes they took.
    fn read_block(&mut self, block: &[u8], last: bool, sink: &mut Sink) -> usize {
        let State::Reading(reading) = &mut self.state else { return block.len() };
        let Reading { layout, places, time, in_long_row } = &mut **reading;
        if *in_long_row {
            // The rest of a row whose beginning was dropped.
            let Some(end) = block.iter().position(|&b| b == b'\n') else { return block.len() };
            *in_long_row = false;
            self.lines += 1;
            return end + 1;
        }
        let used = sink.structure.scan(block, layout.delimiter, last);
        if used == 0 {
            if block.len() < LONGEST_ROW {
                return 0;
            }
            *in_long_row = true;
            self.rows_skipped += 1;
            sink.rows_skipped += 1;
            sink.diagnostics.count(Reason::TooLong, || (&self.name, self.lines + 1, self.offset, block));
            self.lines += line_feeds(block);
            return block.len();
        }
        let Sink { structure, plain, batch, book, diagnostics, .. } = sink;
        batch.clear();
        plain.read(structure, block, places.as_ref(), time.unit, batch, |form| self.forms.note(form));
        let mut skipped = 0;
        for (row, _) in structure.rows().zip(plain.odd()).filter(|(_, odd)| **odd) {
            match exact::read(&row, block, layout, *time, book) {
                Outcome::Flow(flow, form) => {
                    self.forms.note(form);
                    batch.push(flow);
                }
                Outcome::Skipped(reason) => {
                    skipped += 1;
                    diagnostics.count(reason, || {
                        let before = block.get(..row.start).unwrap_or_default();
                        let line = self.lines + 1 + line_feeds(before);
                        let text = block.get(row.start..row.end()).unwrap_or_default();
                        (&self.name, line, self.offset + row.start as u64, text)
                    });
                }
                Outcome::Nothing => {}
            }
        }
        self.lines += match structure.rows_are_lines() {
            true => structure.len() as u64,
            false => line_feeds(block.get(..used).unwrap_or_default()),
        };
        self.rows_used += batch.len() as u64;
        self.rows_skipped += skipped;
        sink.take_batch(skipped);
        used
    }

    /// What became of the source, for the report.
    pub fn report(&self) -> SourceReport {
        let layout = match &self.state {
            State::Reading(reading) => Some(&reading.layout),
            _ => None,
        };
        SourceReport {
            name: self.name.clone(),
            bytes_read: self.bytes_read,
            rows_read: self.rows_used + self.rows_skipped,
            rows_used: self.rows_used,
            rows_skipped: self.rows_skipped,
            format: layout.map(|_| "delimited"),
            delimiter: layout.map(|layout| char::from(layout.delimiter).to_string()),
            header_line: layout.and_then(|layout| layout.header_line),
            columns: layout.map(Layout::report).unwrap_or_default(),
            unused_columns: match &self.state {
                State::Looking => Vec::new(),
                State::Reading(reading) => reading.layout.unused(),
                State::Refused(refusal) => refusal.columns.clone(),
            },
            times: self.forms.report(),
            notes: layout.map(notes).unwrap_or_default(),
            error: match &self.state {
                State::Refused(refusal) => Some(ErrorReport::of(&refusal.error)),
                _ => None,
            },
        }
    }
}

impl Sink {
    pub fn new(hash_seed: u64) -> Self {
        Sink { pairs: PairTable::new(hash_seed), ..Sink::default() }
    }

    /// Folds the flows of a block into the pair table.
    fn take_batch(&mut self, skipped: u64) {
        self.rows_used += self.batch.len() as u64;
        self.rows_skipped += skipped;
        let starts = self.batch.iter().map(|flow| flow.start);
        let (mut first, mut last) = self.span.unwrap_or((i64::MAX, i64::MIN));
        for start in starts {
            first = first.min(start);
            last = last.max(start);
        }
        if first <= last {
            self.span = Some((first, last));
        }
        self.pairs.add(&self.batch);
    }
}

fn line_feeds(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|&&b| b == b'\n').count() as u64
}

/// What a person should know about the columns.
fn notes(layout: &Layout) -> Vec<String> {
    let has = |role| layout.columns.get(role).is_some();
    let mut notes = Vec::new();
    match (has(Role::BytesSent), has(Role::BytesReceived), has(Role::BytesTotal)) {
        (true, true, _) => {}
        (true, false, true) => notes.push("bytes received are the total less the bytes sent".to_owned()),
        (false, false, true) => {
            notes.push("there is only a total of bytes; bytes sent and received count as 0".to_owned());
        }
        (false, false, false) => notes.push("there are no byte counts; they count as 0".to_owned()),
        (true, false, false) => notes.push("there are no received bytes; they count as 0".to_owned()),
        (false, true, _) => notes.push("there are no sent bytes; they count as 0".to_owned()),
    }
    if has(Role::Local) && has(Role::Remote) {
        notes.push(
            "where source or destination is empty, the local end and the remote end are taken, by direction"
                .to_owned(),
        );
    }
    notes
}

/// The forms of start times that occurred.
#[derive(Debug, Default)]
struct Forms {
    seconds: bool,
    milliseconds: bool,
    microseconds: bool,
    nanoseconds: bool,
    with_zone: bool,
    without_zone: bool,
}

impl Forms {
    #[inline(always)]
    fn note(&mut self, form: TimeForm) {
        match form {
            TimeForm::Epoch(TimeUnit::Seconds) => self.seconds = true,
            TimeForm::Epoch(TimeUnit::Milliseconds) => self.milliseconds = true,
            TimeForm::Epoch(TimeUnit::Microseconds) => self.microseconds = true,
            TimeForm::Epoch(TimeUnit::Nanoseconds) => self.nanoseconds = true,
            TimeForm::TextWithZone => self.with_zone = true,
            TimeForm::TextWithoutZone => self.without_zone = true,
        }
    }

    fn report(&self) -> Vec<String> {
        let all = [
            (self.seconds, "epoch seconds"),
            (self.milliseconds, "epoch milliseconds"),
            (self.microseconds, "epoch microseconds"),
            (self.nanoseconds, "epoch nanoseconds"),
            (self.with_zone, "date and time with zone"),
            (self.without_zone, "date and time without zone"),
        ];
        all.into_iter().filter(|(seen, _)| *seen).map(|(_, text)| text.to_owned()).collect()
    }
}
