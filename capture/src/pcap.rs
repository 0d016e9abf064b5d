//! Packets as libpcap writes them: <https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-05.html>.

use crate::bytes::{Cursor, Order};
use crate::reading::{Frame, Step};

/// A longer record is damage: libpcap's own limit (`MAXIMUM_SNAPLEN`).
pub(crate) const LONGEST_FRAME: u32 = 262_144;

const HEADER: usize = 24;
const RECORD: usize = 16;

/// What the header of the file says.
#[derive(Debug)]
pub(crate) struct Pcap {
    header: Option<Header>,
}

#[derive(Debug, Clone, Copy)]
struct Header {
    order: Order,
    nanoseconds: bool,
    link: u32,
}

impl Pcap {
    pub fn new() -> Self {
        Pcap { header: None }
    }

    /// The next thing in `bytes`.
    pub fn step<'a>(&mut self, bytes: &'a [u8]) -> Step<'a> {
        let mut rest = Cursor(bytes);
        let Some(header) = self.header else {
            if bytes.len() < HEADER {
                return Step::Need(HEADER);
            }
            self.header = header_of(rest);
            return if self.header.is_some() { Step::Pass(HEADER) } else { Step::Damage };
        };
        let Header { order, nanoseconds, link } = header;
        let read = |rest: &mut Cursor<'_>| {
            let (seconds, fraction) = (order.u32(rest)?, order.u32(rest)?);
            let captured = order.u32(rest)?;
            order.u32(rest)?;
            Some((seconds, fraction, captured))
        };
        let Some((seconds, fraction, captured)) = read(&mut rest) else { return Step::Need(RECORD) };
        if captured > LONGEST_FRAME {
            return Step::Damage;
        }
        let length = RECORD + captured as usize;
        let Some(bytes) = rest.take(captured as usize) else { return Step::Need(length) };
        let micros = i64::from(if nanoseconds { fraction / 1000 } else { fraction });
        let time = Some(i64::from(seconds) * 1_000_000 + micros);
        Step::Frame(Frame { time, link: Some(link), bytes }, length)
    }
}

fn header_of(mut rest: Cursor<'_>) -> Option<Header> {
    let (order, nanoseconds) = match rest.array()? {
        [0xD4, 0xC3, 0xB2, 0xA1] => (Order::Little, false),
        [0xA1, 0xB2, 0xC3, 0xD4] => (Order::Big, false),
        [0x4D, 0x3C, 0xB2, 0xA1] => (Order::Little, true),
        [0xA1, 0xB2, 0x3C, 0x4D] => (Order::Big, true),
        _ => return None,
    };
    rest.take(16)?;
    // The upper bits say how long the checksum at the end of each frame is.
    Some(Header { order, nanoseconds, link: order.u32(&mut rest)? & 0xFFFF })
}
