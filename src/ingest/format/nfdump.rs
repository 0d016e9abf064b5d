//! nfdump's output formats: csv, the aligned lines (line, long, extended, biline), pipe and json.
//!
//! Records are one-way: a connection has at least two records, and a long one has many (see `sessions`). Summaries follow
//! the records. Times have no zone, and in csv no fractions.

use super::definition::{Format, RowRule, Signature};
use crate::ingest::diagnostics::Reason;
use crate::ingest::fields::Fields;
use crate::ingest::record_kind::{FlowDirection, RecordKind};
use crate::ingest::roles::Role;
use crate::text::pieces::{cut, find, first_line};
use crate::text::value::number;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const NOTES: &[&str] =
    &["records of one direction: answers and continuations count with the connection they belong to"];

pub(super) static CSV: Format = Format {
    name: "nfdump-csv",
    signature: Signature::Header("ts te sa da sp dp ibyt"),
    names: "time=ts source_port=sp protocol=pr flags=flg",
    rules: RULES,
    otherwise: RecordKind::OneWay(FlowDirection::Unknown),
    notes: NOTES,
    ..Format::PLAIN
};

pub(super) static JSON: Format = Format {
    name: "nfdump-json",
    signature: Signature::Json("first last src4addr dst4addr|first last src6addr dst6addr"),
    names: "time=first end=last source=src4addr source=src6addr destination=dst4addr \
            destination=dst6addr source_port=srcport port=dstport port=icmptype protocol=proto \
            flags=tcpflags bytes_sent=inbytes bytes_received=outbytes",
    rules: &[OPENS],
    otherwise: RecordKind::OneWay(FlowDirection::Unknown),
    notes: NOTES,
    ..Format::PLAIN
};

pub(super) static LINES: Format = Format {
    name: "nfdump-lines",
    signature: Signature::Custom { detect: looks_like_lines, extract: read_line },
    rules: RULES,
    otherwise: RecordKind::OneWay(FlowDirection::Unknown),
    notes: NOTES,
    ..Format::PLAIN
};

pub(super) static PIPE: Format = Format {
    name: "nfdump-pipe",
    signature: Signature::Custom { detect: looks_like_pipe, extract: read_pipe },
    rules: RULES,
    otherwise: RecordKind::OneWay(FlowDirection::Unknown),
    notes: NOTES,
    ..Format::PLAIN
};

const RULES: &[RowRule] = &[
    // Rows of the summary are shorter.
    (Role::Port, "", RecordKind::Skip(Reason::Trailer)),
    OPENS,
];

/// Only the first packet of a connection has SYN without ACK. Flags are those of all packets of the record.
const OPENS: RowRule = (Role::Flags, "......S. ....S. 2", RecordKind::OneWay(FlowDirection::Initiator));

// ------------------------------------------------------------------------------------- aligned lines

/// A header, or (with `-q`) a first line that can be parsed.
fn looks_like_lines(text: &[u8]) -> Option<usize> {
    let line = first_line(text);
    if line.starts_with(b"Date f") && find(line, b"Duration").is_some() {
        return find(text, b"\n").map(|at| at + 1);
    }
    read_line(line, &mut Fields::new()).is_ok().then_some(0)
}

/// `DATE TIME DURATION PROTO SRC:PORT -> DST:PORT [FLAGS TOS] PACKETS BYTES …`, with blanks or tabs; two
/// packet and two byte counts after `<->`.
fn read_line<'a>(row: &'a [u8], fields: &mut Fields<'a>) -> Result<(), Reason> {
    if !row.first().is_some_and(u8::is_ascii_digit) {
        return Err(if row.starts_with(b"Date f") { Reason::Header } else { Reason::Trailer });
    }
    let mut rest = row;
    for role in [Role::Time, Role::TimeOfDay, Role::Duration, Role::Protocol] {
        fields.put(role, word(&mut rest)?);
    }
    let (address, port) = end_of(word(&mut rest)?);
    fields.put(Role::Source, address);
    fields.put(Role::SourcePort, port);
    let arrow = word(&mut rest)?;
    if !matches!(arrow, b"->" | b"<->") {
        return Err(Reason::Destination);
    }
    let (address, port) = end_of(word(&mut rest)?);
    fields.put(Role::Destination, address);
    fields.put(Role::Port, port);
    let count = word(&mut rest)?;
    if count.len() >= 6 && count.iter().all(|b| b".CEUAPRSFX".contains(b)) {
        fields.put(Role::Flags, count);
        // The type of service; then the packets.
        word(&mut rest)?;
        word(&mut rest)?;
    }
    if arrow == b"<->" {
        // Out Pkt, In Pkt, Out Byte, In Byte: "in" is what the source sent.
        word(&mut rest)?;
        fields.put(Role::BytesReceived, word(&mut rest)?);
    }
    fields.put(Role::BytesSent, word(&mut rest)?);
    Ok(())
}

/// Consumes the next word, with the unit that may follow a number (`1.2 M`).
#[inline(never)]
fn word<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8], Reason> {
    let text = rest.trim_ascii_start();
    let mut len = text.iter().position(u8::is_ascii_whitespace).unwrap_or(text.len());
    if let Some([b' ', b'K' | b'M' | b'G' | b'T', b' ', ..]) = text.get(len..) {
        len += 2;
    }
    let (word, after) = text.split_at(len);
    *rest = after;
    if word.is_empty() { Err(Reason::TooShort) } else { Ok(word) }
}

/// `192.0.2.1:443`, `2001:db8::1.443`; of `192.0.2.1:8.0` (ICMP type and code) the type.
fn end_of(text: &[u8]) -> (&[u8], &[u8]) {
    let colon = text.iter().position(|&b| b == b':');
    let dot = text.iter().rposition(|&b| b == b'.');
    let v4 = text.iter().position(|&b| b == b'.') < colon;
    let Some(at) = (if v4 { colon } else { dot }) else { return (text, b"") };
    let (address, port) = text.split_at(at);
    let port = port.get(1..).unwrap_or_default();
    (address, port.split(|b| b".:".contains(b)).next().unwrap_or_default())
}

// ---------------------------------------------------------------------------------------------- pipe

fn looks_like_pipe(text: &[u8]) -> Option<usize> {
    let line = first_line(text);
    let numbers = line.iter().all(|b| b.is_ascii_digit() || *b == b'|');
    (numbers && read_pipe(line, &mut Fields::new()).is_ok()).then_some(0)
}

/// `AF|FIRST|LAST|PROTO|SRC×4|PORT|DST×4|PORT|AS|AS|IN|OUT|FLAGS|TOS|PACKETS|BYTES`, as from version 1.7 on:
/// times in milliseconds, addresses as four numbers.
fn read_pipe<'a>(row: &'a [u8], fields: &mut Fields<'a>) -> Result<(), Reason> {
    let words = cut(row, b'|');
    if words.len() != 22 {
        return Err(Reason::TooShort);
    }
    for (role, at) in [
        (Role::Time, 1),
        (Role::End, 2),
        (Role::Protocol, 3),
        (Role::SourcePort, 8),
        (Role::Port, 13),
        (Role::Flags, 18),
        (Role::BytesSent, 21),
    ] {
        fields.put(role, words.get(at).copied().unwrap_or_default());
    }
    let source = address(&words, 4).ok_or(Reason::Source)?;
    let destination = address(&words, 9).ok_or(Reason::Destination)?;
    fields.ends = Some([source, destination]);
    Ok(())
}

/// An address of four numbers, of which IPv4 addresses use the last one.
#[inline(never)]
fn address(words: &[&[u8]], first: usize) -> Option<IpAddr> {
    let mut bits = 0_u128;
    for word in words.get(first..first + 4)? {
        bits = bits << 32 | u128::from(u32::try_from(number::bytes(word)?).ok()?);
    }
    Some(match words.first() {
        Some(&b"10") => IpAddr::V6(Ipv6Addr::from_bits(bits)),
        _ => IpAddr::V4(Ipv4Addr::from_bits(bits as u32)),
    })
}
