//! CICFlowMeter's CSV, in the spellings of its versions and of the CIC data sets.
//!
//! The day comes before the month (the date format is `dd/MM/yyyy hh:mm:ss a`). Durations are in microseconds. Forward is
//! the direction of the first packet.

use super::definition::{Format, Signature};
use crate::text::value::time_format::TimeUnit;

pub(super) static CSV: Format = Format {
    name: "cicflowmeter",
    signature: Signature::Header(
        "flowduration timestamp totlenfwdpkts|flowduration timestamp totallengthoffwdpackets|flowduration timestamp totallengthoffwdpacket",
    ),
    names: "time=timestamp duration=flowduration bytes_sent=totlenfwdpkts \
            bytes_sent=totallengthoffwdpackets bytes_sent=totallengthoffwdpacket \
            bytes_received=totlenbwdpkts bytes_received=totallengthofbwdpackets \
            bytes_received=totallengthofbwdpacket",
    duration: Some(TimeUnit::Microseconds),
    day_first: true,
    notes: &["dates are read with the day before the month; hours without AM and PM as they stand"],
    ..Format::PLAIN
};
