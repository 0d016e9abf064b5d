//! Splunk's exports of searches, as CSV or JSON, with the names of its Common Information Model.

use super::{Format, Shape};
use crate::ingest::roles::Role;

pub(super) static CSV: Format = Format {
    name: "splunk-csv",
    shape: Shape::Header(&[&["time", "sourcetype"], &["time", "raw"], &["time", "splunkserver"]]),
    names: NAMES,
    ..Format::PLAIN
};

pub(super) static JSON: Format = Format {
    name: "splunk-json",
    shape: Shape::Json(&[&["preview", "time"], &["time", "sourcetype"]]),
    names: NAMES,
    ..Format::PLAIN
};

const NAMES: &[(&str, Role)] = &[
    ("time", Role::Time),
    ("srcip", Role::Source),
    ("src", Role::Source),
    ("destip", Role::Destination),
    ("dest", Role::Destination),
    ("destport", Role::Port),
    ("bytesout", Role::BytesSent),
    ("bytesin", Role::BytesReceived),
    ("query", Role::Query),
];
