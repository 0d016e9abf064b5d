//! Packet captures (pcap, pcapng) and Windows event logs (EVTX) → rows that
//! [beaconlens](https://docs.rs/beaconlens) reads: for an analyst who has nothing else.
//!
//! A [`Converter`] takes bytes in any cut and gives JSON lines: a row a connection, a row a lookup or host name,
//! and at the end what was not used, and why. It judges nothing: data flows one way, from here into
//! `Detector::ingest`, which knows such rows by their fields.
//!
//! ```
//! use beaconlens::{Detector, DetectorOptions, Rule};
//! use beaconlens_capture::{Converter, Kind};
//! # let file = b"\xD4\xC3\xB2\xA1\x02\0\x04\0\0\0\0\0\0\0\0\0\0\0\x04\0\x01\0\0\0";
//!
//! let mut detector = Detector::new(DetectorOptions::new());
//! detector.start_source("office.pcap");
//! let mut rows = Vec::new();
//! if let Some(kind) = Kind::of(file) {
//!     let mut converter = Converter::new(kind);
//!     for chunk in file.chunks(1 << 16) {
//!         converter.push(chunk, &mut rows);
//!         detector.ingest(&rows)?;
//!         rows.clear();
//!     }
//!     converter.finish(&mut rows);
//! }
//! detector.ingest(&rows)?;
//! detector.finish()?;
//! let report = detector.evaluate(&Rule::default());
//! # assert_eq!(report.sources[0].format, Some("pcap"));
//! # Ok::<(), beaconlens::Error>(())
//! ```
//!
//! # Why it depends on nothing
//!
//! The containers and headers read here are small and have been still for decades, while the crates that read
//! them move: of those at hand, `evtx` brings forty crates, some with SIMD of their own and one that does not
//! compile for WebAssembly as it stands; `pcap-parser` brings a parser framework for two headers; and all
//! of them stop at damage where this has to count and go on. So they are read here, without unsafe code, and the
//! tests compare with what others make of the same bytes.

// wasm-bindgen expands to unsafe code.
#![cfg_attr(not(all(target_arch = "wasm32", feature = "javascript")), forbid(unsafe_code))]

mod binxml;
mod bytes;
mod counts;
mod dns;
mod event;
mod evtx;
mod flow;
mod host;
mod link;
mod packet;
mod pcap;
mod pcapng;
mod reading;
mod rows;
mod table;
#[cfg(all(target_arch = "wasm32", feature = "javascript"))]
mod wasm;

use evtx::Evtx;
use reading::Reading;

/// What a file is that is not text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// Packets as libpcap and tcpdump write them.
    Pcap,
    /// Packets as Wireshark writes them.
    Pcapng,
    /// A Windows event log, of which connections and lookups are read: Sysmon's events 3 and 22, and Security's
    /// 5156 (the Windows Filtering Platform let a connection through).
    Evtx,
}

impl Kind {
    /// So many bytes tell what a file is.
    pub const HEAD: usize = 8;

    /// What a file is that begins so.
    pub fn of(head: &[u8]) -> Option<Kind> {
        match head {
            [0xD4, 0xC3, 0xB2, 0xA1, ..] | [0xA1, 0xB2, 0xC3, 0xD4, ..] => Some(Kind::Pcap),
            [0x4D, 0x3C, 0xB2, 0xA1, ..] | [0xA1, 0xB2, 0x3C, 0x4D, ..] => Some(Kind::Pcap),
            [0x0A, 0x0D, 0x0D, 0x0A, ..] => Some(Kind::Pcapng),
            [b'E', b'l', b'f', b'F', b'i', b'l', b'e', 0, ..] => Some(Kind::Evtx),
            _ => None,
        }
    }
}

/// Makes rows of one file.
#[derive(Debug)]
pub struct Converter {
    file: File,
}

#[derive(Debug)]
enum File {
    Packets(Box<Reading>),
    Log(Evtx),
}

impl Converter {
    /// For a file of this kind, from its first byte.
    pub fn new(kind: Kind) -> Self {
        Converter {
            file: match kind {
                Kind::Pcap => File::Packets(Box::new(Reading::pcap())),
                Kind::Pcapng => File::Packets(Box::new(Reading::pcapng())),
                Kind::Evtx => File::Log(Evtx::new()),
            },
        }
    }

    /// Takes the next bytes, and appends the rows that are complete.
    pub fn push(&mut self, bytes: &[u8], rows: &mut Vec<u8>) {
        match &mut self.file {
            File::Packets(reading) => reading.push(bytes, rows),
            File::Log(log) => log.push(bytes, rows),
        }
    }

    /// Ends the file: appends what was still open, and the row that tells what was not used.
    pub fn finish(self, rows: &mut Vec<u8>) {
        match self.file {
            File::Packets(reading) => reading.finish(rows),
            File::Log(log) => log.finish(rows),
        }
    }
}
