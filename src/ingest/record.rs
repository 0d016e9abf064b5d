//! A row's texts → a record: a flow, with what is told beside it, or a name.

use std::borrow::Cow;
use std::net::IpAddr;

use super::diagnostics::Reason;
use super::fields::Fields;
use super::format::Format;
use super::roles::Role;
use crate::model::flow::{Address, AddressInterner};
use crate::model::pair_key::{FlowRow, PairKey};
use crate::text::pieces::{find, join};
use crate::text::value::address::address;
use crate::text::value::number::{bytes, port};
use crate::text::value::time::{self, TimeForm, TimeReading, TimeUnit, start};

/// What a row is, as its format understands it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A flow that the source began.
    Flow,
    /// A flow that the destination began.
    Reversed,
    /// A flow of which is not told who began it.
    Unclear,
    /// A session begins, of which more rows may come.
    Begin,
    /// A session goes on or ends: with all its bytes so far, or with those of this part.
    Part { total: bool, ends: bool },
    /// One direction of a connection, whose other direction and whose continuation are other rows.
    OneWay(Way),
    /// The name of the host of a connection that another record tells.
    Host,
    /// A name that is looked up.
    Dns,
    /// What a person should know of the source.
    Note,
    /// Nothing to use.
    Not(Reason),
}

/// What the packets of a one-way record are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Those of the end that opened the connection, with the opening packet among them.
    Asked,
    /// Those of the end that answered.
    Answered,
    /// The record does not tell; its ports may.
    Unclear,
}

/// What the DNS answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// The name exists.
    Exists,
    /// The name does not exist.
    NoSuchName,
    /// Something else, such as a failure of the server.
    Other,
}

/// One row, read. Made once and used for many rows.
#[derive(Debug, Clone)]
pub(super) struct Record {
    pub meaning: Meaning,
    /// UTC microseconds.
    pub start: i64,
    pub form: TimeForm,
    /// None only in records of names.
    pub source: Option<Address>,
    pub destination: Option<Address>,
    pub port: u16,
    pub source_port: u16,
    pub bytes_sent: u64,
    pub bytes_received: u64,
    /// Microseconds, where the row tells it.
    pub duration: Option<u64>,
    /// Whether the row tells who opened the connection.
    pub direction_told: bool,
    /// A hash of what tells sessions apart that have the same ends.
    pub session: u64,
    /// Whether it is TCP, where that is told.
    pub tcp: bool,
    /// Whether the opening packet is certainly in it.
    pub opens: bool,
}

impl Record {
    pub fn new() -> Self {
        Record {
            meaning: Meaning::Flow,
            start: 0,
            form: TimeForm::TextWithZone,
            source: None,
            destination: None,
            port: 0,
            source_port: 0,
            bytes_sent: 0,
            bytes_received: 0,
            duration: None,
            direction_told: true,
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

/// What a row tells beside its flow, found when it is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Names<'f, 'a>(pub &'f Fields<'a>);

impl<'a> Names<'_, 'a> {
    /// Whether there is a host or a query; quick.
    #[inline(always)]
    pub fn any(self) -> bool {
        self.0.any_name()
    }

    /// The host that was asked for: Host header, TLS server name, target of a CONNECT.
    pub fn host(self) -> Option<Cow<'a, [u8]>> {
        let connect = self.0.is(Role::Method, "CONNECT");
        self.0.value(if connect { Role::Target } else { Role::Host }).and_then(host_of)
    }

    /// The name that was looked up.
    pub fn query(self) -> Option<Cow<'a, [u8]>> {
        self.0.value(Role::Query)
    }

    /// What the DNS answered.
    pub fn answer(self) -> Option<Answer> {
        self.0.value(Role::Answer).map(|text| answer(&text))
    }

    /// The program that opened the connection, or accepted it.
    pub fn process(self) -> Option<Cow<'a, [u8]>> {
        self.0.value(Role::Process)
    }
}

/// A record and its names as one line, for tests.
#[cfg(test)]
pub(super) fn listing(record: &Record, names: Names<'_, '_>, book: &AddressInterner) -> String {
    let text = |text: Option<Cow<'_, [u8]>>| text.map(|t| String::from_utf8_lossy(&t).into_owned());
    let end = |end: Option<Address>| end.map_or("?".to_owned(), |end| book.address(end).to_string());
    let mut out = format!(
        "{:?} {} {}:{} > {}:{} {}/{}",
        record.meaning,
        crate::model::time::rfc3339(record.start),
        end(record.source),
        record.source_port,
        end(record.destination),
        record.port,
        record.bytes_sent,
        record.bytes_received
    );
    for (name, value) in [
        ("duration", record.duration.map(|micros| format!("{micros}us"))),
        ("direction", (!record.direction_told).then(|| "?".to_owned())),
        ("host", text(names.host())),
        ("query", text(names.query())),
        ("answer", names.answer().map(|answer| format!("{answer:?}"))),
        ("process", text(names.process())),
    ] {
        if let Some(value) = value {
            out += &format!(" {name}={value}");
        }
    }
    out
}

/// Reads a row into `record`, or tells why it cannot be used.
#[inline(never)]
pub(super) fn read(
    fields: &Fields<'_>,
    format: &Format,
    reading: TimeReading,
    book: &mut AddressInterner,
    record: &mut Record,
) -> Result<(), Reason> {
    record.meaning = if format.is_plain() { Meaning::Flow } else { format.meaning(fields) };
    match record.meaning {
        Meaning::Not(reason) => return Err(reason),
        Meaning::Note => return Ok(()),
        _ => {}
    }
    let names_only = matches!(record.meaning, Meaning::Host | Meaning::Dns);
    (record.start, record.form) = when(fields, reading)?;
    record.duration = duration(fields, format, record.start, reading);
    if format.time_is_end {
        let began = record.start.saturating_sub(record.duration.unwrap_or(0) as i64);
        record.start = began.max(crate::model::time::EARLIEST);
    }
    (record.source, record.destination) = match ends(fields) {
        Ok((source, destination)) => {
            let entered = book.intern(source).zip(book.intern(destination));
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
    record.direction_told = true;
    if !format.is_plain() {
        complete(record, fields);
    }
    Ok(())
}

/// The start time, or the end where the format has only that.
fn when(fields: &Fields<'_>, reading: TimeReading) -> Result<(i64, TimeForm), Reason> {
    let text = fields.text(Role::Time).ok_or(Reason::TooShort)?;
    match fields.text(Role::TimeOfDay) {
        // Only a date needs a time of day.
        Some(clock) if text.len() == 10 && !text.iter().all(u8::is_ascii_digit) => {
            start(&join(&[&text, b" ", &clock]), reading)
        }
        _ => start(&text, reading),
    }
    .ok_or(Reason::Time)
}

/// Source and destination: from their columns, or from ends and direction where those are empty.
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

/// Sent and received bytes; a column that is not there counts 0. Where only sent and total have a
/// column, received is the difference.
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

/// The duration in microseconds, from its own column or the end's; not told is not zero.
fn duration(fields: &Fields<'_>, format: &Format, start_of: i64, reading: TimeReading) -> Option<u64> {
    let unit = format.duration.filter(|_| fields.any_duration())?;
    told_duration(fields, unit, start_of, reading)
}

#[inline(never)]
fn told_duration(fields: &Fields<'_>, unit: TimeUnit, start_of: i64, reading: TimeReading) -> Option<u64> {
    if let Some(text) = fields.value(Role::Duration) {
        return time::duration(&text, unit);
    }
    let (end, _) = start(&fields.value(Role::End)?, reading)?;
    u64::try_from(end.checked_sub(start_of)?).ok()
}

/// What only formats with a meaning of their own have: the other port, the session, and who began it.
#[inline(never)]
fn complete(record: &mut Record, fields: &Fields<'_>) {
    record.source_port = fields.text(Role::SourcePort).and_then(|text| port(&text)).unwrap_or(0);
    record.session = fields.value(Role::Session).map_or(0, |text| hashed(&text));
    record.tcp = fields.is(Role::Protocol, "tcp 6 T");
    record.opens = record.meaning == Meaning::OneWay(Way::Asked);
    match record.meaning {
        Meaning::Reversed => record.reverse(),
        Meaning::Unclear => record.direction_told = false,
        Meaning::OneWay(way) => {
            let way = if way == Way::Unclear { by_ports(record.source_port, record.port) } else { way };
            record.direction_told = way != Way::Unclear;
            if way == Way::Answered {
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

/// Which way a one-way record goes, by its ports: a client's port is given to it by its system, a server's
/// is known to its clients. Equal kinds of ports tell nothing.
///
/// The limits are 1024 (system ports, RFC 6335) and 32768, where Linux begins to give ports to clients
/// (`ip_local_port_range`); RFC 6335 sets aside 49152 and up for that.
pub(super) fn by_ports(source: u16, destination: u16) -> Way {
    let kind = |port: u16| u8::from(port >= 1024) + u8::from(port >= 32768);
    match kind(source).cmp(&kind(destination)) {
        std::cmp::Ordering::Less => Way::Answered,
        std::cmp::Ordering::Equal => Way::Unclear,
        std::cmp::Ordering::Greater => Way::Asked,
    }
}

/// The host in `host`, `host:port`, `https://host/path`.
fn host_of(text: Cow<'_, [u8]>) -> Option<Cow<'_, [u8]>> {
    let mut host = &*text;
    if let Some(scheme) = find(host, b"://") {
        host = host.get(scheme + 3..)?;
    }
    if let Some(path) = find(host, b"/") {
        host = host.get(..path)?;
    }
    // A port follows the only colon, or the bracket of an IPv6 address.
    if let Some(colon) = find(host, b"]:").map(|at| at + 1).or_else(|| find(host, b":"))
        && find(host.get(colon + 1..)?, b":").is_none()
    {
        host = host.get(..colon)?;
    }
    if let [b'[', address @ .., b']'] = host {
        host = address;
    }
    match host.len() {
        0 => None,
        len if len == text.len() => Some(text),
        _ => Some(Cow::Owned(host.to_vec())),
    }
}

/// A response code by name, by number (RFC 1035, 4.1.1), or as Windows numbers it: 9003 is
/// DNS_ERROR_RCODE_NAME_ERROR.
fn answer(text: &[u8]) -> Answer {
    match text {
        b"0" | b"NOERROR" | b"NoError" => Answer::Exists,
        b"3" | b"NXDOMAIN" | b"NXDomain" | b"9003" => Answer::NoSuchName,
        _ => Answer::Other,
    }
}
