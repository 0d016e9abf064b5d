//! AWS VPC flow logs: fields separated by blanks. Either any list of fields with a header, or the default list (version
//! 2) without one, which may follow a time that CloudWatch adds to each line.
//!
//! Records are one-way, with one record per aggregation interval of a connection.

use super::definition::{Format, PositionalRows, RowRule, Signature};
use crate::ingest::diagnostics::Reason;
use crate::ingest::record_kind::{FlowDirection, RecordKind};
use crate::ingest::roles::Role;

pub(super) static LOG: Format = Format {
    name: "aws-vpc",
    signature: Signature::Lines { mark: "srcaddr", separator: |_| Some(Ok(b' ')) },
    names: NAMES,
    rules: RULES,
    otherwise: RecordKind::OneWay(FlowDirection::Unknown),
    notes: NOTES,
    ..Format::PLAIN
};

/// Version 2 without its header.
pub(super) static DEFAULT: Format = Format {
    name: "aws-vpc",
    signature: Signature::Positional {
        fields: [14, 14],
        checks: &[(0, "2"), (13, STATUS)],
        separators: b" ",
        rows: PositionalRows::Lines,
        positions: &[
            (Role::Source, 3),
            (Role::Destination, 4),
            (Role::SourcePort, 5),
            (Role::Port, 6),
            (Role::Protocol, 7),
            (Role::BytesSent, 9),
            (Role::Time, 10),
            (Role::End, 11),
            (Role::Event, 13),
        ],
    },
    rules: RULES,
    otherwise: RecordKind::OneWay(FlowDirection::Unknown),
    notes: NOTES,
    ..Format::PLAIN
};

/// The same after a time.
pub(super) static CLOUDWATCH: Format = Format {
    name: "aws-vpc",
    signature: Signature::Positional {
        fields: [15, 15],
        checks: &[(1, "2"), (14, STATUS)],
        separators: b" ",
        rows: PositionalRows::Lines,
        positions: &[
            (Role::Source, 4),
            (Role::Destination, 5),
            (Role::SourcePort, 6),
            (Role::Port, 7),
            (Role::Protocol, 8),
            (Role::BytesSent, 10),
            (Role::Time, 11),
            (Role::End, 12),
            (Role::Event, 14),
        ],
    },
    rules: RULES,
    otherwise: RecordKind::OneWay(FlowDirection::Unknown),
    notes: NOTES,
    ..Format::PLAIN
};

/// As Athena exports them.
pub(super) static CSV: Format = Format {
    name: "aws-vpc",
    signature: Signature::Header("srcaddr dstaddr start logstatus"),
    names: NAMES,
    rules: RULES,
    otherwise: RecordKind::OneWay(FlowDirection::Unknown),
    notes: NOTES,
    ..Format::PLAIN
};

const NOTES: &[&str] = &[
    "records of one direction and one interval: answers and continuations count with the connection they belong to",
];

const NAMES: &str = "time=start end=end source_port=srcport protocol=protocol bytes_sent=bytes flags=tcpflags \
            event=logstatus";

/// Values of the log status: traffic, no traffic, or lost records.
const STATUS: &str = "OK NODATA SKIPDATA";

/// ACK is recorded only together with SYN: 2 is an opening, 18 the response to it; 1 is FIN, 4 is RST.
const RULES: &[RowRule] = &[
    (Role::Event, "NODATA SKIPDATA", RecordKind::Skip(Reason::NoData)),
    (Role::Flags, "2 3 6 7", RecordKind::OneWay(FlowDirection::Initiator)),
    (Role::Flags, "18 19 22 23", RecordKind::OneWay(FlowDirection::Responder)),
];
