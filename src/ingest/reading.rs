//! Blocks of a source whose layout is known → flows.

use super::diagnostics::Reason;
use super::exact::{self, Outcome};
use super::forms::Forms;
use super::layout::Layout;
use super::plain::Places;
use super::sink::Sink;
use super::structure::MAX_QUOTED;
use super::value::time::TimeReading;

/// Bytes that are scanned, read and folded at a time: small enough for the cache.
const BLOCK: usize = 32 * 1024;

/// A longer row is not a row of flows.
const LONGEST_ROW: usize = 1024 * 1024;

const _: () = assert!(LONGEST_ROW > 2 * MAX_QUOTED && BLOCK < LONGEST_ROW);

/// The reading of one source.
#[derive(Debug)]
pub(super) struct Reading {
    pub layout: Layout,
    pub forms: Forms,
    pub rows_used: u64,
    pub rows_skipped: u64,
    name: String,
    places: Option<Places>,
    time: TimeReading,
    /// Lines and bytes of the source before the block.
    lines: u64,
    offset: u64,
    /// In a row longer than [`LONGEST_ROW`], whose rest is dropped.
    in_long_row: bool,
}

impl Reading {
    /// Begins after the header.
    pub fn new(name: &str, layout: Layout, time: TimeReading) -> Self {
        Reading {
            name: name.to_owned(),
            places: Places::of(&layout.columns),
            lines: layout.data_lines,
            offset: layout.data_start as u64,
            layout,
            time,
            forms: Forms::default(),
            rows_used: 0,
            rows_skipped: 0,
            in_long_row: false,
        }
    }

    /// Reads block by block and returns how many bytes whole rows took; with `last`, what follows the last
    /// line feed is a row too.
    pub fn read(&mut self, bytes: &[u8], last: bool, sink: &mut Sink) -> usize {
        let (mut at, mut size) = (0, BLOCK);
        while at < bytes.len() {
            let end = bytes.len().min(at + size);
            let block = bytes.get(at..end).unwrap_or_default();
            let used = self.read_block(block, last && end == bytes.len(), sink);
            self.offset += used as u64;
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

    // This and what it calls are kept apart on purpose. Engines compile hot functions of a module again,
    // with more care and at a cost that grows faster than their size.

    #[inline(never)]
    fn read_block(&mut self, block: &[u8], last: bool, sink: &mut Sink) -> usize {
        if self.in_long_row {
            return self.leave_long_row(block);
        }
        let used = sink.structure.scan(block, self.layout.delimiter, last);
        if used == 0 {
            return self.enter_long_row(block, sink);
        }
        sink.batch.clear();
        let places = self.places.as_ref();
        self.forms =
            sink.plain.read(&sink.structure, block, places, self.time.unit, &mut sink.batch, self.forms);
        if sink.plain.any_odd() {
            self.read_odd_rows(block, sink);
        }
        self.lines += match sink.structure.rows_are_lines() {
            true => sink.structure.len() as u64,
            false => line_feeds(block.get(..used).unwrap_or_default()),
        };
        self.rows_used += sink.batch.len() as u64;
        sink.take_batch();
        used
    }

    /// Reads the rows that are not plain.
    #[inline(never)]
    fn read_odd_rows(&mut self, block: &[u8], sink: &mut Sink) {
        for (row, _) in sink.structure.rows().zip(sink.plain.odd()).filter(|(_, odd)| **odd) {
            match exact::read(&row, block, &self.layout, self.time, &mut sink.book) {
                Outcome::Flow(flow, form) => {
                    self.forms.note(form);
                    sink.batch.push(flow);
                }
                Outcome::Skipped(reason) => {
                    self.rows_skipped += 1;
                    sink.rows_skipped += 1;
                    sink.diagnostics.count(reason, || {
                        let before = block.get(..row.start).unwrap_or_default();
                        let line = self.lines + 1 + line_feeds(before);
                        let text = block.get(row.start..row.end()).unwrap_or_default();
                        (&self.name, line, self.offset + row.start as u64, text)
                    });
                }
                Outcome::Nothing => {}
            }
        }
    }

    /// Drops the beginning of a row that is too long; of a shorter one there is more to come.
    #[inline(never)]
    fn enter_long_row(&mut self, block: &[u8], sink: &mut Sink) -> usize {
        if block.len() < LONGEST_ROW {
            return 0;
        }
        self.in_long_row = true;
        self.rows_skipped += 1;
        sink.rows_skipped += 1;
        sink.diagnostics.count(Reason::TooLong, || (&self.name, self.lines + 1, self.offset, block));
        self.lines += line_feeds(block);
        block.len()
    }

    /// Drops the rest of a row whose beginning was dropped.
    #[inline(never)]
    fn leave_long_row(&mut self, block: &[u8]) -> usize {
        let Some(end) = block.iter().position(|&b| b == b'\n') else { return block.len() };
        self.in_long_row = false;
        self.lines += 1;
        end + 1
    }
}

fn line_feeds(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|&&b| b == b'\n').count() as u64
}
