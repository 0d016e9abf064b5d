//! The log of the Windows firewall (pfirewall.log). Times are local.

use super::definition::{Format, Signature};
use crate::ingest::diagnostics::Reason;
use crate::ingest::record_kind::RecordKind;
use crate::ingest::refusal::Refusal;
use crate::ingest::roles::Role;
use crate::text::pieces::find;

pub(super) static LOG: Format = Format {
    name: "windows-firewall",
    signature: Signature::Lines { mark: "#Fields:", separator },
    names: "time=date time_of_day=time event=action protocol=protocol source_port=srcport \
            flags=tcpflags",
    rules: &[
        (Role::Event, "INFO-EVENTS-LOST", RecordKind::Skip(Reason::NoData)),
        (Role::Event, "OPEN OPEN-INBOUND", RecordKind::Begin),
        (Role::Event, "CLOSE", RecordKind::Part { total: true, ends: true }),
        (Role::Event, "ALLOW", RecordKind::Flow),
        // Dropped packets without SYN alone are not connections.
        (Role::Flags, "- S", RecordKind::Flow),
    ],
    otherwise: RecordKind::Skip(Reason::OtherEvent),
    notes: &["times are the machine's local ones"],
    ..Format::PLAIN
};

fn separator(text: &[u8]) -> Option<Result<u8, Refusal>> {
    let head = text.get(..512).unwrap_or(text);
    (head.starts_with(b"#Version") && find(head, b"Windows Firewall").is_some()).then_some(Ok(b' '))
}
