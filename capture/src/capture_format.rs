//! File formats that this crate reads, recognised by their first bytes.

/// A file format that holds packets or events instead of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CaptureFormat {
    /// Packets as libpcap and tcpdump write them.
    Pcap,
    /// Packets as Wireshark writes them.
    Pcapng,
    /// A Windows event log. Connections and lookups are read from it: Sysmon's events 3 and 22, and event 5156 of
    /// the Security log (the Windows Filtering Platform permitted a connection).
    Evtx,
}

impl CaptureFormat {
    /// Number of bytes that [`detect`](Self::detect) needs.
    pub const HEAD: usize = 8;

    /// The format of a file that begins with these bytes; none if it is not one of these formats.
    pub fn detect(head: &[u8]) -> Option<CaptureFormat> {
        match head {
            [0xD4, 0xC3, 0xB2, 0xA1, ..] | [0xA1, 0xB2, 0xC3, 0xD4, ..] => Some(CaptureFormat::Pcap),
            [0x4D, 0x3C, 0xB2, 0xA1, ..] | [0xA1, 0xB2, 0x3C, 0x4D, ..] => Some(CaptureFormat::Pcap),
            [0x0A, 0x0D, 0x0D, 0x0A, ..] => Some(CaptureFormat::Pcapng),
            [b'E', b'l', b'f', b'F', b'i', b'l', b'e', 0, ..] => Some(CaptureFormat::Evtx),
            _ => None,
        }
    }
}
