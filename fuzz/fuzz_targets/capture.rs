//! Any bytes as packets, as the content of one frame, and as an event log. There must be no panic, the same rows in
//! any chunking, and the engine must account for every row.
//!
//! The first byte of the input selects the kind of file, the second the length of the pieces.

#![no_main]

use beaconlens::{Detector, DetectorOptions, Rule};
use beaconlens_capture::{CaptureFormat, Converter};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((&[selector, piece], bytes)) = input.split_first_chunk() else { return };
    let (format, file) = match selector % 4 {
        0 => (CaptureFormat::Pcap, [&header(1)[..], bytes].concat()),
        1 => (CaptureFormat::Pcapng, bytes.to_vec()),
        2 => (CaptureFormat::Pcap, [&header(selector >> 2)[..], &record(bytes.len()), bytes].concat()),
        _ => (CaptureFormat::Evtx, log(bytes)),
    };
    let whole = rows(format, &file, file.len().max(1));
    assert_eq!(rows(format, &file, usize::from(piece) + 1), whole);
    let mut detector = Detector::new(DetectorOptions::new());
    detector.start_source("made");
    if detector.ingest(&whole).and_then(|()| detector.finish()).is_ok() {
        let totals = detector.evaluate(&Rule::default()).totals;
        assert_eq!(totals.rows_read, totals.rows_used + totals.rows_skipped);
    }
});

fn rows(format: CaptureFormat, file: &[u8], piece: usize) -> Vec<u8> {
    let (mut converter, mut rows) = (Converter::new(format), Vec::new());
    for piece in file.chunks(piece) {
        converter.push(piece, &mut rows);
    }
    converter.finish(&mut rows);
    assert!(std::str::from_utf8(&rows).is_ok());
    rows
}

/// The file header of a capture of this link type.
fn header(link: u8) -> [u8; 24] {
    let mut header = [0; 24];
    header[..4].copy_from_slice(b"\xD4\xC3\xB2\xA1");
    header[20] = link;
    header
}

/// The header of a record of this length.
fn record(length: usize) -> [u8; 16] {
    let mut record = [1; 16];
    record[8..12].copy_from_slice(&(length as u32).to_le_bytes());
    record
}

/// A log with these bytes in place of its records.
fn log(bytes: &[u8]) -> Vec<u8> {
    let mut log = vec![0; 4096 + 65_536];
    log[4096..4104].copy_from_slice(b"ElfChnk\0");
    log[4096 + 48..4096 + 52].copy_from_slice(&65_536_u32.to_le_bytes());
    let length = bytes.len().min(65_024);
    log[4096 + 512..][..length].copy_from_slice(&bytes[..length]);
    log
}
