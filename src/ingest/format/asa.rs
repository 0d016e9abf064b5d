//! Cisco ASA's syslog (also FTD's): connections built (302013, 302015) and torn down (302014, 302016).
//!
//! `Built outbound TCP connection 7 for outside:203.0.113.9/443 (…) to inside:10.0.0.5/51000 (…)`: outbound
//! connections go from the second end to the first, inbound ones from the first to the second.
//! `Teardown TCP connection 7 for … to … duration 0:00:10 bytes 1234 …` has no direction.

use super::definition::{Format, Signature};
use crate::ingest::diagnostics::Reason;
use crate::ingest::fields::Fields;
use crate::ingest::json::find_byte;
use crate::ingest::record_kind::{FlowDirection, RecordKind};
use crate::ingest::roles::Role;
use crate::text::pieces::words;
use crate::text::value::calendar::month;
use crate::text::value::number::port;

pub(super) static SYSLOG: Format = Format {
    name: "cisco-asa",
    signature: Signature::Custom { detect, extract },
    rules: &[(Role::Direction, "*", RecordKind::Begin)],
    otherwise: RecordKind::Part { total: true, ends: true },
    time_is_end: true,
    notes: &[
        "a connection's beginning and end count once; bytes are told only as a total, and count as 0",
        "times that name no year are read as in 2000",
    ],
    ..Format::PLAIN
};

/// Position of the message.
fn message(line: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += find_byte(line.get(at..)?, b'%')?;
        if matches!(line.get(at..at + 5), Some(b"%ASA-" | b"%FTD-" | b"%PIX-")) {
            return Some(at);
        }
        at += 1;
    }
}

/// Whether any of the first lines is a message.
fn detect(text: &[u8]) -> Option<usize> {
    message(text.get(..4096).unwrap_or(text)).map(|_| 0)
}

fn extract<'a>(row: &'a [u8], fields: &mut Fields<'a>) -> Result<(), Reason> {
    let (before, text) = row.split_at(message(row).ok_or(Reason::OtherEvent)?);
    let words = words(text, b" ");
    let built = match words.first().and_then(|number| number.strip_suffix(b":")?.last_chunk::<6>()) {
        Some(b"302013" | b"302015") => true,
        Some(b"302014" | b"302016") => false,
        _ => return Err(Reason::OtherEvent),
    };
    fields.put(Role::Time, time(before).ok_or(Reason::Time)?);
    // "Built" is followed by the direction.
    let word = |at: usize| words.get(at + usize::from(built)).copied().unwrap_or_default();
    fields.put(Role::Protocol, word(2));
    fields.put(Role::Session, word(4));
    let after = |mark: &[u8]| {
        let at = words.iter().position(|word| *word == mark)?;
        words.get(at + 1).copied()
    };
    let mut destination = end_of(after(b"for").ok_or(Reason::TooShort)?);
    let mut source = end_of(after(b"to").ok_or(Reason::TooShort)?);
    if let Some(duration) = after(b"duration") {
        fields.put(Role::Duration, duration);
    }
    let backwards = if built {
        fields.put(Role::Direction, word(1));
        word(1) == b"inbound"
    } else {
        FlowDirection::by_ports(port(source.1).unwrap_or(0), port(destination.1).unwrap_or(0))
            == FlowDirection::Responder
    };
    if backwards {
        std::mem::swap(&mut source, &mut destination);
    }
    fields.put(Role::Source, source.0);
    fields.put(Role::SourcePort, source.1);
    fields.put(Role::Destination, destination.0);
    fields.put(Role::Port, destination.1);
    Ok(())
}

/// Address and port of `interface:address/port`, which may be followed by a user in brackets.
fn end_of(text: &[u8]) -> (&[u8], &[u8]) {
    let text = text.split(|&b| b == b'(').next().unwrap_or_default();
    let colon = text.iter().position(|&b| b == b':').map_or(0, |at| at + 1);
    let end = text.get(colon..).unwrap_or_default();
    match end.iter().rposition(|&b| b == b'/') {
        Some(slash) => (end.get(..slash).unwrap_or_default(), end.get(slash + 1..).unwrap_or_default()),
        None => (end, b""),
    }
}

/// The last date and time before the message: that of the device, if a server added its own.
fn time(before: &[u8]) -> Option<&[u8]> {
    let starts = |at: &usize| match before.get(*at..) {
        Some([b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'-', _, _, b'-', ..]) => true,
        Some([a, b, c, b' ', ..]) => month(&[*a, *b, *c]).is_some(),
        _ => false,
    };
    let start = (0..before.len()).rev().find(starts)?;
    let rest = before.get(start..)?;
    // It ends after the seconds, or after the zone of a time that is one word.
    let clock = rest.iter().position(|&b| b == b':')?;
    let end = rest.get(clock..)?.iter().position(|b| *b == b' ').map_or(rest.len(), |at| clock + at);
    Some(rest.get(..end)?.trim_ascii_end()).map(|time| time.strip_suffix(b":").unwrap_or(time))
}
