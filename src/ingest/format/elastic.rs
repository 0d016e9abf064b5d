//! Records in the Elastic Common Schema: JSON (bare, or from a search or dump), and CSV from Kibana.

use super::{Format, Rule, Shape};
use crate::ingest::record::Meaning;
use crate::ingest::roles::Role;
use crate::text::value::time::TimeUnit;

pub(super) static JSON: Format = Format {
    name: "ecs-json",
    shape: Shape::Json(SETS),
    names: NAMES,
    rules: RULES,
    duration: Some(TimeUnit::Nanoseconds),
    ..Format::PLAIN
};

pub(super) static CSV: Format = Format {
    name: "ecs-csv",
    shape: Shape::Header(SETS),
    names: NAMES,
    rules: RULES,
    duration: Some(TimeUnit::Nanoseconds),
    ..Format::PLAIN
};

/// Names that say "ECS" beside the ends, which others call so too.
const SETS: &str = "timestamp sourceip destinationip eventdataset|timestamp sourceip destinationip ecsversion|timestamp sourceip destinationip networktransport|timestamp sourceip destinationip eventstart";

const NAMES: &str = "time=eventstart time=timestamp end=eventend duration=eventduration \
            source_port=sourceport protocol=networktransport bytes_total=networkbytes \
            event=eventdataset session=flowid flags=flowfinal host=tlsclientservername \
            host=urldomain host=destinationdomain query=dnsquestionname answer=dnsresponsecode \
            process=processexecutable";

const RULES: &[Rule] = &[
    (Role::Event, "dns zeek.dns network_traffic.dns", Meaning::Dns),
    (Role::Event, "http tls zeek.http zeek.ssl network_traffic.http network_traffic.tls", Meaning::Host),
    // Packetbeat tells a flow again and again while it goes on.
    (Role::Flags, "true", Meaning::Part { total: true, ends: true }),
    (Role::Flags, "false", Meaning::Part { total: true, ends: false }),
    (Role::Query, "*", Meaning::Dns),
];
