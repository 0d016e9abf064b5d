//! Google Cloud's VPC flow logs, as JSON lines or an array.
//!
//! Records are one-way and sampled, with one record per interval of some seconds. Between two machines of a project both
//! ends report; the record of the source is used.

use super::definition::{Format, Signature};
use crate::ingest::diagnostics::Reason;
use crate::ingest::record_kind::{FlowDirection, RecordKind};
use crate::ingest::roles::Role;

pub(super) static JSON: Format = Format {
    name: "gcp-vpc",
    signature: Signature::Json("srcip destip reporter"),
    names: "time=starttime source_port=srcport protocol=protocol event=reporter \
            local=srcinstancevmname",
    rules: &[
        (Role::Event, "!DEST", RecordKind::OneWay(FlowDirection::Unknown)),
        (Role::Local, "*", RecordKind::Skip(Reason::SameSession)),
    ],
    otherwise: RecordKind::OneWay(FlowDirection::Unknown),
    notes: &[
        "records of one direction and one interval: answers and continuations count with the connection they belong to",
        "records are sampled: not every connection may be there",
    ],
    ..Format::PLAIN
};
