//! Blocks of a source, whose format is known → flows.

use super::column_positions::ColumnPositions;
use super::detected_format::DetectedFormat;
use super::diagnostics::Reason;
use super::fallback::{self, Outcome};
use super::fields::Fields;
use super::format::definition::Format;
use super::layout::Layout;
use super::name_fields::NameFields;
use super::options::DetectorOptions;
use super::record::{self, Record};
use super::record_kind::RecordKind;
use super::row_splitter::Next;
use super::rows::Rows;
use super::sessions::Sessions;
use super::sink::Sink;
use super::source_stats::{SourceStats, line_feeds};
use super::structural_index::MAX_QUOTED;
use super::time_formats::TimeFormats;
use crate::text::value::time_format::TimeReading;

/// Bytes that are scanned, parsed and added at a time: few enough for the cache.
const BLOCK: usize = 32 * 1024;

/// Longer rows are skipped.
const MAX_ROW: usize = 1024 * 1024;

const _: () = assert!(MAX_ROW > 2 * MAX_QUOTED && BLOCK < MAX_ROW);

/// The reading of one source.
#[derive(Debug)]
pub(super) struct Reading {
    pub format: &'static Format,
    pub parser: RowParser,
    pub stats: SourceStats,
    /// Whether the next bytes are known to duplicate an earlier source.
    pub is_duplicate: bool,
    time: TimeReading,
    /// Whether the next bytes continue a row longer than [`MAX_ROW`], which is dropped.
    in_long_row: bool,
}

/// How the rows of the source are parsed.
#[derive(Debug)]
pub(super) enum RowParser {
    Table { layout: Box<Layout>, positions: Option<ColumnPositions> },
    Rows(Rows),
}

impl Reading {
    /// Starts after the header.
    pub fn new(name: &str, found: DetectedFormat, head: &[u8], options: &DetectorOptions) -> Self {
        let (format, data_start) = match &found {
            DetectedFormat::Table(layout) => (layout.format, layout.data_start),
            DetectedFormat::Rows { format, data_start, .. } => (*format, *data_start),
        };
        let parser = match found {
            DetectedFormat::Table(layout) => {
                // The fast path knows neither row rules nor names.
                let plain = format.is_plain() && !layout.columns.have_names();
                let positions = ColumnPositions::of(&layout).filter(|_| plain);
                RowParser::Table { layout, positions }
            }
            DetectedFormat::Rows { rows, .. } => RowParser::Rows(rows),
        };
        Reading {
            format,
            parser,
            stats: SourceStats {
                time_formats: TimeFormats::default(),
                rows_used: 0,
                rows_skipped: 0,
                unknown_direction: 0,
                notes: Vec::new(),
                sessions: (!options.duplicates).then(|| Sessions::new(options.hash_seed)),
                name: name.to_owned(),
                lines: line_feeds(head.get(..data_start).unwrap_or_default()),
                offset: data_start as u64,
            },
            time: TimeReading { day_first: format.day_first, ..options.time },
            is_duplicate: false,
            in_long_row: false,
        }
    }

    /// Bytes of the source up to the first row.
    pub fn data_start(&self) -> usize {
        self.stats.offset as usize
    }

    /// Reads block by block, and returns the length of all complete rows. With `last`, the bytes after the last line
    /// feed are a row too.
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

    /// Reads the remaining bytes, and ends all sessions.
    #[inline(never)]
    pub fn finish(&mut self, bytes: &[u8], sink: &mut Sink) {
        let used = self.read(bytes, false, sink);
        self.read(bytes.get(used..).unwrap_or_default(), true, sink);
        if let Some(sessions) = &mut self.stats.sessions {
            sink.batch.clear();
            sessions.end(&mut sink.batch);
            self.stats.rows_used += sink.batch.len() as u64;
            sink.add_batch();
        }
    }

    // This function and those it calls are separate on purpose. Engines optimize the hot functions of a module one by
    // one, at a cost that grows faster than their size.

    #[inline(never)]
    fn read_block(&mut self, block: &[u8], last: bool, sink: &mut Sink) -> usize {
        if self.in_long_row {
            return self.leave_long_row(block);
        }
        sink.batch.clear();
        let RowParser::Table { layout, positions } = &self.parser else {
            return self.read_rows(block, last, sink);
        };
        let used = sink.index.scan(block, layout.delimiter, last);
        if used == 0 {
            return self.enter_long_row(block, sink);
        }
        let positions = positions.as_ref().filter(|_| !self.is_duplicate);
        let stats = &mut self.stats;
        stats.time_formats = sink.fast_path.read(
            &sink.index,
            block,
            positions,
            self.time.unit,
            &mut sink.batch,
            stats.time_formats,
        );
        if sink.fast_path.any_long() {
            sink.side.add_long(&sink.fast_path, self.time.unit, &sink.addresses, sink.shard);
        }
        if sink.fast_path.any_needs_fallback() {
            read_fallback_rows(stats, block, layout, self.time, self.is_duplicate, sink);
        }
        stats.lines += match sink.index.rows_are_lines() {
            true => sink.index.len() as u64,
            false => line_feeds(block.get(..used).unwrap_or_default()),
        };
        stats.rows_used += sink.batch.len() as u64;
        sink.add_batch();
        used
    }

    /// Reads rows that are not a table.
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
                    let addresses = &mut sink.addresses;
                    let read = read
                        .and_then(|()| record::read(&fields, self.format, self.time, addresses, &mut record));
                    let reason = match read {
                        Ok(()) if self.is_duplicate => Some(Reason::DuplicateSource),
                        Ok(()) if record.kind == RecordKind::Note => {
                            self.stats.note(&fields);
                            Some(Reason::Trailer)
                        }
                        Ok(()) => {
                            sink.side.add(&record, NameFields(&fields), &sink.addresses, sink.shard);
                            self.stats.add_record(&record, &mut sink.batch)
                        }
                        Err(reason) => unless_comment(row, reason, rows)
                            .map(|reason| if self.is_duplicate { Reason::DuplicateSource } else { reason }),
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
        sink.add_batch();
        used
    }

    /// Drops the beginning of a row that is too long. Otherwise the rest of the row is awaited.
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

    /// Drops the rest of a row that was too long.
    #[inline(never)]
    fn leave_long_row(&mut self, block: &[u8]) -> usize {
        let Some(end) = block.iter().position(|&b| b == b'\n') else { return block.len() };
        self.in_long_row = false;
        self.stats.lines += 1;
        end + 1
    }
}

/// Parses the rows of a table that the fast path leaves to the fallback.
#[inline(never)]
fn read_fallback_rows(
    stats: &mut SourceStats,
    block: &[u8],
    layout: &Layout,
    time: TimeReading,
    is_duplicate: bool,
    sink: &mut Sink,
) {
    let (mut fields, mut record) = (Fields::new(), Record::new());
    for (row, _) in sink.index.rows().zip(sink.fast_path.needs_fallback()).filter(|(_, needed)| **needed) {
        let addresses = &mut sink.addresses;
        let reason = match fallback::read(&row, block, layout, time, &mut fields, &mut record, addresses) {
            Outcome::Record if is_duplicate => Some(Reason::DuplicateSource),
            Outcome::Record => {
                sink.side.add(&record, NameFields(&fields), &sink.addresses, sink.shard);
                stats.add_record(&record, &mut sink.batch)
            }
            Outcome::Skipped(reason) => Some(if is_duplicate { Reason::DuplicateSource } else { reason }),
            Outcome::Nothing => None,
        };
        if let Some(reason) = reason {
            sink.rows_skipped += 1;
            stats.skip(reason, block, row.start, row.end(), &mut sink.diagnostics);
        }
    }
}

/// Why a row is skipped; none for blank lines and comments, which are not rows. A header is a row unless it is a
/// comment.
#[inline(never)]
fn unless_comment(row: &[u8], reason: Reason, rows: &mut Rows) -> Option<Reason> {
    let header = rows.is_header(row);
    match row.trim_ascii() {
        [] | [b'#', ..] => None,
        _ if header => Some(Reason::Header),
        _ => Some(reason),
    }
}
