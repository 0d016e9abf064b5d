//! tshark's field exports (`-T fields -E header=y`): a row is a packet, named as its fields are.
//!
//! Packets of one connection count once (see `sessions`); the first one tells who began it.

use super::{Format, Shape};
use crate::ingest::record::{Meaning, Way};
use crate::ingest::roles::Role;

pub(super) static FIELDS: Format = Format {
    name: "tshark-fields",
    shape: Shape::Header("frametimeepoch ipsrc|frametime ipsrc|frametimeepoch ipv6src"),
    names: "time=frametimeepoch time=frametime source=ipsrc source=ipv6src destination=ipdst \
            destination=ipv6dst source_port=tcpsrcport source_port=udpsrcport port=tcpdstport \
            port=udpdstport protocol=ipproto protocol=ipv6nxt bytes_sent=framelen flags=tcpflags \
            event=dnsflagsresponse query=dnsqryname answer=dnsflagsrcode \
            host=tlshandshakeextensionsservername host=httphost method=httprequestmethod \
            target=httprequesturi",
    rules: &[
        (Role::Event, "1 true", Meaning::OneWay(Way::Answered)),
        // The opening packet's flags, with as many digits as some versions write.
        (Role::Flags, "0x0002 0x00000002 0x02 2", Meaning::OneWay(Way::Asked)),
    ],
    otherwise: Meaning::OneWay(Way::Unclear),
    duration: None,
    notes: &["a row is a packet; the packets of a connection count once"],
    ..Format::PLAIN
};
