//! Records in the Elastic Common Schema: JSON (bare, or from a search or dump), and CSV from Kibana.

use super::definition::{Format, RowRule, Signature};
use crate::ingest::record_kind::RecordKind;
use crate::ingest::roles::Role;
use crate::text::value::time_format::TimeUnit;

pub(super) static JSON: Format = Format {
    name: "ecs-json",
    signature: Signature::Json(SETS),
    names: NAMES,
    rules: RULES,
    duration: Some(TimeUnit::Nanoseconds),
    ..Format::PLAIN
};

pub(super) static CSV: Format = Format {
    name: "ecs-csv",
    signature: Signature::Header(SETS),
    names: NAMES,
    rules: RULES,
    duration: Some(TimeUnit::Nanoseconds),
    ..Format::PLAIN
};

/// Fields that identify the schema, together with names of the ends that other exports use too.
const SETS: &str = "timestamp sourceip destinationip eventdataset|timestamp sourceip destinationip ecsversion|timestamp sourceip destinationip networktransport|timestamp sourceip destinationip eventstart";

const NAMES: &str = "time=eventstart time=timestamp end=eventend duration=eventduration \
            source_port=sourceport protocol=networktransport bytes_total=networkbytes \
            event=eventdataset session=flowid flags=flowfinal host=tlsclientservername \
            host=urldomain host=destinationdomain query=dnsquestionname answer=dnsresponsecode \
            process=processexecutable";

const RULES: &[RowRule] = &[
    (Role::Event, "dns zeek.dns network_traffic.dns", RecordKind::Dns),
    (Role::Event, "http tls zeek.http zeek.ssl network_traffic.http network_traffic.tls", RecordKind::Host),
    // Packetbeat reports a flow repeatedly while it continues.
    (Role::Flags, "true", RecordKind::Part { total: true, ends: true }),
    (Role::Flags, "false", RecordKind::Part { total: true, ends: false }),
    (Role::Query, "*", RecordKind::Dns),
];
