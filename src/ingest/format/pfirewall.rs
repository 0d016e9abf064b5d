//! The log of the Windows firewall (pfirewall.log). Times are local.

use super::{Format, Shape};
use crate::ingest::diagnostics::Reason;
use crate::ingest::layout::Refusal;
use crate::ingest::record::Meaning;
use crate::ingest::roles::Role;
use crate::text::pieces::find;

pub(super) static LOG: Format = Format {
    name: "windows-firewall",
    shape: Shape::Lines { mark: "#Fields:", separator },
    names: "time=date time_of_day=time event=action protocol=protocol source_port=srcport \
            flags=tcpflags",
    rules: &[
        (Role::Event, "INFO-EVENTS-LOST", Meaning::Not(Reason::NoData)),
        (Role::Event, "OPEN OPEN-INBOUND", Meaning::Begin),
        (Role::Event, "CLOSE", Meaning::Part { total: true, ends: true }),
        (Role::Event, "ALLOW", Meaning::Flow),
        // A dropped packet that opens nothing is no connection.
        (Role::Flags, "- S", Meaning::Flow),
    ],
    otherwise: Meaning::Not(Reason::OtherEvent),
    notes: &["times are the machine's local ones"],
    ..Format::PLAIN
};

fn separator(text: &[u8]) -> Option<Result<u8, Refusal>> {
    let head = text.get(..512).unwrap_or(text);
    (head.starts_with(b"#Version") && find(head, b"Windows Firewall").is_some()).then_some(Ok(b' '))
}
