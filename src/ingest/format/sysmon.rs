//! Sysmon's events 3 (network connection) and 22 (DNS query) as JSON: as NXLog, winlogbeat and evtx_dump
//! write them. Other events may stand between them.
//!
//! `UtcTime` is when it happened; the other times are local, or those of the collector.

use super::{Format, Shape};
use crate::ingest::diagnostics::Reason;
use crate::ingest::fields::Fields;
use crate::ingest::record::{Meaning, Way, by_ports};
use crate::ingest::roles::Role;
use crate::ingest::value::number::port;

pub(super) static JSON: Format = Format {
    name: "sysmon-json",
    shape: Shape::Json(&[
        &["eventid", "channel"],
        &["eventid", "logname"],
        &["eventcode", "sourceip", "initiated"],
    ]),
    names: &[
        ("eventid", Role::Event),
        ("eventidtext", Role::Event),
        ("eventcode", Role::Event),
        ("utctime", Role::Time),
        ("timecreatedattributessystemtime", Role::Time),
        ("timestamp", Role::Time),
        ("sourceip", Role::Source),
        ("sourceport", Role::SourcePort),
        ("destinationip", Role::Destination),
        ("destinationport", Role::Port),
        ("destinationhostname", Role::Host),
        ("protocol", Role::Protocol),
        ("initiated", Role::Direction),
        ("image", Role::Process),
        ("queryname", Role::Query),
        ("querystatus", Role::Answer),
    ],
    meaning: Some(meaning),
    notes: &["connections are events 3, lookups events 22; others are passed over"],
    ..Format::PLAIN
};

fn meaning(fields: &Fields<'_>) -> Meaning {
    if fields.is(Role::Event, &["3"]) && fields.has(Role::Source) {
        // Of what a machine accepts, Sysmon sometimes tells the machine itself as the source.
        let number = |role| fields.text(role).and_then(|text| port(&text)).unwrap_or(0);
        let answered = by_ports(number(Role::SourcePort), number(Role::Port)) == Way::Answered;
        return match fields.is(Role::Direction, &["false"]) && answered {
            true => Meaning::Reversed,
            false => Meaning::Flow,
        };
    }
    if fields.is(Role::Event, &["22"]) && fields.has(Role::Query) {
        return Meaning::Dns;
    }
    Meaning::Not(Reason::OtherEvent)
}
