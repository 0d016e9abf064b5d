//! Azure: flow logs of network security groups and virtual networks (JSON with a string per flow), and the table of
//! Network Analytics as CSV.

use super::definition::{Format, PositionalRows, RowRule, Signature};
use crate::ingest::record_kind::RecordKind;
use crate::ingest::roles::Role;

/// The strings in `flowTuples` of security groups, at any place:
/// `TIME,SRC,DST,SPORT,DPORT,T|U,I|O,A|D[,B|C|E,PACKETS,BYTES,PACKETS,BYTES]`.
pub(super) static GROUPS: Format = Format {
    name: "azure-flow-log",
    signature: Signature::Positional {
        fields: [8, 13],
        checks: &[(0, "#"), (5, "T U"), (6, "I O")],
        separators: b",",
        rows: PositionalRows::JsonStrings(7),
        positions: &[
            (Role::Time, 0),
            (Role::Source, 1),
            (Role::Destination, 2),
            (Role::SourcePort, 3),
            (Role::Port, 4),
            (Role::Protocol, 5),
            (Role::Flags, 8),
            (Role::BytesSent, 10),
            (Role::BytesReceived, 12),
        ],
    },
    rules: RULES,
    notes: NOTES,
    ..Format::PLAIN
};

/// Those of virtual networks:
/// `TIME,SRC,DST,SPORT,DPORT,NUMBER,I|O,B|C|E|D,ENCRYPTION,PACKETS,BYTES,PACKETS,BYTES`.
pub(super) static NETWORKS: Format = Format {
    name: "azure-flow-log",
    signature: Signature::Positional {
        fields: [13, 13],
        checks: &[(0, "#"), (5, "#"), (6, "I O")],
        separators: b",",
        rows: PositionalRows::JsonStrings(7),
        positions: &[
            (Role::Time, 0),
            (Role::Source, 1),
            (Role::Destination, 2),
            (Role::SourcePort, 3),
            (Role::Port, 4),
            (Role::Protocol, 5),
            (Role::Flags, 7),
            (Role::BytesSent, 10),
            (Role::BytesReceived, 12),
        ],
    },
    rules: RULES,
    notes: NOTES,
    ..Format::PLAIN
};

const NOTES: &[&str] = &["a flow's beginning, continuations and end are several tuples, which count once"];

/// Hourly sums, without the times of the connections within the hour.
pub(super) static CSV: Format = Format {
    name: "azure-network-analytics",
    signature: Signature::Header("flowstarttime vmipaddress|flowstarttimet flowdirections"),
    names: "time=flowstarttimet source=srcips destination=destips port=destportd",
    duration: None,
    notes: &["rows are sums of an hour or less: they do not tell when each connection was made"],
    ..Format::PLAIN
};

const RULES: &[RowRule] = &[
    (Role::Flags, "B", RecordKind::Begin),
    (Role::Flags, "C", RecordKind::Part { total: false, ends: false }),
    (Role::Flags, "E", RecordKind::Part { total: false, ends: true }),
    // Other flows are denied, or of version 1, which has no state.
];
