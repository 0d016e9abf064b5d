//! Data that is not text.

use crate::model::error::{Error, ErrorKind};

/// For what the crate `beaconlens-capture` reads.
const ELSEWHERE: &str = "it is not read here; the page, the command and the crate beaconlens-capture read it";

/// How data that is no text begins, what it is, and how to go on.
const OTHER_DATA: &[(&[u8], &str, &str)] = &[
    (b"\x1F\x8B", "gzip data", "unpack it first; the hosts of beaconlens do that by themselves"),
    (b"\xFF\xFE", "UTF-16 text", "save or export it as UTF-8"),
    (b"\xFE\xFF", "UTF-16 text", "save or export it as UTF-8"),
    (b"PK\x03\x04", "a ZIP archive or spreadsheet", "unpack it, or export it as CSV"),
    (b"\x0C\xA5", "binary nfdump data", "write it as text: nfdump -r FILE -o csv"),
    (b"ElfFile", "a Windows event log", ELSEWHERE),
    (b"\xD4\xC3\xB2\xA1", "a packet capture", ELSEWHERE),
    (b"\x4D\x3C\xB2\xA1", "a packet capture", ELSEWHERE),
    (b"\x0A\x0D\x0D\x0A", "a packet capture", ELSEWHERE),
];

#[inline(never)]
pub(super) fn refuse_other_data(head: &[u8]) -> Result<(), Error> {
    let known = OTHER_DATA.iter().find(|(begin, _, _)| head.starts_with(begin));
    let (found, hint) = match known {
        Some((_, found, hint)) => (*found, *hint),
        None if head.is_empty() => ("nothing at all", "the source is empty; check the export"),
        None if head.contains(&0) => ("binary data", "export the flows as text"),
        None => return Ok(()),
    };
    let message = format!("found {found}, expected flow records as text");
    Err(Error::new(ErrorKind::NotFlows, message).with_hint(hint))
}
