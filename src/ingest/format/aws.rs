//! AWS VPC flow logs: blanks between fields, any list of fields with its header, or the default list
//! (version 2) without, also behind the time that CloudWatch sets before each line.
//!
//! Records are one-way, and one for each aggregation interval of a connection.

use super::{Format, PlacesCut, Shape};
use crate::ingest::diagnostics::Reason;
use crate::ingest::fields::Fields;
use crate::ingest::record::{Meaning, Way};
use crate::ingest::roles::Role;

pub(super) static LOG: Format = Format {
    name: "aws-vpc",
    shape: Shape::Lines { mark: "srcaddr", separator: |_| Some(Ok(b' ')) },
    names: NAMES,
    meaning: Some(meaning),
    notes: NOTES,
    ..Format::PLAIN
};

/// Version 2 without its header.
pub(super) static DEFAULT: Format = Format {
    name: "aws-vpc",
    shape: Shape::Places {
        looks: |words| {
            words.len() == 14 && words.first() == Some(&b"2".as_slice()) && ends_with_status(words)
        },
        separators: b" ",
        cut: PlacesCut::Lines,
        places: &[
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
    meaning: Some(meaning),
    notes: NOTES,
    ..Format::PLAIN
};

/// The same behind a time.
pub(super) static CLOUDWATCH: Format = Format {
    name: "aws-vpc",
    shape: Shape::Places {
        looks: |words| words.len() == 15 && words.get(1) == Some(&b"2".as_slice()) && ends_with_status(words),
        separators: b" ",
        cut: PlacesCut::Lines,
        places: &[
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
    meaning: Some(meaning),
    notes: NOTES,
    ..Format::PLAIN
};

/// As Athena exports them.
pub(super) static CSV: Format = Format {
    name: "aws-vpc",
    shape: Shape::Header(&[&["srcaddr", "dstaddr", "start", "logstatus"]]),
    names: NAMES,
    meaning: Some(meaning),
    notes: NOTES,
    ..Format::PLAIN
};

const NOTES: &[&str] = &[
    "records of one direction and one interval: answers and continuations count with the connection they belong to",
];

const NAMES: &[(&str, Role)] = &[
    ("start", Role::Time),
    ("end", Role::End),
    ("srcaddr", Role::Source),
    ("srcport", Role::SourcePort),
    ("dstaddr", Role::Destination),
    ("dstport", Role::Port),
    ("protocol", Role::Protocol),
    ("bytes", Role::BytesSent),
    ("tcpflags", Role::Flags),
    ("logstatus", Role::Event),
];

/// NODATA: no traffic in the interval; SKIPDATA: records were lost.
const NOTHING: &[&str] = &["NODATA", "SKIPDATA"];

/// ACK is told only beside SYN: 2 is an opening, 18 its answer.
fn meaning(fields: &Fields<'_>) -> Meaning {
    if fields.is(Role::Event, NOTHING) {
        return Meaning::Not(Reason::NoData);
    }
    Meaning::OneWay(match fields.number(Role::Flags) {
        Some(flags) if flags & 0x12 == 0x12 => Way::Answered,
        Some(flags) if flags & 0x02 != 0 => Way::Asked,
        _ => Way::Unclear,
    })
}

fn ends_with_status(words: &[&[u8]]) -> bool {
    words.last().is_some_and(|status| *status == b"OK" || NOTHING.iter().any(|n| n.as_bytes() == *status))
}
