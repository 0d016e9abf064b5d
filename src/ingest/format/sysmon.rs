//! Sysmon's events 3 (network connection) and 22 (DNS query) as JSON of NXLog, winlogbeat and evtx_dump. The log may
//! contain other events.
//!
//! `UtcTime` is the time of the event; other times are local, or those of the collector.

use super::definition::{Format, Signature};
use crate::ingest::diagnostics::Reason;
use crate::ingest::record_kind::{FlowDirection, RecordKind};
use crate::ingest::roles::Role;

pub(super) static JSON: Format = Format {
    name: "sysmon-json",
    signature: Signature::Json("eventid channel|eventid logname|eventcode sourceip initiated"),
    names: "event=eventid event=eventidtext event=eventcode time=utctime \
            time=timecreatedattributessystemtime time=timestamp source_port=sourceport \
            host=destinationhostname protocol=protocol direction=initiated process=image \
            query=queryname answer=querystatus",
    rules: &[
        (Role::Event, "!3 22", RecordKind::Skip(Reason::OtherEvent)),
        (Role::Query, "*", RecordKind::Dns),
        (Role::Source, "", RecordKind::Skip(Reason::OtherEvent)),
        // A connection that a machine accepts may be in the log of the other machine too; and Sysmon sometimes
        // records the machine itself as the source.
        (Role::Direction, "true", RecordKind::OneWay(FlowDirection::Initiator)),
        (Role::Direction, "false", RecordKind::OneWay(FlowDirection::Unknown)),
    ],
    notes: &[
        "connections are events 3, lookups events 22; others are passed over",
        "a connection that both of its machines logged counts once",
    ],
    ..Format::PLAIN
};
