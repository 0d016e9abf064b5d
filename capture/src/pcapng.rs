//! Packets as Wireshark writes them: <https://www.ietf.org/archive/id/draft-ietf-opsawg-pcapng-03.html>.

use beaconlens::CaptureFormat;

use crate::bytes::{ByteOrder, Cursor};
use crate::frame::{Frame, MAX_FRAME_BYTES, Step};

/// Types of blocks.
const INTERFACE: u32 = 1;
const OLD_PACKET: u32 = 2;
const SIMPLE_PACKET: u32 = 3;
const PACKET: u32 = 6;

/// Type and length at the start of a block, and the length again at its end.
const FRAMING_BYTES: usize = 12;

/// Interfaces stored per section: more than any capture has, so that a made-up file cannot fill the memory.
const MAX_INTERFACES: usize = 4096;

/// Reads a pcapng file, block by block. Holds what its current section has declared.
#[derive(Debug)]
pub(crate) struct Pcapng {
    order: ByteOrder,
    interfaces: Vec<Interface>,
}

#[derive(Debug, Clone, Copy)]
struct Interface {
    link: u32,
    /// Zero if it does not fit.
    ticks_per_second: u64,
    /// Added to each time.
    offset_seconds: i64,
}

impl Pcapng {
    pub fn new() -> Self {
        Pcapng { order: ByteOrder::Little, interfaces: Vec::new() }
    }

    /// Reads the block at the start of `bytes`.
    pub fn step<'a>(&mut self, bytes: &'a [u8]) -> Step<'a> {
        let mut rest = Cursor(bytes);
        if bytes.len() < FRAMING_BYTES {
            return Step::Need(FRAMING_BYTES);
        }
        // The first block of a section has the magic number of the file as its type.
        if CaptureFormat::detect(bytes) == Some(CaptureFormat::Pcapng) {
            match bytes.get(8..12) {
                Some([0x1A, 0x2B, 0x3C, 0x4D]) => self.order = ByteOrder::Big,
                Some([0x4D, 0x3C, 0x2B, 0x1A]) => self.order = ByteOrder::Little,
                _ => return Step::Damage,
            }
            self.interfaces.clear();
        }
        let Some((kind, length)) = self.order.u32(&mut rest).zip(self.order.u32(&mut rest)) else {
            return Step::Damage;
        };
        let length = length as usize;
        if length < FRAMING_BYTES || !length.is_multiple_of(4) {
            return Step::Damage;
        }
        match kind {
            PACKET | OLD_PACKET | SIMPLE_PACKET | INTERFACE => {
                // Twice a frame leaves space for options.
                if length > 2 * MAX_FRAME_BYTES as usize {
                    return Step::Damage;
                }
                let body = rest.take(length - FRAMING_BYTES).filter(|_| bytes.len() >= length);
                body.map_or(Step::Need(length), |body| self.block(kind, Cursor(body), length))
            }
            _ => Step::Skip(length),
        }
    }

    fn block<'a>(&mut self, kind: u32, body: Cursor<'a>, length: usize) -> Step<'a> {
        match kind {
            INTERFACE => {
                let interface = read_interface(self.order, body);
                if self.interfaces.len() < MAX_INTERFACES {
                    self.interfaces.extend(interface);
                }
                Step::Skip(length)
            }
            _ => self.packet(kind, body).map_or(Step::Damage, |frame| Step::Frame(frame, length)),
        }
    }

    fn packet<'a>(&self, kind: u32, mut body: Cursor<'a>) -> Option<Frame<'a>> {
        let order = self.order;
        let (interface, ticks, captured) = match kind {
            SIMPLE_PACKET => {
                order.u32(&mut body)?;
                (0, None, body.0.len())
            }
            _ => {
                let interface = match kind {
                    OLD_PACKET => u32::from(order.u16(&mut body).zip(order.u16(&mut body))?.0),
                    _ => order.u32(&mut body)?,
                };
                let ticks = u64::from(order.u32(&mut body)?) << 32 | u64::from(order.u32(&mut body)?);
                let captured = order.u32(&mut body)?;
                order.u32(&mut body)?;
                (interface, Some(ticks), captured as usize)
            }
        };
        let bytes = body.take(captured)?;
        let interface = self.interfaces.get(interface as usize);
        let time = interface.zip(ticks).and_then(|(interface, ticks)| interface.micros(ticks));
        Some(Frame { time, link: interface.map(|interface| interface.link), bytes })
    }
}

impl Interface {
    /// Microseconds since 1970; none for a time before that or one that does not fit.
    fn micros(&self, ticks: u64) -> Option<i64> {
        let micros = (u128::from(ticks) * 1_000_000).checked_div(u128::from(self.ticks_per_second))?;
        let micros = i64::try_from(micros).ok()?.checked_add(self.offset_seconds.checked_mul(1_000_000)?)?;
        (micros >= 0).then_some(micros)
    }
}

fn read_interface(order: ByteOrder, mut body: Cursor<'_>) -> Option<Interface> {
    let link = u32::from(order.u16(&mut body)?);
    body.take(6)?;
    let mut interface = Interface { link, ticks_per_second: 1_000_000, offset_seconds: 0 };
    while let Some((code, length)) = order.u16(&mut body).zip(order.u16(&mut body)) {
        let Some(value) = body.take(usize::from(length)) else { break };
        match (code, value) {
            (0, _) => break,
            (9, [resolution, ..]) => interface.ticks_per_second = ticks_per_second(*resolution),
            (14, _) => interface.offset_seconds = order.u64(&mut Cursor(value)).unwrap_or(0) as i64,
            _ => {}
        }
        body.take(usize::from(length).wrapping_neg() % 4);
    }
    Some(interface)
}

/// `if_tsresol` is a negative power of ten, or of two if its highest bit is set.
fn ticks_per_second(resolution: u8) -> u64 {
    let power = u32::from(resolution & 0x7F);
    let base: u64 = if resolution >= 0x80 { 2 } else { 10 };
    base.checked_pow(power).unwrap_or(0)
}
