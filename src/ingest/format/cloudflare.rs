//! Cloudflare Logpush: Zero Trust network sessions, Gateway network, and Network Flow (formerly Magic
//! Network Monitoring).

use super::definition::{Format, Signature};
use crate::ingest::record_kind::{FlowDirection, RecordKind};
use crate::ingest::roles::Role;

/// `zero_trust_network_sessions`.
pub(super) static SESSIONS: Format = Format {
    name: "cloudflare-sessions",
    signature: Signature::Json("sessionstarttime originip originport"),
    names: "time=sessionstarttime end=sessionendtime source=sourceinternalip source=sourceip \
            destination=originip port=originport",
    ..Format::PLAIN
};

/// `gateway_network`: sessions to which the rules of Gateway were applied.
pub(super) static GATEWAY: Format = Format {
    name: "cloudflare-gateway",
    signature: Signature::Json(
        "datetime sourceip destinationip policyid|datetime sourceip destinationip detectedprotocol|datetime sourceip destinationip sni",
    ),
    names: "time=datetime source=sourceinternalip source=sourceip",
    ..Format::PLAIN
};

/// `mnm_flow_logs`: samples of routers.
pub(super) static SAMPLES: Format = Format {
    name: "cloudflare-network-flow",
    signature: Signature::Json("sourceaddress destinationaddress samplerate"),
    names: "time=flowtimestamp time=timestamp source_port=sourceport protocol=protocol \
            flags=tcpflags",
    rules: &[(Role::Flags, "2", RecordKind::OneWay(FlowDirection::Initiator))],
    otherwise: RecordKind::OneWay(FlowDirection::Unknown),
    duration: None,
    notes: &[
        "records are sampled (SampleRate): most packets were not seen, so that connections are missing and their \
         bytes are not known",
        "records of one direction: answers and continuations count with the connection they belong to",
    ],
    ..Format::PLAIN
};
