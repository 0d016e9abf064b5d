//! Sysmon's events 3 (network connection) and 22 (DNS query) as JSON: as NXLog, winlogbeat and evtx_dump
//! write them. Other events may stand between them.
//!
//! `UtcTime` is when it happened; the other times are local, or those of the collector.

use super::{Format, Shape};
use crate::ingest::diagnostics::Reason;
use crate::ingest::record::{Meaning, Way};
use crate::ingest::roles::Role;

pub(super) static JSON: Format = Format {
    name: "sysmon-json",
    shape: Shape::Json("eventid channel|eventid logname|eventcode sourceip initiated"),
    names: "event=eventid event=eventidtext event=eventcode time=utctime \
            time=timecreatedattributessystemtime time=timestamp source_port=sourceport \
            host=destinationhostname protocol=protocol direction=initiated process=image \
            query=queryname answer=querystatus",
    rules: &[
        (Role::Event, "!3 22", Meaning::Not(Reason::OtherEvent)),
        (Role::Query, "*", Meaning::Dns),
        (Role::Source, "", Meaning::Not(Reason::OtherEvent)),
        // What a machine accepts may stand in the log of the one that opened it too; and Sysmon sometimes
        // tells the machine itself as the source.
        (Role::Direction, "true", Meaning::OneWay(Way::Asked)),
        (Role::Direction, "false", Meaning::OneWay(Way::Unclear)),
    ],
    notes: &[
        "connections are events 3, lookups events 22; others are passed over",
        "a connection that both of its machines logged counts once",
    ],
    ..Format::PLAIN
};
