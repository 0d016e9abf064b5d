//! One file → rows, whatever its format.

use beaconlens::CaptureFormat;

use crate::evtx::Evtx;
use crate::packet_reader::PacketReader;

/// Converts one file into rows.
#[derive(Debug)]
pub struct Converter {
    file: File,
}

#[derive(Debug)]
enum File {
    Packets(Box<PacketReader>),
    Log(Evtx),
}

impl Converter {
    /// For a file of this format, from its first byte.
    pub fn new(format: CaptureFormat) -> Self {
        Converter {
            file: match format {
                CaptureFormat::Pcap => File::Packets(Box::new(PacketReader::pcap())),
                CaptureFormat::Pcapng => File::Packets(Box::new(PacketReader::pcapng())),
                CaptureFormat::Evtx => File::Log(Evtx::new()),
            },
        }
    }

    /// Takes the next bytes, and appends the rows that are complete.
    pub fn push(&mut self, bytes: &[u8], rows: &mut Vec<u8>) {
        match &mut self.file {
            File::Packets(reader) => reader.push(bytes, rows),
            File::Log(log) => log.push(bytes, rows),
        }
    }

    /// Ends the file: appends the connections that were still open, and the notes on what was not used.
    pub fn finish(self, rows: &mut Vec<u8>) {
        match self.file {
            File::Packets(reader) => reader.finish(rows),
            File::Log(log) => log.finish(rows),
        }
    }
}
