//! Argus' `ra`: CSV or tabs, with or without a header, from 13 columns on.
//!
//! `Dir` tells who began the flow (ra(1)): `->` the source, `<-` the destination; a `?` in it says that
//! this was not seen. Times have no zone. Rows of protocols below IP have no addresses that mean anything
//! here.

use super::{Format, Shape};
use crate::ingest::diagnostics::Reason;
use crate::ingest::fields::Fields;
use crate::ingest::layout::{Columns, Layout};
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
    shape: Shape::Columns(layout),
    names: NAMES,
    meaning: Some(meaning),
    notes: &["without a header, columns are taken in the order of CTU's binetflow files"],
    ..Format::PLAIN
};

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

/// The order of the columns that all variants begin with.
const ORDER: &[Option<Role>] = &[
    Some(Role::Time),
    Some(Role::Duration),
    Some(Role::Protocol),
    Some(Role::Source),
    Some(Role::SourcePort),
    Some(Role::Direction),
    Some(Role::Destination),
    Some(Role::Port),
    None,
    None,
    None,
    None,
    Some(Role::BytesTotal),
    Some(Role::BytesSent),
];

/// The first line is a row: a time with slashes, and an arrow in the sixth place.
fn layout(text: &[u8]) -> Option<Layout> {
    let line = text.split(|&b| b == b'\n').next()?;
    let delimiter = [b',', b'\t'].into_iter().find(|d| line.contains(d))?;
    let fields: Vec<&[u8]> = line.split(|b| *b == delimiter).collect();
    let is_time = |text: &[u8]| matches!(text, [b'0'..=b'9', _, _, _, b'/', _, _, b'/', ..]);
    let dir = fields.get(5)?.trim_ascii();
    let is_direction = dir == b"who" || dir.contains(&b'>') || dir.contains(&b'<') || dir.is_empty();
    if fields.len() < 13 || !is_time(fields.first()?) || !is_direction {
        return None;
    }
    // After the shortest variant's columns there may be a label.
    let known = if fields.get(13).is_some_and(|text| text.iter().all(u8::is_ascii_digit)) { 14 } else { 13 };
    let mut columns = Columns::default();
    for (at, role) in ORDER.iter().enumerate().take(known) {
        if let Some(role) = role {
            columns.set(*role, at);
        }
    }
    Some(Layout::headerless(&HEADERLESS, delimiter, columns))
}
