//! Argus' `ra`: CSV or tabs, with or without a header, from 13 columns on.
//!
//! `Dir` tells who began the flow (ra(1)): `->` the source, `<-` the destination; a `?` in it says that
//! this was not seen. Times have no zone. Rows of protocols below IP have no addresses that mean anything
//! here.

use super::{Format, PlacesCut, Shape};
use crate::ingest::diagnostics::Reason;
use crate::ingest::fields::Fields;
use crate::ingest::record::Meaning;
use crate::ingest::roles::Role;

const NAMES: &[(&str, Role)] = &[
    ("starttime", Role::Time),
    ("srcaddr", Role::Source),
    ("sport", Role::SourcePort),
    ("dir", Role::Direction),
    ("dstaddr", Role::Destination),
    ("dport", Role::Port),
    ("proto", Role::Protocol),
    ("totbytes", Role::BytesTotal),
    ("srcbytes", Role::BytesSent),
    ("dur", Role::Duration),
];

pub(super) static HEADER: Format = Format {
    name: "argus",
    shape: Shape::Header(&[&["starttime", "srcaddr", "dir", "dstaddr"]]),
    names: NAMES,
    meaning: Some(meaning),
    ..Format::PLAIN
};

pub(super) static HEADERLESS: Format = Format {
    name: "argus",
    shape: Shape::Places {
        looks: |fields| {
            looks(fields) && fields.get(13).is_some_and(|bytes| bytes.iter().all(u8::is_ascii_digit))
        },
        separators: b",\t",
        cut: PlacesCut::Table,
        places: PLACES,
    },
    meaning: Some(meaning),
    notes: NOTES,
    ..Format::PLAIN
};

/// The shortest variant, without the source's bytes.
pub(super) static SHORT: Format = Format {
    name: "argus",
    shape: Shape::Places {
        looks,
        separators: b",\t",
        cut: PlacesCut::Table,
        places: match PLACES.split_last() {
            Some((_, places)) => places,
            None => PLACES,
        },
    },
    meaning: Some(meaning),
    notes: NOTES,
    ..Format::PLAIN
};

const NOTES: &[&str] = &["without a header, columns are taken in the order of CTU's binetflow files"];

/// The places that all variants have, and last the one that the shortest has not.
const PLACES: &[(Role, usize)] = &[
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

fn meaning(fields: &Fields<'_>) -> Meaning {
    if fields.is(Role::Protocol, &["arp", "rarp", "llc", "man", "lldp", "ipx", "isis", "stp"]) {
        return Meaning::Not(Reason::NotIp);
    }
    let direction = fields.text(Role::Direction).unwrap_or_default();
    if direction.contains(&b'?') {
        Meaning::Unclear
    } else if direction.starts_with(b"<-") && !direction.contains(&b'>') {
        Meaning::Reversed
    } else {
        Meaning::Flow
    }
}

/// A time with slashes, and an arrow in the sixth place.
fn looks(fields: &[&[u8]]) -> bool {
    let time = matches!(fields.first(), Some([b'0'..=b'9', _, _, _, b'/', _, _, b'/', ..]));
    let direction = fields.get(5).is_some_and(|dir| {
        let dir = dir.trim_ascii();
        dir.is_empty() || dir == b"who" || dir.iter().any(|b| b"<>".contains(b))
    });
    time && direction && fields.len() >= 13
}
