//! Suricata's eve.json: events of all kinds, an object a line.
//!
//! A flow's time is `flow.start`: `timestamp` is when the event was written, which may be long after.
//! In flow events the source is the end that sent the first packet.

use super::{Format, Shape};
use crate::ingest::diagnostics::Reason;
use crate::ingest::fields::Fields;
use crate::ingest::record::Meaning;
use crate::ingest::roles::Role;

pub(super) static EVE: Format = Format {
    name: "suricata-eve",
    shape: Shape::Json(&[&["eventtype", "timestamp", "srcip", "destip"]]),
    names: &[
        ("eventtype", Role::Event),
        ("flowstart", Role::Time),
        ("timestamp", Role::Time),
        ("flowend", Role::End),
        ("srcip", Role::Source),
        ("srcport", Role::SourcePort),
        ("destip", Role::Destination),
        ("destport", Role::Port),
        ("proto", Role::Protocol),
        ("flowbytestoserver", Role::BytesSent),
        ("flowbytestoclient", Role::BytesReceived),
        ("tlssni", Role::Host),
        ("quicsni", Role::Host),
        ("httphostname", Role::Host),
        ("httphttpmethod", Role::Method),
        ("httpurl", Role::Target),
        // Version 8 has a list of queries.
        ("dnsrrname", Role::Query),
        ("dnsqueriesrrname", Role::Query),
        ("dnsrcode", Role::Answer),
    ],
    meaning: Some(meaning),
    notes: &["connections are read from flow events; http, tls and quic give host names, dns gives lookups"],
    ..Format::PLAIN
};

fn meaning(fields: &Fields<'_>) -> Meaning {
    let is = |words| fields.is(Role::Event, words);
    if is(&["flow"]) {
        Meaning::Flow
    } else if is(&["http", "tls", "quic"]) {
        Meaning::Host
    } else if is(&["dns"]) {
        Meaning::Dns
    } else {
        Meaning::Not(Reason::OtherEvent)
    }
}
