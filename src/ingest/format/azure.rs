//! Azure: flow logs of network security groups and virtual networks (JSON with a text for each flow), and
//! the table of Network Analytics as CSV.

use super::{Format, Shape};
use crate::ingest::diagnostics::Reason;
use crate::ingest::fields::Fields;
use crate::ingest::record::Meaning;
use crate::ingest::roles::Role;
use crate::ingest::rows::Cut;

/// The texts in `flowTuples`, wherever they stand.
pub(super) static TUPLES: Format = Format {
    name: "azure-flow-log",
    shape: Shape::Own { looks, cut: Cut::Texts(7), read },
    meaning: Some(meaning),
    notes: &["a flow's beginning, continuations and end are several tuples, which count once"],
    ..Format::PLAIN
};

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

fn looks(text: &[u8]) -> Option<usize> {
    let json = matches!(text.trim_ascii_start(), [b'{' | b'[', ..]);
    (json && text.windows(12).any(|w| w == b"\"flowTuples\"")).then_some(0)
}

/// `TIME,SRC,DST,SPORT,DPORT,T|U,I|O,A|D[,B|C|E,PACKETS,BYTES,PACKETS,BYTES]`; of virtual networks
/// `TIME,SRC,DST,SPORT,DPORT,NUMBER,I|O,B|C|E|D,ENCRYPTION,PACKETS,BYTES,PACKETS,BYTES`.
fn read<'a>(row: &'a [u8], fields: &mut Fields<'a>) -> Result<(), Reason> {
    let words: Vec<&[u8]> = row.split(|&b| b == b',').collect();
    let of_network = words.get(5).is_some_and(|protocol| protocol.iter().all(u8::is_ascii_digit));
    let places = [
        (Role::Time, 0),
        (Role::Source, 1),
        (Role::Destination, 2),
        (Role::SourcePort, 3),
        (Role::Port, 4),
        (Role::Protocol, 5),
        (Role::Flags, if of_network { 7 } else { 8 }),
        (Role::BytesSent, 10),
        (Role::BytesReceived, 12),
    ];
    for (role, place) in places {
        if let Some(word) = words.get(place) {
            fields.set(role, word);
        }
    }
    Ok(())
}

fn meaning(fields: &Fields<'_>) -> Meaning {
    match fields.raw(Role::Flags) {
        Some(b"B") => Meaning::Begin,
        Some(b"C") => Meaning::Part { total: false, ends: false },
        Some(b"E") => Meaning::Part { total: false, ends: true },
        // Denied, or of version 1, which tells no state.
        _ => Meaning::Flow,
    }
}
