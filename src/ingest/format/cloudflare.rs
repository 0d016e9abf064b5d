//! Cloudflare Logpush: Zero Trust network sessions, Gateway network, and Network Flow (formerly Magic
//! Network Monitoring).

use super::{Format, Shape};
use crate::ingest::fields::Fields;
use crate::ingest::record::{Meaning, Way};
use crate::ingest::roles::Role;

/// `zero_trust_network_sessions`.
pub(super) static SESSIONS: Format = Format {
    name: "cloudflare-sessions",
    shape: Shape::Json(&[&["sessionstarttime", "originip", "originport"]]),
    names: &[
        ("sessionstarttime", Role::Time),
        ("sessionendtime", Role::End),
        // Behind a tunnel the device's own address, else the one it came with.
        ("sourceinternalip", Role::Source),
        ("sourceip", Role::Source),
        ("originip", Role::Destination),
        ("originport", Role::Port),
    ],
    ..Format::PLAIN
};

/// `gateway_network`: sessions as Gateway's rules saw them.
pub(super) static GATEWAY: Format = Format {
    name: "cloudflare-gateway",
    shape: Shape::Json(&[
        &["datetime", "sourceip", "destinationip", "policyid"],
        &["datetime", "sourceip", "destinationip", "detectedprotocol"],
        &["datetime", "sourceip", "destinationip", "sni"],
    ]),
    names: &[("datetime", Role::Time), ("sourceinternalip", Role::Source), ("sourceip", Role::Source)],
    ..Format::PLAIN
};

/// `mnm_flow_logs`: what routers sampled.
pub(super) static SAMPLES: Format = Format {
    name: "cloudflare-network-flow",
    shape: Shape::Json(&[&["sourceaddress", "destinationaddress", "samplerate"]]),
    names: &[
        ("flowtimestamp", Role::Time),
        ("timestamp", Role::Time),
        ("sourceaddress", Role::Source),
        ("sourceport", Role::SourcePort),
        ("destinationaddress", Role::Destination),
        ("destinationport", Role::Port),
        ("protocol", Role::Protocol),
        ("tcpflags", Role::Flags),
    ],
    meaning: Some(meaning),
    duration: None,
    notes: &[
        "records are sampled (SampleRate): most packets were not seen, so that connections are missing and their \
         bytes are not known",
        "records of one direction: answers and continuations count with the connection they belong to",
    ],
    ..Format::PLAIN
};

fn meaning(fields: &Fields<'_>) -> Meaning {
    let opens = fields.number(Role::Flags).is_some_and(|flags| flags & 0x12 == 0x02);
    Meaning::OneWay(if opens { Way::Asked } else { Way::Unclear })
}
