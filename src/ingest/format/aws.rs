//! AWS VPC flow logs: blanks between fields, any list of fields with its header, or the default list
//! (version 2) without, also behind the time that CloudWatch sets before each line.
//!
//! Records are one-way, and one for each aggregation interval of a connection.

use super::{Format, Shape};
use crate::ingest::diagnostics::Reason;
use crate::ingest::fields::Fields;
use crate::ingest::layout::Refusal;
use crate::ingest::options::Options;
use crate::ingest::record::{Meaning, Way};
use crate::ingest::roles::Role;
use crate::ingest::rows::{Header, Split};

pub(super) static LOG: Format = Format {
    name: "aws-vpc",
    shape: Shape::Lines(split),
    names: NAMES,
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

const DEFAULT: [&str; 14] = [
    "version",
    "account-id",
    "interface-id",
    "srcaddr",
    "dstaddr",
    "srcport",
    "dstport",
    "protocol",
    "packets",
    "bytes",
    "start",
    "end",
    "action",
    "log-status",
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

fn split(text: &[u8], options: &Options) -> Option<Result<Split, Refusal>> {
    let line = text.split(|&b| b == b'\n').next()?.trim_ascii_end();
    let words: Vec<&[u8]> = line.split(|&b| b == b' ').collect();
    const HEADER: Header = Header::Has("srcaddr");
    if words.contains(&b"srcaddr".as_slice()) && words.contains(&b"dstaddr".as_slice()) {
        return Split::by_header(text, b' ', HEADER, &LOG, options).map(Ok);
    }
    let before = words.len().checked_sub(DEFAULT.len())?;
    let is_default = words.get(before) == Some(&b"2".as_slice())
        && words
            .last()
            .is_some_and(|status| *status == b"OK" || NOTHING.iter().any(|n| n.as_bytes() == *status));
    let names = [&["received"][..before.min(1)], &DEFAULT].concat();
    (before <= 1 && is_default).then(|| Ok(Split::by_names(&names, b' ', HEADER, &LOG, options)))
}
