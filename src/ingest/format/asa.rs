//! Cisco ASA's syslog (also FTD's): connections built (302013, 302015) and torn down (302014, 302016).
//!
//! `Built outbound TCP connection 7 for outside:203.0.113.9/443 (…) to inside:10.0.0.5/51000 (…)`: outbound
//! connections go from the second end to the first, inbound ones from the first to the second.
//! `Teardown TCP connection 7 for … to … duration 0:00:10 bytes 1234 …` tells no direction.

use super::{Format, Shape};
use crate::ingest::diagnostics::Reason;
use crate::ingest::fields::Fields;
use crate::ingest::record::{Meaning, Way, by_ports};
use crate::ingest::roles::Role;
use crate::ingest::rows::Cut;
use crate::ingest::value::number::port;

pub(super) static SYSLOG: Format = Format {
    name: "cisco-asa",
    shape: Shape::Own { looks, cut: Cut::Lines, read },
    meaning: Some(meaning),
    time_is_end: true,
    notes: &[
        "a connection's beginning and end count once; bytes are told only as a total, and count as 0",
        "times that name no year are read as in 2000",
    ],
    ..Format::PLAIN
};

/// What stands before the number of a message.
fn message(line: &[u8]) -> Option<usize> {
    line.windows(5).position(|w| matches!(w, b"%ASA-" | b"%FTD-" | b"%PIX-"))
}

fn looks(text: &[u8]) -> Option<usize> {
    text.split(|&b| b == b'\n').take(20).any(|line| message(line).is_some()).then_some(0)
}

fn meaning(fields: &Fields<'_>) -> Meaning {
    match fields.raw(Role::Direction) {
        Some(_) => Meaning::Begin,
        None => Meaning::Part { total: true, ends: true },
    }
}

fn read<'a>(row: &'a [u8], fields: &mut Fields<'a>) -> Result<(), Reason> {
    let at = message(row).ok_or(Reason::OtherEvent)?;
    let (before, text) = row.split_at(at);
    let mut words = text.split(|&b| b == b' ').filter(|word| !word.is_empty());
    let number = words.next().ok_or(Reason::TooShort)?;
    let is = |numbers: [&[u8]; 2]| numbers.iter().any(|n| number.ends_with(n));
    let built = is([b"-302013:", b"-302015:"]);
    if !built && !is([b"-302014:", b"-302016:"]) {
        return Err(Reason::OtherEvent);
    }
    fields.set(Role::Time, time(before).ok_or(Reason::Time)?);
    let mut word = || words.next().ok_or(Reason::TooShort);
    word()?;
    let direction = if built { Some(word()?) } else { None };
    fields.set(Role::Protocol, word()?);
    word()?;
    fields.set(Role::Session, word()?);
    let mut ends = [(&b""[..], &b""[..]); 2];
    let mut previous = b"".as_slice();
    while let Some(word) = words.next() {
        match previous {
            b"for" => ends[0] = end_of(word),
            b"to" => ends[1] = end_of(word),
            b"duration" => fields.set(Role::Duration, word),
            _ => {}
        }
        previous = word;
    }
    let [mut destination, mut source] = ends;
    let backwards = match direction {
        Some(direction) => {
            fields.set(Role::Direction, direction);
            direction == b"inbound"
        }
        None => by_ports(port(source.1).unwrap_or(0), port(destination.1).unwrap_or(0)) == Way::Answered,
    };
    if backwards {
        std::mem::swap(&mut source, &mut destination);
    }
    fields.set(Role::Source, source.0);
    fields.set(Role::SourcePort, source.1);
    fields.set(Role::Destination, destination.0);
    fields.set(Role::Port, destination.1);
    Ok(())
}

/// Address and port of `interface:address/port`, behind which a user may stand in brackets.
fn end_of(text: &[u8]) -> (&[u8], &[u8]) {
    let text = text.split(|&b| b == b'(').next().unwrap_or_default();
    let colon = text.iter().position(|&b| b == b':').map_or(0, |at| at + 1);
    let end = text.get(colon..).unwrap_or_default();
    match end.iter().rposition(|&b| b == b'/') {
        Some(slash) => (end.get(..slash).unwrap_or_default(), end.get(slash + 1..).unwrap_or_default()),
        None => (end, b""),
    }
}

/// The last date and time in what stands before the message: the device's own, if a server wrote one too.
fn time(before: &[u8]) -> Option<&[u8]> {
    const MONTHS: &[u8; 36] = b"JanFebMarAprMayJunJulAugSepOctNovDec";
    let starts = |at: &usize| {
        let rest = before.get(*at..).unwrap_or_default();
        let named = rest.get(3) == Some(&b' ') && MONTHS.chunks_exact(3).any(|month| rest.starts_with(month));
        named || matches!(rest, [b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'-', _, _, b'-', ..])
    };
    let start = (0..before.len()).rev().find(starts)?;
    let rest = before.get(start..)?;
    // It ends with the seconds, or with the zone of a time that is one word.
    let clock = rest.iter().position(|&b| b == b':')?;
    let end = rest.get(clock..)?.iter().position(|b| *b == b' ').map_or(rest.len(), |at| clock + at);
    Some(rest.get(..end)?.trim_ascii_end()).map(|time| time.strip_suffix(b":").unwrap_or(time))
}
