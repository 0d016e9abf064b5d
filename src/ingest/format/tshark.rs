//! tshark's field exports (`-T fields -E header=y`): a row is a packet, named as its fields are.
//!
//! Packets of one connection count once (see `sessions`); the first one tells who began it.

use super::{Format, Shape};
use crate::ingest::fields::Fields;
use crate::ingest::record::{Meaning, Way};
use crate::ingest::roles::Role;

pub(super) static FIELDS: Format = Format {
    name: "tshark-fields",
    shape: Shape::Header(&[
        &["frametimeepoch", "ipsrc"],
        &["frametime", "ipsrc"],
        &["frametimeepoch", "ipv6src"],
    ]),
    names: &[
        ("frametimeepoch", Role::Time),
        ("frametime", Role::Time),
        ("ipsrc", Role::Source),
        ("ipv6src", Role::Source),
        ("ipdst", Role::Destination),
        ("ipv6dst", Role::Destination),
        ("tcpsrcport", Role::SourcePort),
        ("udpsrcport", Role::SourcePort),
        ("tcpdstport", Role::Port),
        ("udpdstport", Role::Port),
        ("ipproto", Role::Protocol),
        ("ipv6nxt", Role::Protocol),
        ("framelen", Role::BytesSent),
        ("tcpflags", Role::Flags),
        ("dnsflagsresponse", Role::Event),
        ("dnsqryname", Role::Query),
        ("dnsflagsrcode", Role::Answer),
        ("tlshandshakeextensionsservername", Role::Host),
        ("httphost", Role::Host),
        ("httprequestmethod", Role::Method),
        ("httprequesturi", Role::Target),
    ],
    meaning: Some(meaning),
    duration: None,
    notes: &["a row is a packet; the packets of a connection count once"],
    ..Format::PLAIN
};

fn meaning(fields: &Fields<'_>) -> Meaning {
    let flags = fields.text(Role::Flags).unwrap_or_default();
    // Some versions write the opening packet's flags with all their digits.
    let opens = matches!(&*flags, b"0x0002" | b"0x00000002" | b"0x02" | b"2");
    Meaning::OneWay(match fields.is(Role::Event, &["1", "true"]) {
        true => Way::Answered,
        false if opens => Way::Asked,
        false => Way::Unclear,
    })
}
