//! FortiGate's logs, `key=value`. A traffic record is written when the session is over, and for long ones
//! also in between; its time is that of writing, so that the start is the duration before.

use super::{Format, Shape};
use crate::ingest::diagnostics::Reason;
use crate::ingest::record::Meaning;
use crate::ingest::roles::Role;

pub(super) static LOG: Format = Format {
    name: "fortigate",
    shape: Shape::Pairs("devname= logid= type="),
    names: "time=eventtime time=date time_of_day=time source_port=srcport protocol=proto \
            session=sessionid event=type flags=action host=hostname",
    rules: &[
        (Role::Event, "!traffic utm", Meaning::Not(Reason::OtherEvent)),
        (Role::Event, "utm", Meaning::Host),
        (Role::Flags, "start", Meaning::Begin),
        (Role::Flags, "deny blocked", Meaning::Flow),
        // Also written while a session goes on.
        (Role::Flags, "accept", Meaning::Part { total: true, ends: false }),
    ],
    otherwise: Meaning::Part { total: true, ends: true },
    time_is_end: true,
    notes: &["the start is the time of the record less the session's duration, in whole seconds"],
    ..Format::PLAIN
};
