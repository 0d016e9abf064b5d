//! nfstream's CSV: bidirectional flows, times and durations in milliseconds.

use super::definition::{Format, Signature};
use crate::text::value::time_format::TimeUnit;

pub(super) static CSV: Format = Format {
    name: "nfstream",
    signature: Signature::Header("bidirectionalfirstseenms srcip dstip"),
    names: "time=bidirectionalfirstseenms duration=bidirectionaldurationms host=requestedservername",
    duration: Some(TimeUnit::Milliseconds),
    ..Format::PLAIN
};
