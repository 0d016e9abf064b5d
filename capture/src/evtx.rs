//! Windows event logs: a header, then chunks of 64 KiB that each stand for themselves. See [`crate::binxml`] for
//! where this is described.

use crate::binxml::Walker;
use crate::bytes::{Cursor, Order};
use crate::event::Event;
use crate::rows;

const HEADER: usize = 4096;
const CHUNK: usize = 65_536;

/// Where records begin in a chunk.
const RECORDS: usize = 512;

/// The least a record can be: its head, and its length again.
const LEAST: usize = 28;

/// The reading of one log.
#[derive(Debug)]
pub(crate) struct Evtx {
    /// The header or chunk that is not whole yet.
    pending: Vec<u8>,
    in_header: bool,
    records: u64,
    used: u64,
    /// Records whose XML is none.
    malformed: u64,
    /// Chunks that are none, or whose records end too early.
    damaged: u64,
}

impl Evtx {
    pub fn new() -> Self {
        Evtx { pending: Vec::new(), in_header: true, records: 0, used: 0, malformed: 0, damaged: 0 }
    }

    pub fn push(&mut self, bytes: &[u8], rows: &mut Vec<u8>) {
        let mut rest = bytes;
        while !rest.is_empty() {
            let length = if self.in_header { HEADER } else { CHUNK };
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
        let filled = chunk.get(48..52).and_then(|bytes| Order::Little.u32(&mut Cursor(bytes)));
        let Some(end) = filled.filter(|_| chunk.starts_with(b"ElfChnk\0")) else {
            // Logs have room at their end that was never written to.
            self.damaged += u64::from(chunk.iter().any(|byte| *byte != 0));
            return;
        };
        let end = (end as usize).min(CHUNK);
        let mut walker = Walker::new(chunk);
        let mut at = RECORDS;
        while at < end {
            let Some((id, length)) = record(chunk.get(at..).unwrap_or_default()) else {
                // What is missing at the end of a file is told elsewhere.
                self.damaged += u64::from(chunk.len() == CHUNK);
                return;
            };
            self.records += 1;
            let mut event = Event::default();
            match walker.walk(at + 24, at + length - 4, &mut event) {
                Some(()) => self.used += u64::from(event.tell(id, rows)),
                None => self.malformed += 1,
            }
            at += length;
        }
    }
}

/// The number and the length of the record that begins here, if it is whole.
fn record(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut rest = Cursor(bytes);
    (rest.array()? == *b"**\0\0").then_some(())?;
    let length = Order::Little.u32(&mut rest)? as usize;
    let id = Order::Little.u64(&mut rest)?;
    let again = bytes.get(length.checked_sub(4)?..length)?;
    let same = Order::Little.u32(&mut Cursor(again))? as usize == length;
    (same && length >= LEAST).then_some((id, length))
}
