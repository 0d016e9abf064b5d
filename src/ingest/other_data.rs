//! Data that is not text.

use super::capture_format::CaptureFormat;
use crate::model::error::{Error, ErrorKind};

/// The hint for files that the crate `beaconlens-capture` reads.
const CAPTURE: &str = "not supported here; use the page, the command or beaconlens-capture";

/// The first bytes of data that is not text, what it is, and what to do.
const OTHER_DATA: &[(&[u8], &str, &str)] = &[
    (
        b"\x1F\x8B",
        "gzip data",
        "unpack it first; the page, the command and the package do that by themselves",
    ),
    (b"\xFF\xFE", "UTF-16 text", "save or export it as UTF-8"),
    (b"\xFE\xFF", "UTF-16 text", "save or export it as UTF-8"),
    (b"PK\x03\x04", "a ZIP archive or spreadsheet", "unpack it, or export it as CSV"),
    (b"\x0C\xA5", "binary nfdump data", "write it as text: nfdump -r FILE -o csv"),
];

#[inline(never)]
pub(super) fn refuse_other_data(head: &[u8]) -> Result<(), Error> {
    let (found, hint) = match CaptureFormat::detect(head) {
        Some(CaptureFormat::Evtx) => ("a Windows event log", CAPTURE),
        Some(CaptureFormat::Pcap | CaptureFormat::Pcapng) => ("a packet capture", CAPTURE),
        None => match OTHER_DATA.iter().find(|(magic, _, _)| head.starts_with(magic)) {
            Some((_, found, hint)) => (*found, *hint),
            None if head.is_empty() => ("nothing at all", "the source is empty; check the export"),
            None if head.contains(&0) => ("binary data", "export the flows as text"),
            None => return Ok(()),
        },
    };
    let message = format!("found {found}, expected flow records as text");
    Err(Error::new(ErrorKind::NotFlows, message).with_hint(hint))
}

#[cfg(test)]
mod tests {
    use super::refuse_other_data;

    #[test]
    fn captures_are_named() {
        let captures: [(&[u8], &str); 6] = [
            (b"\xD4\xC3\xB2\xA1", "a packet capture"),
            (b"\xA1\xB2\xC3\xD4", "a packet capture"),
            (b"\x4D\x3C\xB2\xA1", "a packet capture"),
            (b"\xA1\xB2\x3C\x4D", "a packet capture"),
            (b"\x0A\x0D\x0D\x0A", "a packet capture"),
            (b"ElfFile\0", "a Windows event log"),
        ];
        for (magic, name) in captures {
            let error = refuse_other_data(&[magic, &[0; 20]].concat()).err();
            let message = error.map(|error| error.message().to_owned());
            assert_eq!(message, Some(format!("found {name}, expected flow records as text")), "{magic:X?}");
        }
    }
}
