//! The rows that the crate `beaconlens-capture` makes of packet captures and of Windows event logs: connections,
//! lookups, names of hosts, and notes of what was not used.

use super::{Format, Rule, Shape};
use crate::ingest::record::{Meaning, Way};
use crate::ingest::roles::Role;

pub(super) static PCAP: Format = Format {
    name: "pcap",
    shape: Shape::Json("capture frame"),
    names: NAMES,
    rules: RULES,
    notes: &["packets between the same ends are one connection; its bytes are those of its IP packets"],
    ..Format::PLAIN
};

pub(super) static EVTX: Format = Format {
    name: "evtx",
    shape: Shape::Json("log record"),
    names: NAMES,
    rules: RULES,
    notes: &["a connection that both of its machines logged counts once"],
    ..Format::PLAIN
};

const NAMES: &str = "event=capture event=log target=text source_port=sourceport protocol=protocol flags=state \
                     host=host query=query answer=answer direction=direction process=process";

const RULES: &[Rule] = &[
    (Role::Event, "note", Meaning::Note),
    (Role::Event, "dns", Meaning::Dns),
    (Role::Event, "host", Meaning::Host),
    (Role::Direction, "unclear", Meaning::Unclear),
    // As in `sysmon`: both machines may have told it, and the one that accepted it less surely.
    (Role::Direction, "out", Meaning::OneWay(Way::Asked)),
    (Role::Direction, "in", Meaning::OneWay(Way::Unclear)),
];
