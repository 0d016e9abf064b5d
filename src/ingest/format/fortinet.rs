//! FortiGate's logs, `key=value`. A traffic record is written at the end of a session, and at intervals for long
//! sessions. Its time is that of writing; the start is the duration before.

use super::definition::{Format, Signature};
use crate::ingest::diagnostics::Reason;
use crate::ingest::record_kind::RecordKind;
use crate::ingest::roles::Role;

pub(super) static LOG: Format = Format {
    name: "fortigate",
    signature: Signature::KeyValue("devname= logid= type="),
    names: "time=eventtime time=date time_of_day=time source_port=srcport protocol=proto \
            session=sessionid event=type flags=action host=hostname",
    rules: &[
        (Role::Event, "!traffic utm", RecordKind::Skip(Reason::OtherEvent)),
        (Role::Event, "utm", RecordKind::Host),
        (Role::Flags, "start", RecordKind::Begin),
        (Role::Flags, "deny blocked", RecordKind::Flow),
        // Also written while a session continues.
        (Role::Flags, "accept", RecordKind::Part { total: true, ends: false }),
    ],
    otherwise: RecordKind::Part { total: true, ends: true },
    time_is_end: true,
    notes: &["the start is the time of the record less the session's duration, in whole seconds"],
    ..Format::PLAIN
};
