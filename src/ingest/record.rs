//! The fields of a row → a record: a flow, a part of one, or a name.

use std::net::IpAddr;

use super::diagnostics::Reason;
use super::fields::Fields;
use super::format::definition::Format;
use super::record_kind::{FlowDirection, RecordKind};
use super::roles::Role;
use crate::model::flow::{Address, AddressInterner};
use crate::model::pair_key::{FlowRow, PairKey};
use crate::text::pieces::join;
use crate::text::value::address::address;
use crate::text::value::duration::duration as parse_duration;
use crate::text::value::number::{bytes, port};
use crate::text::value::time::start;
use crate::text::value::time_format::{TimeFormat, TimeReading, TimeUnit};

/// A row, parsed. Reused for many rows.
#[derive(Debug, Clone)]
pub(super) struct Record {
    pub kind: RecordKind,
    /// UTC microseconds.
    pub start: i64,
    pub time_format: TimeFormat,
    /// None only in records of names that do not say which machine it was.
    pub source: Option<Address>,
    pub destination: Option<Address>,
    pub port: u16,
    pub source_port: u16,
    pub bytes_sent: u64,
    pub bytes_received: u64,
    /// Microseconds; none if the row has no duration.
    pub duration: Option<u64>,
    /// Whether the row says which end opened the connection.
    pub direction_known: bool,
    /// A hash of the session's number or name, as sessions may have the same ends.
    pub session: u64,
    /// Whether it is known to be TCP.
    pub tcp: bool,
    /// Whether the record is known to cover the opening packet.
    pub opens: bool,
}

impl Record {
    pub fn new() -> Self {
        Record {
            kind: RecordKind::Flow,
            start: 0,
            time_format: TimeFormat::TextWithZone,
            source: None,
            destination: None,
            port: 0,
            source_port: 0,
            bytes_sent: 0,
            bytes_received: 0,
            duration: None,
            direction_known: true,
            session: 0,
            tcp: false,
            opens: false,
        }
    }

    /// The record as a flow, if it has both ends.
    pub fn flow(&self) -> Option<FlowRow> {
        Some(FlowRow {
            key: PairKey::new(self.source?, self.destination?, self.port),
            start: self.start,
            bytes_sent: self.bytes_sent,
            bytes_received: self.bytes_received,
        })
    }

    fn reverse(&mut self) {
        std::mem::swap(&mut self.source, &mut self.destination);
        std::mem::swap(&mut self.port, &mut self.source_port);
        std::mem::swap(&mut self.bytes_sent, &mut self.bytes_received);
    }
}

/// Parses a row into `record`, or returns why it cannot be used.
#[inline(never)]
pub(super) fn read(
    fields: &Fields<'_>,
    format: &Format,
    reading: TimeReading,
    addresses: &mut AddressInterner,
    record: &mut Record,
) -> Result<(), Reason> {
    record.kind = if format.is_plain() { RecordKind::Flow } else { format.record_kind(fields) };
    match record.kind {
        RecordKind::Skip(reason) => return Err(reason),
        RecordKind::Note => return Ok(()),
        _ => {}
    }
    let names_only = matches!(record.kind, RecordKind::Host | RecordKind::Dns);
    (record.start, record.time_format) = when(fields, reading)?;
    record.duration = duration(fields, format, record.start, reading);
    if format.time_is_end {
        let began = record.start.saturating_sub(record.duration.unwrap_or(0) as i64);
        record.start = began.max(crate::model::time::EARLIEST);
    }
    (record.source, record.destination) = match ends(fields) {
        Ok((source, destination)) => {
            let entered = addresses.intern(source).zip(addresses.intern(destination));
            entered
                .map(|(source, destination)| (Some(source), Some(destination)))
                .ok_or(Reason::TooManyAddresses)?
        }
        Err(_) if names_only => (None, None),
        Err(reason) => return Err(reason),
    };
    record.port = match fields.text(Role::Port) {
        _ if record.destination.is_none() => 0,
        Some(text) => port(&text).ok_or(Reason::Port)?,
        None if names_only => 0,
        None => return Err(Reason::TooShort),
    };
    (record.bytes_sent, record.bytes_received) = both_bytes(fields)?;
    record.direction_known = true;
    if !format.is_plain() {
        complete(record, fields);
    }
    Ok(())
}

/// The start time, or the end in formats that have only that.
fn when(fields: &Fields<'_>, reading: TimeReading) -> Result<(i64, TimeFormat), Reason> {
    let text = fields.text(Role::Time).ok_or(Reason::TooShort)?;
    match fields.text(Role::TimeOfDay) {
        // The time of day belongs to times that are only a date.
        Some(clock) if text.len() == 10 && !text.iter().all(u8::is_ascii_digit) => {
            start(&join(&[&text, b" ", &clock]), reading)
        }
        _ => start(&text, reading),
    }
    .ok_or(Reason::Time)
}

/// Source and destination: from their own columns, or from local and remote end and the direction where those are
/// empty.
fn ends(fields: &Fields<'_>) -> Result<(IpAddr, IpAddr), Reason> {
    if let Some([source, destination]) = fields.ends {
        return Ok((source, destination));
    }
    let (mut source, mut destination) = (Role::Source, Role::Destination);
    if fields.raw(Role::Local).is_some()
        && fields.has(Role::Local)
        && fields.has(Role::Remote)
        && !(fields.has(source) && fields.has(destination))
    {
        let inbound = matches!(fields.text(Role::Direction).as_deref(), Some([b'I' | b'i', ..]));
        (source, destination) =
            if inbound { (Role::Remote, Role::Local) } else { (Role::Local, Role::Remote) };
    }
    let end = |role, reason| address(&fields.text(role).ok_or(Reason::TooShort)?).ok_or(reason);
    Ok((end(source, Reason::Source)?, end(destination, Reason::Destination)?))
}

/// Sent and received bytes; a missing column counts as 0. With columns for sent and total bytes only, received bytes
/// are the difference.
fn both_bytes(fields: &Fields<'_>) -> Result<(u64, u64), Reason> {
    let count = |role| match fields.text(role) {
        Some(text) => bytes(&text).map(Some).ok_or(Reason::Bytes),
        None => Ok(None),
    };
    let sent = count(Role::BytesSent)?;
    let received = match (count(Role::BytesReceived)?, sent) {
        (Some(received), _) => received,
        (None, Some(sent)) => count(Role::BytesTotal)?.map_or(0, |total| total.saturating_sub(sent)),
        (None, None) => 0,
    };
    Ok((sent.unwrap_or(0), received))
}

/// The duration in microseconds, from its own column or that of the end. A missing duration is not zero.
fn duration(fields: &Fields<'_>, format: &Format, start_of: i64, reading: TimeReading) -> Option<u64> {
    let unit = format.duration.filter(|_| fields.any_duration())?;
    known_duration(fields, unit, start_of, reading)
}

#[inline(never)]
fn known_duration(fields: &Fields<'_>, unit: TimeUnit, start_of: i64, reading: TimeReading) -> Option<u64> {
    if let Some(text) = fields.value(Role::Duration) {
        return parse_duration(&text, unit);
    }
    let (end, _) = start(&fields.value(Role::End)?, reading)?;
    u64::try_from(end.checked_sub(start_of)?).ok()
}

/// Adds what only formats with row rules have: source port, session, and which end opened the connection.
#[inline(never)]
fn complete(record: &mut Record, fields: &Fields<'_>) {
    record.source_port = fields.text(Role::SourcePort).and_then(|text| port(&text)).unwrap_or(0);
    record.session = fields.value(Role::Session).map_or(0, |text| hashed(&text));
    record.tcp = fields.is(Role::Protocol, "tcp 6 T");
    record.opens = record.kind == RecordKind::OneWay(FlowDirection::Initiator);
    match record.kind {
        RecordKind::Reversed => record.reverse(),
        RecordKind::UnknownDirection => record.direction_known = false,
        RecordKind::OneWay(direction) => {
            let direction = if direction == FlowDirection::Unknown {
                FlowDirection::by_ports(record.source_port, record.port)
            } else {
                direction
            };
            record.direction_known = direction != FlowDirection::Unknown;
            if direction == FlowDirection::Responder {
                record.reverse();
            }
        }
        _ => {}
    }
}

/// FNV-1a.
fn hashed(text: &[u8]) -> u64 {
    text.iter()
        .fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01B3))
}
