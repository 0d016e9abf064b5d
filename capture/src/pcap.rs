//! Packets as libpcap writes them: <https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-05.html>.

use beaconlens::CaptureFormat;

use crate::bytes::{ByteOrder, Cursor};
use crate::frame::{Frame, MAX_FRAME_BYTES, Step};

const FILE_HEADER_BYTES: usize = 24;
const RECORD_HEADER_BYTES: usize = 16;

/// Reads a pcap file, record by record.
#[derive(Debug)]
pub(crate) struct Pcap {
    /// None until the header of the file has been read.
    header: Option<Header>,
}

#[derive(Debug, Clone, Copy)]
struct Header {
    order: ByteOrder,
    nanoseconds: bool,
    link: u32,
}

impl Pcap {
    pub fn new() -> Self {
        Pcap { header: None }
    }

    /// Reads the file header or record at the start of `bytes`.
    pub fn step<'a>(&mut self, bytes: &'a [u8]) -> Step<'a> {
        let mut rest = Cursor(bytes);
        let Some(header) = self.header else {
            if bytes.len() < FILE_HEADER_BYTES {
                return Step::Need(FILE_HEADER_BYTES);
            }
            self.header = read_header(rest);
            return if self.header.is_some() { Step::Skip(FILE_HEADER_BYTES) } else { Step::Damage };
        };
        let Header { order, nanoseconds, link } = header;
        let read = |rest: &mut Cursor<'_>| {
            let (seconds, fraction) = (order.u32(rest)?, order.u32(rest)?);
            let captured = order.u32(rest)?;
            order.u32(rest)?;
            Some((seconds, fraction, captured))
        };
        let Some((seconds, fraction, captured)) = read(&mut rest) else {
            return Step::Need(RECORD_HEADER_BYTES);
        };
        if captured > MAX_FRAME_BYTES {
            return Step::Damage;
        }
        let length = RECORD_HEADER_BYTES + captured as usize;
        let Some(bytes) = rest.take(captured as usize) else { return Step::Need(length) };
        let micros = i64::from(if nanoseconds { fraction / 1000 } else { fraction });
        let time = Some(i64::from(seconds) * 1_000_000 + micros);
        Step::Frame(Frame { time, link: Some(link), bytes }, length)
    }
}

fn read_header(mut rest: Cursor<'_>) -> Option<Header> {
    let magic = rest.array()?;
    let (order, nanoseconds) = match (u32::from_le_bytes(magic), u32::from_be_bytes(magic)) {
        (CaptureFormat::PCAP_MICROSECONDS, _) => (ByteOrder::Little, false),
        (_, CaptureFormat::PCAP_MICROSECONDS) => (ByteOrder::Big, false),
        (CaptureFormat::PCAP_NANOSECONDS, _) => (ByteOrder::Little, true),
        (_, CaptureFormat::PCAP_NANOSECONDS) => (ByteOrder::Big, true),
        _ => return None,
    };
    rest.take(16)?;
    // The upper bits hold the length of the checksum at the end of each frame.
    Some(Header { order, nanoseconds, link: order.u32(&mut rest)? & 0xFFFF })
}
