//! Blocks of a source whose format is known → flows.

use super::detected_format::DetectedFormat;
use super::diagnostics::{Diagnostics, Reason, shown};
use super::fallback::{self, Outcome};
use super::fast_path::ColumnPositions;
use super::fields::Fields;
use super::format::definition::Format;
use super::layout::Layout;
use super::name_fields::NameFields;
use super::options::DetectorOptions;
use super::record::{self, Record};
use super::record_kind::RecordKind;
use super::roles::Role;
use super::row_splitter::Next;
use super::rows::Rows;
use super::sessions::Sessions;
use super::sink::Sink;
use super::structural_index::MAX_QUOTED;
use super::time_formats::TimeFormats;
use crate::model::pair_key::FlowRow;
use crate::text::value::time::TimeReading;

/// Bytes that are scanned, read and folded at a time: small enough for the cache.
const BLOCK: usize = 32 * 1024;

/// Notes that a source may have of its own.
const MAX_NOTES: usize = 8;

/// A longer row is not a row of flows.
const MAX_ROW: usize = 1024 * 1024;

const _: () = assert!(MAX_ROW > 2 * MAX_QUOTED && BLOCK < MAX_ROW);

/// The reading of one source.
#[derive(Debug)]
pub(super) struct Reading {
    pub format: &'static Format,
    pub parser: RowParser,
    pub stats: SourceStats,
    /// The bytes that follow were read from an earlier source.
    pub repeated: bool,
    time: TimeReading,
    /// In a row longer than [`MAX_ROW`], whose rest is dropped.
    in_long_row: bool,
}

/// What the rows of the source are.
#[derive(Debug)]
pub(super) enum RowParser {
    Table { layout: Box<Layout>, places: Option<ColumnPositions> },
    Rows(Rows),
}

/// What was read so far.
#[derive(Debug)]
pub(super) struct SourceStats {
    pub forms: TimeFormats,
    pub rows_used: u64,
    pub rows_skipped: u64,
    /// Rows that do not tell who opened the connection.
    pub unclear: u64,
    /// What the rows themselves say that a person should know.
    pub notes: Vec<String>,
    /// None to count every row.
    sessions: Option<Sessions>,
    name: String,
    /// Lines and bytes of the source before the block.
    lines: u64,
    offset: u64,
}

impl Reading {
    /// Begins after the header.
    pub fn new(name: &str, found: DetectedFormat, head: &[u8], options: &DetectorOptions) -> Self {
        let (format, data_start) = match &found {
            DetectedFormat::Table(layout) => (layout.format, layout.data_start),
            DetectedFormat::Rows { format, data_start, .. } => (*format, *data_start),
        };
        let parser = match found {
            DetectedFormat::Table(layout) => {
                // The fast extractor sees neither what a row means nor names.
                let plain = format.is_plain() && !layout.columns.name_something();
                let places = ColumnPositions::of(&layout).filter(|_| plain);
                RowParser::Table { layout, places }
            }
            DetectedFormat::Rows { rows, .. } => RowParser::Rows(rows),
        };
        Reading {
            format,
            parser,
            stats: SourceStats {
                forms: TimeFormats::default(),
                rows_used: 0,
                rows_skipped: 0,
                unclear: 0,
                notes: Vec::new(),
                sessions: (!options.duplicates).then(|| Sessions::new(options.hash_seed)),
                name: name.to_owned(),
                lines: line_feeds(head.get(..data_start).unwrap_or_default()),
                offset: data_start as u64,
            },
            time: TimeReading { day_first: format.day_first, ..options.time },
            repeated: false,
            in_long_row: false,
        }
    }

    /// Bytes of the source up to the first row.
    pub fn data_start(&self) -> usize {
        self.stats.offset as usize
    }

    /// Reads block by block and returns how many bytes whole rows took; with `last`, what follows the last
    /// line feed is a row too.
    pub fn read(&mut self, bytes: &[u8], last: bool, sink: &mut Sink) -> usize {
        let (mut at, mut size) = (0, BLOCK);
        while at < bytes.len() {
            let end = bytes.len().min(at + size);
            let block = bytes.get(at..end).unwrap_or_default();
            let used = self.read_block(block, last && end == bytes.len(), sink);
            self.stats.offset += used as u64;
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

    /// Reads what is left, and ends what was held back.
    #[inline(never)]
    pub fn finish(&mut self, bytes: &[u8], sink: &mut Sink) {
        let used = self.read(bytes, false, sink);
        self.read(bytes.get(used..).unwrap_or_default(), true, sink);
        if let Some(sessions) = &mut self.stats.sessions {
            sink.batch.clear();
            sessions.end(&mut sink.batch);
            self.stats.rows_used += sink.batch.len() as u64;
            sink.take_batch();
        }
    }

    // This and what it calls are kept apart on purpose. Engines compile hot functions of a module again,
    // with more care and at a cost that grows faster than their size.

    #[inline(never)]
    fn read_block(&mut self, block: &[u8], last: bool, sink: &mut Sink) -> usize {
        if self.in_long_row {
            return self.leave_long_row(block);
        }
        sink.batch.clear();
        let RowParser::Table { layout, places } = &self.parser else {
            return self.read_rows(block, last, sink);
        };
        let used = sink.index.scan(block, layout.delimiter, last);
        if used == 0 {
            return self.enter_long_row(block, sink);
        }
        let places = places.as_ref().filter(|_| !self.repeated);
        let stats = &mut self.stats;
        stats.forms =
            sink.plain.read(&sink.index, block, places, self.time.unit, &mut sink.batch, stats.forms);
        if sink.plain.any_long() {
            sink.side.take_long(&sink.plain, self.time.unit, &sink.addresses, sink.shard);
        }
        if sink.plain.any_odd() {
            stats.read_odd_rows(block, layout, self.time, self.repeated, sink);
        }
        stats.lines += match sink.index.rows_are_lines() {
            true => sink.index.len() as u64,
            false => line_feeds(block.get(..used).unwrap_or_default()),
        };
        stats.rows_used += sink.batch.len() as u64;
        sink.take_batch();
        used
    }

    /// Reads rows that are no table.
    #[inline(never)]
    fn read_rows(&mut self, block: &[u8], last: bool, sink: &mut Sink) -> usize {
        let RowParser::Rows(rows) = &mut self.parser else { return block.len() };
        let (mut fields, mut record, mut at) = (Fields::new(), Record::new(), 0);
        let used = loop {
            match rows.splitter.next(block, at, last) {
                Next::Rest(used) => break used,
                Next::Row { start, end, after } => {
                    let row = block.get(start..end).unwrap_or_default();
                    let read = rows.read(row, &mut fields);
                    let book = &mut sink.addresses;
                    let read =
                        read.and_then(|()| record::read(&fields, self.format, self.time, book, &mut record));
                    let reason = match read {
                        Ok(()) if self.repeated => Some(Reason::DuplicateSource),
                        Ok(()) if record.kind == RecordKind::Note => {
                            self.stats.note(&fields);
                            Some(Reason::Trailer)
                        }
                        Ok(()) => {
                            sink.side.take(&record, NameFields(&fields), &sink.addresses, sink.shard);
                            self.stats.take(&record, &mut sink.batch)
                        }
                        Err(reason) => unless_comment(row, reason, rows)
                            .map(|reason| if self.repeated { Reason::DuplicateSource } else { reason }),
                    };
                    if let Some(reason) = reason {
                        sink.rows_skipped += 1;
                        self.stats.skip(reason, block, start, end, &mut sink.diagnostics);
                    }
                    at = after;
                }
            }
        };
        if used == 0 {
            return self.enter_long_row(block, sink);
        }
        self.stats.lines += line_feeds(block.get(..used).unwrap_or_default());
        self.stats.rows_used += sink.batch.len() as u64;
        sink.take_batch();
        used
    }

    /// Drops the beginning of a row that is too long; of a shorter one there is more to come.
    #[inline(never)]
    fn enter_long_row(&mut self, block: &[u8], sink: &mut Sink) -> usize {
        if block.len() < MAX_ROW {
            return 0;
        }
        self.in_long_row = true;
        sink.rows_skipped += 1;
        self.stats.skip(Reason::TooLong, block, 0, block.len(), &mut sink.diagnostics);
        self.stats.lines += line_feeds(block);
        block.len()
    }

    /// Drops the rest of a row whose beginning was dropped.
    #[inline(never)]
    fn leave_long_row(&mut self, block: &[u8]) -> usize {
        let Some(end) = block.iter().position(|&b| b == b'\n') else { return block.len() };
        self.in_long_row = false;
        self.stats.lines += 1;
        end + 1
    }
}

impl SourceStats {
    /// Reads the rows of a table that are not plain.
    #[inline(never)]
    fn read_odd_rows(
        &mut self,
        block: &[u8],
        layout: &Layout,
        time: TimeReading,
        repeated: bool,
        sink: &mut Sink,
    ) {
        let (mut fields, mut record) = (Fields::new(), Record::new());
        for (row, _) in sink.index.rows().zip(sink.plain.odd()).filter(|(_, odd)| **odd) {
            let book = &mut sink.addresses;
            let reason = match fallback::read(&row, block, layout, time, &mut fields, &mut record, book) {
                Outcome::Record if repeated => Some(Reason::DuplicateSource),
                Outcome::Record => {
                    sink.side.take(&record, NameFields(&fields), &sink.addresses, sink.shard);
                    self.take(&record, &mut sink.batch)
                }
                Outcome::Skipped(reason) => Some(if repeated { Reason::DuplicateSource } else { reason }),
                Outcome::Nothing => None,
            };
            if let Some(reason) = reason {
                sink.rows_skipped += 1;
                self.skip(reason, block, row.start, row.end(), &mut sink.diagnostics);
            }
        }
    }

    /// Takes a record; the reason if it does not become a flow.
    #[inline(always)]
    fn take(&mut self, record: &Record, batch: &mut Vec<FlowRow>) -> Option<Reason> {
        self.forms.note(record.form);
        match record.kind {
            RecordKind::Host => return Some(Reason::HostName),
            RecordKind::Dns => return Some(Reason::DnsQuery),
            _ => {}
        }
        self.unclear += u64::from(!record.direction_known);
        if let RecordKind::Begin | RecordKind::Part { .. } | RecordKind::OneWay(_) = record.kind
            && let Some(sessions) = &mut self.sessions
        {
            return if sessions.take(record, batch) { None } else { Some(Reason::SameSession) };
        }
        batch.extend(record.flow());
        None
    }

    #[cold]
    fn note(&mut self, fields: &Fields<'_>) {
        let text = fields.text(Role::Target).filter(|_| self.notes.len() < MAX_NOTES);
        self.notes.extend(text.map(|text| shown(&text)));
    }

    fn skip(
        &mut self,
        reason: Reason,
        block: &[u8],
        start: usize,
        end: usize,
        diagnostics: &mut Diagnostics,
    ) {
        self.rows_skipped += 1;
        diagnostics.count(reason, || {
            let before = block.get(..start).unwrap_or_default();
            let text = block.get(start..end).unwrap_or_default();
            (&self.name, self.lines + 1 + line_feeds(before), self.offset + start as u64, text)
        });
    }
}

/// Why a row is skipped; none if it is no row. A header among the comments is no row, another one is.
#[inline(never)]
fn unless_comment(row: &[u8], reason: Reason, rows: &mut Rows) -> Option<Reason> {
    let header = rows.is_header(row);
    match row.trim_ascii() {
        [] | [b'#', ..] => None,
        _ if header => Some(Reason::Header),
        _ => Some(reason),
    }
}

fn line_feeds(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|&&b| b == b'\n').count() as u64
}
