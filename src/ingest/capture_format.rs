//! Packet captures and event logs, recognised by their first bytes.
//!
//! The only place that knows these magic numbers: the crate `beaconlens-capture`, which reads the files, the package
//! and the page ask here.

/// A file format that holds packets or events instead of text. The crate `beaconlens-capture` converts such files
/// into rows that a [`Detector`](crate::Detector) reads.
///
/// Not `#[non_exhaustive]`: a program that converts such files has to handle each format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    pub const DETECT_BYTES: usize = 8;

    /// Magic number of pcap files with times in microseconds, in the byte order of the machine that wrote the file.
    pub const PCAP_MICROSECONDS: u32 = 0xA1B2_C3D4;

    /// Magic number of pcap files with times in nanoseconds, in the byte order of the machine that wrote the file.
    pub const PCAP_NANOSECONDS: u32 = 0xA1B2_3C4D;

    /// The format of a file that begins with these bytes; none if it is not one of these formats.
    ///
    /// ```
    /// use beaconlens::CaptureFormat;
    ///
    /// let big_endian = CaptureFormat::PCAP_MICROSECONDS.to_be_bytes();
    /// assert_eq!(CaptureFormat::detect(&big_endian), Some(CaptureFormat::Pcap));
    /// assert_eq!(CaptureFormat::detect(b"starttime,sourceip"), None);
    /// ```
    pub fn detect(head: &[u8]) -> Option<CaptureFormat> {
        const PCAPNG: [u8; 4] = [0x0A, 0x0D, 0x0D, 0x0A]; // The same in both byte orders.
        const EVTX: &[u8] = b"ElfFile\0";
        let magic = *head.first_chunk::<4>()?;
        let is_pcap = |number| number == Self::PCAP_MICROSECONDS || number == Self::PCAP_NANOSECONDS;
        match magic {
            _ if is_pcap(u32::from_le_bytes(magic)) || is_pcap(u32::from_be_bytes(magic)) => {
                Some(CaptureFormat::Pcap)
            }
            PCAPNG => Some(CaptureFormat::Pcapng),
            _ if head.starts_with(EVTX) => Some(CaptureFormat::Evtx),
            _ => None,
        }
    }

    /// `pcap`, `pcapng` or `evtx`.
    pub fn name(self) -> &'static str {
        match self {
            CaptureFormat::Pcap => "pcap",
            CaptureFormat::Pcapng => "pcapng",
            CaptureFormat::Evtx => "evtx",
        }
    }
}
