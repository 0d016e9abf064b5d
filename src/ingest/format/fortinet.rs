//! FortiGate's logs, `key=value`. A traffic record is written when the session is over, and for long ones
//! also in between; its time is that of writing, so that the start is the duration before.

use super::{Format, Shape};
use crate::ingest::diagnostics::Reason;
use crate::ingest::fields::Fields;
use crate::ingest::record::Meaning;
use crate::ingest::roles::Role;
use crate::ingest::text::{find, first_line};

pub(super) static LOG: Format = Format {
    name: "fortigate",
    shape: Shape::Pairs(looks),
    names: &[
        ("eventtime", Role::Time),
        ("date", Role::Time),
        ("time", Role::TimeOfDay),
        ("srcip", Role::Source),
        ("srcport", Role::SourcePort),
        ("dstip", Role::Destination),
        ("dstport", Role::Port),
        ("proto", Role::Protocol),
        ("sentbyte", Role::BytesSent),
        ("rcvdbyte", Role::BytesReceived),
        ("duration", Role::Duration),
        ("sessionid", Role::Session),
        ("type", Role::Event),
        ("action", Role::Flags),
        ("hostname", Role::Host),
    ],
    meaning: Some(meaning),
    time_is_end: true,
    notes: &["the start is the time of the record less the session's duration, in whole seconds"],
    ..Format::PLAIN
};

fn looks(text: &[u8]) -> bool {
    let line = first_line(text);
    [b"logid=".as_slice(), b"type=", b"devname="].iter().filter(|word| find(line, word).is_some()).count()
        >= 2
}

fn meaning(fields: &Fields<'_>) -> Meaning {
    let is = |words| fields.is(Role::Flags, words);
    if !fields.is(Role::Event, &["traffic"]) {
        return if fields.has(Role::Host) { Meaning::Host } else { Meaning::Not(Reason::OtherEvent) };
    }
    if is(&["start"]) {
        Meaning::Begin
    } else if is(&["deny", "blocked"]) {
        Meaning::Flow
    } else {
        // "accept" is also written while a session goes on.
        Meaning::Part { total: true, ends: !is(&["accept"]) }
    }
}
