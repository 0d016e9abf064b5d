//! Data that is not text.

use crate::model::error::{Error, ErrorKind};

/// The hint for files that the crate `beaconlens-capture` reads.
const CAPTURE: &str = "not supported here; use the page, the command or beaconlens-capture";

/// The first bytes of data that is not text, what it is, and what to do.
const OTHER_DATA: &[(&[u8], &str, &str)] = &[
    (b"\x1F\x8B", "gzip data", "unpack it first; the hosts of beaconlens do that by themselves"),
    (b"\xFF\xFE", "UTF-16 text", "save or export it as UTF-8"),
    (b"\xFE\xFF", "UTF-16 text", "save or export it as UTF-8"),
    (b"PK\x03\x04", "a ZIP archive or spreadsheet", "unpack it, or export it as CSV"),
    (b"\x0C\xA5", "binary nfdump data", "write it as text: nfdump -r FILE -o csv"),
    (b"ElfFile", "a Windows event log", CAPTURE),
    // pcap in either byte order, with microseconds or nanoseconds; and pcapng.
    (b"\xD4\xC3\xB2\xA1", "a packet capture", CAPTURE),
    (b"\xA1\xB2\xC3\xD4", "a packet capture", CAPTURE),
    (b"\x4D\x3C\xB2\xA1", "a packet capture", CAPTURE),
    (b"\xA1\xB2\x3C\x4D", "a packet capture", CAPTURE),
    (b"\x0A\x0D\x0D\x0A", "a packet capture", CAPTURE),
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

#[cfg(test)]
mod tests {
    use super::refuse_other_data;

    #[test]
    fn captures_are_recognised_in_either_byte_order() {
        for magic in ["\u{A1}\u{B2}\u{C3}\u{D4}", "\u{A1}\u{B2}\u{3C}\u{4D}"] {
            let big_endian: Vec<u8> = magic.chars().map(|byte| byte as u8).collect();
            let little_endian: Vec<u8> = big_endian.iter().rev().copied().collect();
            for head in [big_endian, little_endian] {
                let message = refuse_other_data(&head).map_err(|error| error.message().to_owned());
                assert!(message.is_err_and(|message| message.contains("packet capture")), "{head:X?}");
            }
        }
    }
}
