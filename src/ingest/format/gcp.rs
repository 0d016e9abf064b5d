//! Google Cloud's VPC flow logs, as JSON lines or an array.
//!
//! Records are one-way, one for each interval of some seconds, and sampled. Between two machines of the
//! project both ends report: the source's record is read.

use super::{Format, Shape};
use crate::ingest::diagnostics::Reason;
use crate::ingest::fields::Fields;
use crate::ingest::record::{Meaning, Way};
use crate::ingest::roles::Role;

pub(super) static JSON: Format = Format {
    name: "gcp-vpc",
    shape: Shape::Json(&[&["srcip", "destip", "reporter"]]),
    names: &[
        ("starttime", Role::Time),
        ("endtime", Role::End),
        ("srcip", Role::Source),
        ("srcport", Role::SourcePort),
        ("destip", Role::Destination),
        ("destport", Role::Port),
        ("protocol", Role::Protocol),
        ("bytessent", Role::BytesSent),
        ("reporter", Role::Event),
        // The machine at the source, if it is one of the project.
        ("srcinstancevmname", Role::Local),
    ],
    meaning: Some(meaning),
    notes: &[
        "records of one direction and one interval: answers and continuations count with the connection they belong to",
        "records are sampled: not every connection may be there",
    ],
    ..Format::PLAIN
};

fn meaning(fields: &Fields<'_>) -> Meaning {
    if fields.is(Role::Event, &["DEST"]) && fields.has(Role::Local) {
        return Meaning::Not(Reason::SameSession);
    }
    Meaning::OneWay(Way::Unclear)
}
