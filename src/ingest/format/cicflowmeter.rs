//! CICFlowMeter's CSV, in the spellings of its versions and of the CIC data sets.
//!
//! The day stands before the month (its date format is `dd/MM/yyyy hh:mm:ss a`); durations are in
//! microseconds. Forward is the way of the first packet.

use super::{Format, Shape};
use crate::ingest::roles::Role;
use crate::ingest::value::time::TimeUnit;

pub(super) static CSV: Format = Format {
    name: "cicflowmeter",
    shape: Shape::Header(&[
        &["flowduration", "timestamp", "totlenfwdpkts"],
        &["flowduration", "timestamp", "totallengthoffwdpackets"],
        &["flowduration", "timestamp", "totallengthoffwdpacket"],
    ]),
    names: &[
        ("timestamp", Role::Time),
        ("flowduration", Role::Duration),
        ("totlenfwdpkts", Role::BytesSent),
        ("totallengthoffwdpackets", Role::BytesSent),
        ("totallengthoffwdpacket", Role::BytesSent),
        ("totlenbwdpkts", Role::BytesReceived),
        ("totallengthofbwdpackets", Role::BytesReceived),
        ("totallengthofbwdpacket", Role::BytesReceived),
    ],
    duration: Some(TimeUnit::Microseconds),
    day_first: true,
    notes: &["dates are read with the day before the month; hours without AM and PM as they stand"],
    ..Format::PLAIN
};
