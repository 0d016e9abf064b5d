//! Argus' `ra`: CSV or tabs, with or without a header, from 13 columns on.
//!
//! `Dir` tells who began the flow (ra(1)): `->` the source, `<-` the destination; a `?` in it says that
//! this was not seen. Times have no zone. Rows of protocols below IP have no addresses that mean anything
//! here.

use super::{Format, PlacesCut, Rule, Shape};
use crate::ingest::diagnostics::Reason;
use crate::ingest::record::Meaning;
use crate::ingest::roles::Role;

const NAMES: &str = "time=starttime source_port=sport direction=dir protocol=proto";

pub(super) static HEADER: Format = Format {
    name: "argus",
    shape: Shape::Header("starttime srcaddr dir dstaddr"),
    names: NAMES,
    rules: RULES,
    ..Format::PLAIN
};

pub(super) static HEADERLESS: Format = Format {
    name: "argus",
    shape: Shape::Places {
        fields: [14, 20],
        looks: &[(0, "/"), (2, PROTOCOLS), (13, "#")],
        separators: b",\t",
        cut: PlacesCut::Table,
        places: PLACES,
    },
    rules: RULES,
    notes: NOTES,
    ..Format::PLAIN
};

/// The shortest variant, without the source's bytes.
pub(super) static SHORT: Format = Format {
    name: "argus",
    shape: Shape::Places {
        fields: [13, 20],
        looks: &[(0, "/"), (2, PROTOCOLS)],
        separators: b",\t",
        cut: PlacesCut::Table,
        places: match PLACES.split_last() {
            Some((_, places)) => places,
            None => PLACES,
        },
    },
    rules: RULES,
    notes: NOTES,
    ..Format::PLAIN
};

/// What a first row may be of.
const PROTOCOLS: &str = "tcp udp icmp ipv6-icmp igmp arp man llc";

const NOTES: &[&str] = &["without a header, columns are taken in the order of CTU's binetflow files"];

/// The places that all variants have, and last the one that the shortest has not.
const PLACES: &[(Role, usize)] = &[
    (Role::Time, 0),
    (Role::Duration, 1),
    (Role::Protocol, 2),
    (Role::Source, 3),
    (Role::SourcePort, 4),
    (Role::Direction, 5),
    (Role::Destination, 6),
    (Role::Port, 7),
    (Role::BytesTotal, 12),
    (Role::BytesSent, 13),
];

const RULES: &[Rule] = &[
    (Role::Protocol, "arp rarp llc man lldp ipx isis stp", Meaning::Not(Reason::NotIp)),
    (Role::Direction, "<- <|", Meaning::Reversed),
    (Role::Direction, "!-> <-> |> <|> who", Meaning::Unclear),
];
