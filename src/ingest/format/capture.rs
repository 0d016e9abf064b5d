//! The rows that the crate `beaconlens-capture` makes of packet captures and Windows event logs: connections, lookups,
//! host names, and notes on what was not used.

use super::definition::{Format, RowRule, Signature};
use crate::ingest::record_kind::{FlowDirection, RecordKind};
use crate::ingest::roles::Role;

pub(super) static PCAP: Format = Format {
    name: "pcap",
    signature: Signature::Json("capture frame"),
    names: NAMES,
    rules: RULES,
    notes: &["packets between the same ends are one connection; its bytes are those of its IP packets"],
    ..Format::PLAIN
};

pub(super) static EVTX: Format = Format {
    name: "evtx",
    signature: Signature::Json("log record"),
    names: NAMES,
    rules: RULES,
    notes: &["a connection that both of its machines logged counts once"],
    ..Format::PLAIN
};

const NAMES: &str = "event=capture event=log target=text source_port=sourceport protocol=protocol flags=state \
                     host=host query=query answer=answer direction=direction process=process";

const RULES: &[RowRule] = &[
    (Role::Event, "note", RecordKind::Note),
    (Role::Event, "dns", RecordKind::Dns),
    (Role::Event, "host", RecordKind::Host),
    (Role::Direction, "unclear", RecordKind::UnknownDirection),
    // As in `sysmon`: both machines may have logged the connection, and the direction is less certain in the log of the
    // machine that accepted it.
    (Role::Direction, "out", RecordKind::OneWay(FlowDirection::Initiator)),
    (Role::Direction, "in", RecordKind::OneWay(FlowDirection::Unknown)),
];
