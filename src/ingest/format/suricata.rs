//! Suricata's eve.json: events of all kinds, one object per line.
//!
//! The time of a flow is `flow.start`; `timestamp` is when the event was written, which may be much later. In flow events
//! the source is the end that sent the first packet.

use super::definition::{Format, Signature};
use crate::ingest::diagnostics::Reason;
use crate::ingest::record_kind::RecordKind;
use crate::ingest::roles::Role;

pub(super) static EVE: Format = Format {
    name: "suricata-eve",
    signature: Signature::Json("eventtype timestamp srcip destip"),
    names: "event=eventtype time=flowstart time=timestamp end=flowend source_port=srcport \
            protocol=proto bytes_sent=flowbytestoserver bytes_received=flowbytestoclient host=tlssni \
            host=quicsni host=httphostname method=httphttpmethod target=httpurl query=dnsrrname \
            query=dnsqueriesrrname answer=dnsrcode",
    rules: &[
        (Role::Event, "flow", RecordKind::Flow),
        (Role::Event, "http tls quic", RecordKind::Host),
        (Role::Event, "dns", RecordKind::Dns),
    ],
    otherwise: RecordKind::Skip(Reason::OtherEvent),
    notes: &["connections are read from flow events; http, tls and quic give host names, dns gives lookups"],
    ..Format::PLAIN
};
