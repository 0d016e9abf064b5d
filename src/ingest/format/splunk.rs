//! Splunk's exports of searches, as CSV or JSON, with the names of its Common Information Model.

use super::definition::{Format, Signature};

pub(super) static CSV: Format = Format {
    name: "splunk-csv",
    signature: Signature::Header("time sourcetype|time raw|time splunkserver"),
    names: NAMES,
    ..Format::PLAIN
};

pub(super) static JSON: Format = Format {
    name: "splunk-json",
    signature: Signature::Json("preview time|time sourcetype"),
    names: NAMES,
    ..Format::PLAIN
};

const NAMES: &str = "time=time source=srcip source=src destination=destip destination=dest query=query";
