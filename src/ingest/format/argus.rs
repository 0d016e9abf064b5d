//! Argus' `ra`: CSV or tabs, with or without a header, from 13 columns on.
//!
//! `Dir` says which end began the flow (ra(1)): `->` the source, `<-` the destination; with a `?` it was not seen. Times
//! have no zone. Rows of protocols below IP have no IP addresses.

use super::definition::{Format, PositionalRows, RowRule, Signature};
use crate::ingest::diagnostics::Reason;
use crate::ingest::record_kind::RecordKind;
use crate::ingest::roles::Role;

const NAMES: &str = "time=starttime source_port=sport direction=dir protocol=proto";

pub(super) static HEADER: Format = Format {
    name: "argus",
    signature: Signature::Header("starttime srcaddr dir dstaddr"),
    names: NAMES,
    rules: RULES,
    ..Format::PLAIN
};

pub(super) static HEADERLESS: Format = Format {
    name: "argus",
    signature: Signature::Positional {
        fields: [14, 20],
        checks: &[(0, "/"), (2, PROTOCOLS), (13, "#")],
        separators: b",\t",
        rows: PositionalRows::Table,
        positions: POSITIONS,
    },
    rules: RULES,
    notes: NOTES,
    ..Format::PLAIN
};

/// The shortest variant, without the bytes of the source.
pub(super) static SHORT: Format = Format {
    name: "argus",
    signature: Signature::Positional {
        fields: [13, 20],
        checks: &[(0, "/"), (2, PROTOCOLS)],
        separators: b",\t",
        rows: PositionalRows::Table,
        positions: match POSITIONS.split_last() {
            Some((_, places)) => places,
            None => POSITIONS,
        },
    },
    rules: RULES,
    notes: NOTES,
    ..Format::PLAIN
};

/// The protocols of a first row.
const PROTOCOLS: &str = "tcp udp icmp ipv6-icmp igmp arp man llc";

const NOTES: &[&str] = &["without a header, columns are taken in the order of CTU's binetflow files"];

/// The positions of all variants. The shortest variant lacks the last one.
const POSITIONS: &[(Role, usize)] = &[
    (Role::Time, 0),
    (Role::Duration, 1),
    (Role::Protocol, 2),
    (Role::Source, 3),
    (Role::SourcePort, 4),
    (Role::Direction, 5),
    (Role::Destination, 6),
    (Role::Port, 7),
    (Role::BytesTotal, 12),
    (Role::BytesSent, 13),
];

const RULES: &[RowRule] = &[
    (Role::Protocol, "arp rarp llc man lldp ipx isis stp", RecordKind::Skip(Reason::NotIp)),
    (Role::Direction, "<- <|", RecordKind::Reversed),
    (Role::Direction, "!-> <-> |> <|> who", RecordKind::UnknownDirection),
];
