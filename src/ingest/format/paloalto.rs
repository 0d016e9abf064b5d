//! PAN-OS traffic logs: syslog lines, whose fields have a fixed order, and the CSV that the firewall's page
//! exports. A session may be logged at its start and at its end.

use super::{Format, Shape};
use crate::ingest::diagnostics::Reason;
use crate::ingest::fields::Fields;
use crate::ingest::layout::{Columns, Layout};
use crate::ingest::record::Meaning;
use crate::ingest::roles::Role;

pub(super) static SYSLOG: Format = Format {
    name: "panos-syslog",
    shape: Shape::Columns(layout),
    meaning: Some(meaning),
    notes: NOTES,
    ..Format::PLAIN
};

pub(super) static CSV: Format = Format {
    name: "panos-csv",
    shape: Shape::Header(&[&["threatcontenttype", "starttime", "sessionid"]]),
    names: &[
        ("starttime", Role::Time),
        ("type", Role::Event),
        ("threatcontenttype", Role::Flags),
        ("sourceport", Role::SourcePort),
        ("ipprotocol", Role::Protocol),
        ("sessionid", Role::Session),
    ],
    meaning: Some(meaning),
    notes: NOTES,
    ..Format::PLAIN
};

const NOTES: &[&str] = &["times are the firewall's local ones; a session's start and end count once"];

/// The places of the fields (Palo Alto, "Traffic Log Fields"), from 0.
const PLACES: &[(Role, usize)] = &[
    (Role::Event, 3),
    (Role::Flags, 4),
    (Role::Source, 7),
    (Role::Destination, 8),
    (Role::Session, 22),
    (Role::SourcePort, 24),
    (Role::Port, 25),
    (Role::Protocol, 29),
    (Role::BytesSent, 32),
    (Role::BytesReceived, 33),
    (Role::Time, 35),
    (Role::Duration, 36),
];

fn layout(text: &[u8]) -> Option<Layout> {
    const TYPES: &[&[u8]] =
        &[b"TRAFFIC", b"THREAT", b"SYSTEM", b"CONFIG", b"GLOBALPROTECT", b"USERID", b"DECRYPTION"];
    let mut fields = text.split(|&b| b == b'\n').next()?.split(|&b| b == b',');
    let received = fields.nth(1)?;
    let is_time = matches!(received, [b'0'..=b'9', _, _, _, b'/', _, _, b'/', ..]);
    if !is_time || !TYPES.contains(&fields.nth(1)?) {
        return None;
    }
    let mut columns = Columns::default();
    for (role, place) in PLACES {
        columns.set(*role, *place);
    }
    Some(Layout::headerless(&SYSLOG, b',', columns))
}

fn meaning(fields: &Fields<'_>) -> Meaning {
    if !fields.is(Role::Event, &["TRAFFIC"]) {
        return Meaning::Not(Reason::OtherEvent);
    }
    if fields.is(Role::Flags, &["start"]) {
        Meaning::Begin
    } else if fields.is(Role::Flags, &["end"]) {
        Meaning::Part { total: true, ends: true }
    } else {
        // Dropped or denied: there is no session.
        Meaning::Flow
    }
}
