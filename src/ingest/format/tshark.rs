//! tshark's field exports (`-T fields -E header=y`): a row is a packet, named as its fields are.
//!
//! Packets of one connection count once (see `sessions`); the first one shows which end began it.

use super::definition::{Format, Signature};
use crate::ingest::record_kind::{FlowDirection, RecordKind};
use crate::ingest::roles::Role;

pub(super) static FIELDS: Format = Format {
    name: "tshark-fields",
    signature: Signature::Header("frametimeepoch ipsrc|frametime ipsrc|frametimeepoch ipv6src"),
    names: "time=frametimeepoch time=frametime source=ipsrc source=ipv6src destination=ipdst \
            destination=ipv6dst source_port=tcpsrcport source_port=udpsrcport port=tcpdstport \
            port=udpdstport protocol=ipproto protocol=ipv6nxt bytes_sent=framelen flags=tcpflags \
            event=dnsflagsresponse query=dnsqryname answer=dnsflagsrcode \
            host=tlshandshakeextensionsservername host=httphost method=httprequestmethod \
            target=httprequesturi",
    rules: &[
        (Role::Event, "1 true", RecordKind::OneWay(FlowDirection::Responder)),
        // The flags of the opening packet; versions of tshark write different numbers of digits.
        (Role::Flags, "0x0002 0x00000002 0x02 2", RecordKind::OneWay(FlowDirection::Initiator)),
    ],
    otherwise: RecordKind::OneWay(FlowDirection::Unknown),
    duration: None,
    notes: &["a row is a packet; the packets of a connection count once"],
    ..Format::PLAIN
};
