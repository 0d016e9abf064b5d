//! nfdump's texts: csv, the aligned lines (line, long, extended, biline), pipe and json.
//!
//! Records are one-way: a connection is at least two, and a long one many. See `sessions`. Summaries
//! follow the records. Times have no zone, and in csv no fractions.

use super::{Format, Shape};
use crate::ingest::diagnostics::Reason;
use crate::ingest::fields::Fields;
use crate::ingest::record::{Meaning, Way};
use crate::ingest::roles::Role;
use crate::ingest::rows::Cut;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const NOTES: &[&str] =
    &["records of one direction: answers and continuations count with the connection they belong to"];

pub(super) static CSV: Format = Format {
    name: "nfdump-csv",
    shape: Shape::Header(&[&["ts", "te", "sa", "da", "sp", "dp", "ibyt"]]),
    names: &[
        ("ts", Role::Time),
        ("te", Role::End),
        ("td", Role::Duration),
        ("sa", Role::Source),
        ("da", Role::Destination),
        ("sp", Role::SourcePort),
        ("dp", Role::Port),
        ("pr", Role::Protocol),
        ("flg", Role::Flags),
        ("ibyt", Role::BytesSent),
        ("obyt", Role::BytesReceived),
    ],
    meaning: Some(meaning),
    notes: NOTES,
    ..Format::PLAIN
};

pub(super) static JSON: Format = Format {
    name: "nfdump-json",
    shape: Shape::Json(&[
        &["first", "last", "src4addr", "dst4addr"],
        &["first", "last", "src6addr", "dst6addr"],
    ]),
    names: &[
        ("first", Role::Time),
        ("last", Role::End),
        ("src4addr", Role::Source),
        ("src6addr", Role::Source),
        ("dst4addr", Role::Destination),
        ("dst6addr", Role::Destination),
        ("srcport", Role::SourcePort),
        ("dstport", Role::Port),
        ("icmptype", Role::Port),
        ("proto", Role::Protocol),
        ("tcpflags", Role::Flags),
        ("inbytes", Role::BytesSent),
        ("outbytes", Role::BytesReceived),
    ],
    meaning: Some(meaning),
    notes: NOTES,
    ..Format::PLAIN
};

pub(super) static LINES: Format = Format {
    name: "nfdump-lines",
    shape: Shape::Own { looks: looks_like_lines, cut: Cut::Lines, read: read_line },
    meaning: Some(meaning),
    notes: NOTES,
    ..Format::PLAIN
};

pub(super) static PIPE: Format = Format {
    name: "nfdump-pipe",
    shape: Shape::Own { looks: looks_like_pipe, cut: Cut::Lines, read: read_pipe },
    meaning: Some(meaning),
    notes: NOTES,
    ..Format::PLAIN
};

fn meaning(fields: &Fields<'_>) -> Meaning {
    // The summary's rows are shorter, and begin with no date.
    if fields.raw(Role::Port).is_none() && !fields.text(Role::Time).unwrap_or_default().contains(&b'-') {
        return Meaning::Not(Reason::Trailer);
    }
    Meaning::OneWay(way(&fields.text(Role::Flags).unwrap_or_default()))
}

/// Only the first packet of a connection has SYN and not ACK. Flags are those of all packets together, as
/// letters (`...AP.SF`) or as a number.
fn way(flags: &[u8]) -> Way {
    let number: Option<u8> = std::str::from_utf8(flags).ok().and_then(|flags| flags.parse().ok());
    let (syn, ack) = match number {
        Some(bits) => (bits & 0x02 != 0, bits & 0x10 != 0),
        None => (flags.contains(&b'S'), flags.contains(&b'A')),
    };
    if syn && !ack { Way::Asked } else { Way::Unclear }
}

// ------------------------------------------------------------------------------------- aligned lines

/// A header, or (with `-q`) a first line that can be read.
fn looks_like_lines(text: &[u8]) -> Option<usize> {
    let line = text.split_inclusive(|&b| b == b'\n').next()?;
    if line.starts_with(b"Date f") && line.windows(8).any(|w| w == b"Duration") {
        return Some(line.len());
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
        fields.set(role, word(&mut rest)?);
    }
    let (address, port) = end_of(word(&mut rest)?);
    fields.set(Role::Source, address);
    fields.set(Role::SourcePort, port);
    let arrow = word(&mut rest)?;
    if !matches!(arrow, b"->" | b"<->") {
        return Err(Reason::Destination);
    }
    let (address, port) = end_of(word(&mut rest)?);
    fields.set(Role::Destination, address);
    fields.set(Role::Port, port);
    let count = word(&mut rest)?;
    if count.len() >= 6 && count.iter().all(|b| b".CEUAPRSFX".contains(b)) {
        fields.set(Role::Flags, count);
        // The type of service; then the packets.
        word(&mut rest)?;
        word(&mut rest)?;
    }
    if arrow == b"<->" {
        // Out Pkt, In Pkt, Out Byte, In Byte: "in" is what the source sent.
        word(&mut rest)?;
        fields.set(Role::BytesReceived, word(&mut rest)?);
    }
    fields.set(Role::BytesSent, word(&mut rest)?);
    Ok(())
}

/// Takes the next word; the unit that may follow a number (`1.2 M`) belongs to it.
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
    let line = text.split(|&b| b == b'\n').next()?;
    let numbers = line.trim_ascii_end().iter().all(|b| b.is_ascii_digit() || *b == b'|');
    (numbers && read_pipe(line, &mut Fields::new()).is_ok()).then_some(0)
}

/// `AF|FIRST|LAST|PROTO|SRC×4|PORT|DST×4|PORT|AS|AS|IN|OUT|FLAGS|TOS|PACKETS|BYTES`: times in milliseconds,
/// or (before version 1.7) in seconds and milliseconds apart.
fn read_pipe<'a>(row: &'a [u8], fields: &mut Fields<'a>) -> Result<(), Reason> {
    let words: Vec<&[u8]> = row.split(|&b| b == b'|').collect();
    let apart = match words.len() {
        22 => 0,
        24 => 1,
        _ => return Err(Reason::TooShort),
    };
    let at = |place: usize| words.get(place).copied().unwrap_or_default();
    fields.set(Role::Time, at(1));
    if apart == 0 {
        fields.set(Role::End, at(2));
    } else {
        let number = |place| std::str::from_utf8(at(place)).ok().and_then(|text| text.parse::<i64>().ok());
        let micros = number(1)
            .zip(number(2))
            .and_then(|(s, ms)| s.checked_mul(1000)?.checked_add(ms)?.checked_mul(1000));
        fields.start = Some(micros.ok_or(Reason::Time)?);
    }
    let after = 3 + 2 * apart;
    fields.set(Role::Protocol, at(after));
    let address = |first: usize| {
        let part = |place| std::str::from_utf8(at(place)).ok().and_then(|text| text.parse::<u32>().ok());
        let parts = [part(first)?, part(first + 1)?, part(first + 2)?, part(first + 3)?];
        let [_, _, _, v4] = parts;
        Some(match at(0) {
            b"10" => IpAddr::V6(Ipv6Addr::from(
                parts.into_iter().fold(0_u128, |bits, part| bits << 32 | u128::from(part)),
            )),
            _ => IpAddr::V4(Ipv4Addr::from(v4)),
        })
    };
    let source = address(after + 1).ok_or(Reason::Source)?;
    let destination = address(after + 6).ok_or(Reason::Destination)?;
    fields.ends = Some([source, destination]);
    fields.set(Role::SourcePort, at(after + 5));
    fields.set(Role::Port, at(after + 10));
    fields.set(Role::Flags, at(after + 15));
    fields.set(Role::BytesSent, at(after + 18));
    Ok(())
}
