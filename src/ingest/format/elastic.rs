//! Records in the Elastic Common Schema: JSON (bare, or from a search or dump), and CSV from Kibana.

use super::{Format, Shape};
use crate::ingest::fields::Fields;
use crate::ingest::record::Meaning;
use crate::ingest::roles::Role;
use crate::ingest::value::time::TimeUnit;

pub(super) static JSON: Format = Format {
    name: "ecs-json",
    shape: Shape::Json(SETS),
    names: NAMES,
    meaning: Some(meaning),
    duration: Some(TimeUnit::Nanoseconds),
    ..Format::PLAIN
};

pub(super) static CSV: Format = Format {
    name: "ecs-csv",
    shape: Shape::Header(SETS),
    names: NAMES,
    meaning: Some(meaning),
    duration: Some(TimeUnit::Nanoseconds),
    ..Format::PLAIN
};

/// Names that say "ECS" beside the ends, which others call so too.
const SETS: &[&[&str]] = &[
    &["timestamp", "sourceip", "destinationip", "eventdataset"],
    &["timestamp", "sourceip", "destinationip", "ecsversion"],
    &["timestamp", "sourceip", "destinationip", "networktransport"],
    &["timestamp", "sourceip", "destinationip", "eventstart"],
];

const NAMES: &[(&str, Role)] = &[
    ("eventstart", Role::Time),
    ("timestamp", Role::Time),
    ("eventend", Role::End),
    ("eventduration", Role::Duration),
    ("sourceip", Role::Source),
    ("sourceport", Role::SourcePort),
    ("destinationip", Role::Destination),
    ("destinationport", Role::Port),
    ("networktransport", Role::Protocol),
    ("networkbytes", Role::BytesTotal),
    ("eventdataset", Role::Event),
    // Packetbeat tells a flow again and again while it goes on.
    ("flowid", Role::Session),
    ("flowfinal", Role::Flags),
    ("tlsclientservername", Role::Host),
    ("urldomain", Role::Host),
    ("destinationdomain", Role::Host),
    ("dnsquestionname", Role::Query),
    ("dnsresponsecode", Role::Answer),
    ("processexecutable", Role::Process),
];

fn meaning(fields: &Fields<'_>) -> Meaning {
    let dataset = fields.text(Role::Event).unwrap_or_default();
    match dataset.rsplit(|&b| b == b'.').next() {
        Some(b"dns") => return Meaning::Dns,
        Some(b"http" | b"ssl" | b"tls") => return Meaning::Host,
        _ => {}
    }
    if fields.has(Role::Flags) {
        Meaning::Part { total: true, ends: fields.is(Role::Flags, &["true"]) }
    } else if fields.has(Role::Query) {
        Meaning::Dns
    } else {
        Meaning::Flow
    }
}
