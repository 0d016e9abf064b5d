//! PAN-OS traffic logs: syslog lines, whose fields have a fixed order, and the CSV of the web interface. A session may be
//! logged at its start and at its end.

use super::definition::{Format, PositionalRows, RowRule, Signature};
use crate::ingest::diagnostics::Reason;
use crate::ingest::record_kind::RecordKind;
use crate::ingest::roles::Role;

pub(super) static SYSLOG: Format = Format {
    name: "panos-syslog",
    signature: Signature::Positional {
        fields: [36, 200],
        checks: &[(1, "/"), (3, "TRAFFIC THREAT SYSTEM CONFIG GLOBALPROTECT USERID DECRYPTION")],
        separators: b",",
        rows: PositionalRows::Table,
        positions: POSITIONS,
    },
    rules: RULES,
    notes: NOTES,
    ..Format::PLAIN
};

pub(super) static CSV: Format = Format {
    name: "panos-csv",
    signature: Signature::Header("threatcontenttype starttime sessionid"),
    names: "time=starttime event=type flags=threatcontenttype source_port=sourceport \
            protocol=ipprotocol session=sessionid",
    rules: RULES,
    notes: NOTES,
    ..Format::PLAIN
};

const NOTES: &[&str] = &["times are the firewall's local ones; a session's start and end count once"];

/// The positions of the fields (Palo Alto, "Traffic Log Fields"), from 0.
const POSITIONS: &[(Role, usize)] = &[
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

const RULES: &[RowRule] = &[
    (Role::Event, "!TRAFFIC", RecordKind::Skip(Reason::OtherEvent)),
    (Role::Flags, "start", RecordKind::Begin),
    (Role::Flags, "end", RecordKind::Part { total: true, ends: true }),
    // Other connections are dropped or denied, without a session.
];
