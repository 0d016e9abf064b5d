//! The log of the Windows firewall (pfirewall.log). Times are local.

use super::{Format, Shape};
use crate::ingest::diagnostics::Reason;
use crate::ingest::fields::Fields;
use crate::ingest::layout::Refusal;
use crate::ingest::record::Meaning;
use crate::ingest::roles::Role;
use crate::ingest::text::find;

pub(super) static LOG: Format = Format {
    name: "windows-firewall",
    shape: Shape::Lines { mark: "#Fields:", separator },
    names: &[
        ("date", Role::Time),
        ("time", Role::TimeOfDay),
        ("action", Role::Event),
        ("protocol", Role::Protocol),
        ("srcip", Role::Source),
        ("srcport", Role::SourcePort),
        ("dstip", Role::Destination),
        ("dstport", Role::Port),
        ("tcpflags", Role::Flags),
    ],
    meaning: Some(meaning),
    notes: &["times are the machine's local ones"],
    ..Format::PLAIN
};

fn separator(text: &[u8]) -> Option<Result<u8, Refusal>> {
    let head = text.get(..512).unwrap_or(text);
    (head.starts_with(b"#Version") && find(head, b"Windows Firewall").is_some()).then_some(Ok(b' '))
}

fn meaning(fields: &Fields<'_>) -> Meaning {
    let is = |words| fields.is(Role::Event, words);
    // A dropped packet that opens nothing is no connection.
    let stray = fields.value(Role::Flags).is_some_and(|flags| !flags.contains(&b'S'));
    if is(&["OPEN", "OPEN-INBOUND"]) {
        Meaning::Begin
    } else if is(&["CLOSE"]) {
        Meaning::Part { total: true, ends: true }
    } else if is(&["ALLOW"]) || (is(&["DROP"]) && !stray) {
        Meaning::Flow
    } else if is(&["INFO-EVENTS-LOST"]) {
        Meaning::Not(Reason::NoData)
    } else {
        Meaning::Not(Reason::OtherEvent)
    }
}
