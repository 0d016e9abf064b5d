//! What was read of a source so far, and the sessions that may continue.

use super::diagnostics::{Diagnostics, Reason, shown};
use super::fields::Fields;
use super::record::Record;
use super::record_kind::RecordKind;
use super::roles::Role;
use super::sessions::Sessions;
use super::time_formats::TimeFormats;
use crate::model::pair_key::FlowRow;

/// Notes of a source that are stored.
const MAX_NOTES: usize = 8;

/// Counters of a source.
#[derive(Debug)]
pub(super) struct SourceStats {
    pub time_formats: TimeFormats,
    pub rows_used: u64,
    pub rows_skipped: u64,
    /// Rows that do not say which end opened the connection.
    pub unknown_direction: u64,
    /// Notes that the rows themselves contain.
    pub notes: Vec<String>,
    /// None if every row counts as a connection of its own.
    pub sessions: Option<Sessions>,
    pub name: String,
    /// Lines and bytes of the source before the current block.
    pub lines: u64,
    pub offset: u64,
}

impl SourceStats {
    /// Counts a record and appends its flow. Returns the reason if it is not a flow of its own.
    #[inline(always)]
    pub fn add_record(&mut self, record: &Record, batch: &mut Vec<FlowRow>) -> Option<Reason> {
        self.time_formats.add(record.time_format);
        match record.kind {
            RecordKind::Host => return Some(Reason::HostName),
            RecordKind::Dns => return Some(Reason::DnsQuery),
            _ => {}
        }
        self.unknown_direction += u64::from(!record.direction_known);
        if let RecordKind::Begin | RecordKind::Part { .. } | RecordKind::OneWay(_) = record.kind
            && let Some(sessions) = &mut self.sessions
        {
            return if sessions.add(record, batch) { None } else { Some(Reason::SameSession) };
        }
        batch.extend(record.flow());
        None
    }

    /// Stores the note of a row.
    #[cold]
    pub fn note(&mut self, fields: &Fields<'_>) {
        let text = fields.text(Role::Target).filter(|_| self.notes.len() < MAX_NOTES);
        self.notes.extend(text.map(|text| shown(&text)));
    }

    /// Counts a row that is not used. `start..end` is its place in the block.
    pub fn skip(
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

pub(super) fn line_feeds(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|&&b| b == b'\n').count() as u64
}
