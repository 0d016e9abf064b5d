//! Windows event logs: a file header, then chunks of 64 KiB that do not depend on each other. [`crate::binxml`]
//! names the descriptions of the format.

use crate::binxml::Walker;
use crate::bytes::{ByteOrder, Cursor};
use crate::event::Event;
use crate::rows;

const FILE_HEADER_BYTES: usize = 4096;
const CHUNK_BYTES: usize = 65_536;

/// Offset of the first record in a chunk.
const RECORDS_START: usize = 512;

/// The shortest record: its header, and its length again at the end.
const MIN_RECORD_BYTES: usize = 28;

/// Reads one log.
#[derive(Debug)]
pub(crate) struct Evtx {
    /// The file header or chunk that is not complete yet.
    pending: Vec<u8>,
    in_header: bool,
    records: u64,
    used: u64,
    /// Records whose XML is not valid.
    malformed: u64,
    /// Chunks without a valid header, or with a record that is not valid.
    damaged: u64,
}

impl Evtx {
    pub fn new() -> Self {
        Evtx { pending: Vec::new(), in_header: true, records: 0, used: 0, malformed: 0, damaged: 0 }
    }

    pub fn push(&mut self, bytes: &[u8], rows: &mut Vec<u8>) {
        let mut rest = bytes;
        while !rest.is_empty() {
            let length = if self.in_header { FILE_HEADER_BYTES } else { CHUNK_BYTES };
            let (now, later) = rest.split_at(rest.len().min(length.saturating_sub(self.pending.len())));
            rest = later;
            self.pending.extend_from_slice(now);
            if self.pending.len() == length {
                if !std::mem::take(&mut self.in_header) {
                    let chunk = std::mem::take(&mut self.pending);
                    self.read(&chunk, rows);
                    self.pending = chunk;
                }
                self.pending.clear();
            }
        }
    }

    pub fn finish(mut self, rows: &mut Vec<u8>) {
        let ends_early = !self.pending.is_empty();
        if !self.in_header && ends_early {
            let chunk = std::mem::take(&mut self.pending);
            self.read(&chunk, rows);
        }
        let other = self.records - self.used - self.malformed;
        let mut text = format!("{} events, {} used", self.records, self.used);
        let reasons = [
            (other, "of other kinds (used are Sysmon's 3 and 22, and Security's 5156)"),
            (self.malformed, "that cannot be read"),
        ];
        for (at, (count, words)) in reasons.iter().filter(|(count, _)| *count > 0).enumerate() {
            text += if at == 0 { "; not used: " } else { ", " };
            text += &format!("{count} {words}");
        }
        rows::note("log", "record", self.records, &text, rows);
        if self.damaged > 0 {
            let text = format!("{} parts of 64 KiB of the log are damaged", self.damaged);
            rows::note("log", "record", self.records, &text, rows);
        }
        if ends_early {
            rows::note("log", "record", self.records, "the log ends within a part of 64 KiB", rows);
        }
    }

    fn read(&mut self, chunk: &[u8], rows: &mut Vec<u8>) {
        let filled = chunk.get(48..52).and_then(|bytes| ByteOrder::Little.u32(&mut Cursor(bytes)));
        let Some(end) = filled.filter(|_| chunk.starts_with(b"ElfChnk\0")) else {
            // Logs end with chunks that were never written to.
            self.damaged += u64::from(chunk.iter().any(|byte| *byte != 0));
            return;
        };
        let end = (end as usize).min(CHUNK_BYTES);
        let mut walker = Walker::new(chunk);
        let mut at = RECORDS_START;
        while at < end {
            let Some((id, length)) = read_record(chunk.get(at..).unwrap_or_default()) else {
                // The last chunk of a truncated file is reported by `finish`.
                self.damaged += u64::from(chunk.len() == CHUNK_BYTES);
                return;
            };
            self.records += 1;
            let mut event = Event::default();
            match walker.walk(at + 24, at + length - 4, &mut event) {
                Some(()) => self.used += u64::from(event.emit(id, rows)),
                None => self.malformed += 1,
            }
            at += length;
        }
    }
}

/// The number and the length of the record at the start of `bytes`, if it is complete.
fn read_record(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut rest = Cursor(bytes);
    (rest.array()? == *b"**\0\0").then_some(())?;
    let length = ByteOrder::Little.u32(&mut rest)? as usize;
    let id = ByteOrder::Little.u64(&mut rest)?;
    let again = bytes.get(length.checked_sub(4)?..length)?;
    let same = ByteOrder::Little.u32(&mut Cursor(again))? as usize == length;
    (same && length >= MIN_RECORD_BYTES).then_some((id, length))
}
