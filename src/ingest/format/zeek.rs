//! Zeek's logs: tab-separated with `#` headers, or JSON. conn.log has flows; http.log, ssl.log and quic.log name
//! the hosts of connections in conn.log; dns.log has lookups.
//!
//! Field names are those of Zeek's `base/protocols` scripts. JSON keys may have a dot or an underscore, or
//! be nested; these are treated alike.

use super::definition::{Format, RowRule, Signature};
use crate::ingest::diagnostics::Reason;
use crate::ingest::fields::one_of;
use crate::ingest::record_kind::RecordKind;
use crate::ingest::refusal::Refusal;
use crate::ingest::roles::Role;
use crate::model::error::{Error, ErrorKind};
use crate::text::pieces::{find, first_line};

pub(super) static TSV: Format = Format {
    name: "zeek",
    signature: Signature::Lines { mark: "#fields", separator },
    names: NAMES,
    rules: RULES,
    otherwise: RecordKind::Skip(Reason::OtherEvent),
    notes: NOTES,
    ..Format::PLAIN
};

pub(super) static JSON: Format = Format {
    name: "zeek-json",
    signature: Signature::Json("ts uid idorigh|path writets|stream proc"),
    names: NAMES,
    rules: RULES,
    otherwise: RecordKind::Skip(Reason::OtherEvent),
    notes: NOTES,
    ..Format::PLAIN
};

const NOTES: &[&str] =
    &["connections are read from conn; http, ssl and quic give host names, dns gives lookups"];

const NAMES: &str = "time=ts source_port=idorigp protocol=proto flags=connstate event=stream event=path \
            host=host host=servername method=method target=uri query=query answer=rcodename \
            answer=rcode";

/// The logs with connections or names.
const LOGS: &str = "conn http ssl quic dns";

/// The separator of a log, from its `#` lines, which precede `#fields` in any order.
fn separator(text: &[u8]) -> Option<Result<u8, Refusal>> {
    if !text.starts_with(b"#separator ") && !text.starts_with(b"#fields") {
        return None;
    }
    let separator = match value(text, b"#separator") {
        [b'\\', b'x', high, low] => hexadecimal(*high)? << 4 | hexadecimal(*low)?,
        [b'\\', ..] | [] => b'\t',
        [byte, ..] => *byte,
    };
    let path = value(text, b"\n#path");
    let path = path.strip_prefix(&[separator]).unwrap_or(path);
    if path.is_empty() || one_of(path, LOGS) { Some(Ok(separator)) } else { Some(Err(other_log(path))) }
}

/// The value of a `#` line.
#[inline(never)]
fn value<'a>(text: &'a [u8], mark: &[u8]) -> &'a [u8] {
    let line = find(text, mark).and_then(|at| text.get(at + mark.len()..)).map(first_line);
    line.unwrap_or_default().trim_ascii()
}

fn hexadecimal(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).map(|value| value as u8)
}

#[cold]
fn other_log(path: &[u8]) -> Refusal {
    let path = String::from_utf8_lossy(path);
    let message = format!("found Zeek's log of {path}, expected conn, http, ssl, quic or dns");
    Error::new(ErrorKind::NotFlows, message).with_hint("connections stand in conn.log").into()
}

const RULES: &[RowRule] = &[
    (Role::Event, "!conn http ssl quic dns", RecordKind::Skip(Reason::OtherEvent)),
    // No opening packet was seen, so either end may have begun.
    (Role::Flags, "OTH", RecordKind::UnknownDirection),
    (Role::Flags, "*", RecordKind::Flow),
    (Role::Event, "conn", RecordKind::Flow),
    (Role::Event, "dns", RecordKind::Dns),
    (Role::Query, "*", RecordKind::Dns),
    (Role::Event, "http ssl quic", RecordKind::Host),
    (Role::Host, "*", RecordKind::Host),
    (Role::Method, "*", RecordKind::Host),
];
