//! PAN-OS traffic logs: syslog lines, whose fields have a fixed order, and the CSV that the firewall's page
//! exports. A session may be logged at its start and at its end.

use super::{Format, PlacesCut, Shape};
use crate::ingest::diagnostics::Reason;
use crate::ingest::fields::Fields;
use crate::ingest::record::Meaning;
use crate::ingest::roles::Role;

pub(super) static SYSLOG: Format = Format {
    name: "panos-syslog",
    shape: Shape::Places { looks, separators: b",", cut: PlacesCut::Table, places: PLACES },
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

fn looks(fields: &[&[u8]]) -> bool {
    const TYPES: &[&[u8]] =
        &[b"TRAFFIC", b"THREAT", b"SYSTEM", b"CONFIG", b"GLOBALPROTECT", b"USERID", b"DECRYPTION"];
    let received = matches!(fields.get(1), Some([b'0'..=b'9', _, _, _, b'/', _, _, b'/', ..]));
    received && fields.get(3).is_some_and(|kind| TYPES.contains(kind))
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
