//! Azure: flow logs of network security groups and virtual networks (JSON with a text for each flow), and
//! the table of Network Analytics as CSV.

use super::{Format, PlacesCut, Shape};
use crate::ingest::fields::Fields;
use crate::ingest::record::Meaning;
use crate::ingest::roles::Role;

/// The texts in `flowTuples` of security groups, wherever they stand:
/// `TIME,SRC,DST,SPORT,DPORT,T|U,I|O,A|D[,B|C|E,PACKETS,BYTES,PACKETS,BYTES]`.
pub(super) static GROUPS: Format = Format {
    name: "azure-flow-log",
    shape: Shape::Places {
        looks: |words| matches!(words.get(5), Some([b'T' | b'U'])) && is_tuple(words),
        separators: b",",
        cut: PlacesCut::Texts(7),
        places: &[
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
    meaning: Some(meaning),
    notes: NOTES,
    ..Format::PLAIN
};

/// Those of virtual networks:
/// `TIME,SRC,DST,SPORT,DPORT,NUMBER,I|O,B|C|E|D,ENCRYPTION,PACKETS,BYTES,PACKETS,BYTES`.
pub(super) static NETWORKS: Format = Format {
    name: "azure-flow-log",
    shape: Shape::Places {
        looks: |words| words.get(5).is_some_and(|word| is_number(word)) && is_tuple(words),
        separators: b",",
        cut: PlacesCut::Texts(7),
        places: &[
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
    meaning: Some(meaning),
    notes: NOTES,
    ..Format::PLAIN
};

const NOTES: &[&str] = &["a flow's beginning, continuations and end are several tuples, which count once"];

fn is_number(word: &[u8]) -> bool {
    !word.is_empty() && word.iter().all(u8::is_ascii_digit)
}

fn is_tuple(words: &[&[u8]]) -> bool {
    words.first().is_some_and(|word| is_number(word)) && matches!(words.get(6), Some([b'I' | b'O']))
}

/// Hourly sums: when within the hour a connection was made is not told.
pub(super) static CSV: Format = Format {
    name: "azure-network-analytics",
    shape: Shape::Header(&[&["flowstarttime", "vmipaddress"], &["flowstarttimet", "flowdirections"]]),
    names: &[
        ("flowstarttimet", Role::Time),
        ("srcips", Role::Source),
        ("destips", Role::Destination),
        ("destportd", Role::Port),
    ],
    duration: None,
    notes: &["rows are sums of an hour or less: they do not tell when each connection was made"],
    ..Format::PLAIN
};

fn meaning(fields: &Fields<'_>) -> Meaning {
    match fields.raw(Role::Flags) {
        Some(b"B") => Meaning::Begin,
        Some(b"C") => Meaning::Part { total: false, ends: false },
        Some(b"E") => Meaning::Part { total: false, ends: true },
        // Denied, or of version 1, which tells no state.
        _ => Meaning::Flow,
    }
}
