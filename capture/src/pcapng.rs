//! Packets as Wireshark writes them: <https://www.ietf.org/archive/id/draft-ietf-opsawg-pcapng-03.html>.

use crate::bytes::{Cursor, Order};
use crate::pcap::LONGEST_FRAME;
use crate::reading::{Frame, Step};

/// Blocks.
const SECTION: u32 = 0x0A0D_0D0A;
const INTERFACE: u32 = 1;
const OLD_PACKET: u32 = 2;
const SIMPLE_PACKET: u32 = 3;
const PACKET: u32 = 6;

/// Type and length before, and the length again after.
const FRAMING: usize = 12;

/// Interfaces of a section that are remembered; those of a thousand machines are no capture.
const MOST_INTERFACES: usize = 4096;

/// The section that is being read.
#[derive(Debug)]
pub(crate) struct Pcapng {
    order: Order,
    interfaces: Vec<Interface>,
}

#[derive(Debug, Clone, Copy)]
struct Interface {
    link: u32,
    /// Ticks a second; 0 if that cannot be said.
    resolution: u64,
    /// Seconds to be added.
    offset: i64,
}

impl Pcapng {
    pub fn new() -> Self {
        Pcapng { order: Order::Little, interfaces: Vec::new() }
    }

    /// The next block in `bytes`.
    pub fn step<'a>(&mut self, bytes: &'a [u8]) -> Step<'a> {
        let mut rest = Cursor(bytes);
        if bytes.len() < FRAMING {
            return Step::Need(FRAMING);
        }
        let begins_section = bytes.starts_with(&SECTION.to_be_bytes());
        if begins_section {
            match bytes.get(8..12) {
                Some([0x1A, 0x2B, 0x3C, 0x4D]) => self.order = Order::Big,
                Some([0x4D, 0x3C, 0x2B, 0x1A]) => self.order = Order::Little,
                _ => return Step::Damage,
            }
            self.interfaces.clear();
        }
        let Some((kind, length)) = self.order.u32(&mut rest).zip(self.order.u32(&mut rest)) else {
            return Step::Damage;
        };
        let length = length as usize;
        if length < FRAMING || !length.is_multiple_of(4) {
            return Step::Damage;
        }
        match kind {
            PACKET | OLD_PACKET | SIMPLE_PACKET | INTERFACE => {
                // With room for options.
                if length > 2 * LONGEST_FRAME as usize {
                    return Step::Damage;
                }
                let body = rest.take(length - FRAMING).filter(|_| bytes.len() >= length);
                body.map_or(Step::Need(length), |body| self.block(kind, Cursor(body), length))
            }
            _ => Step::Pass(length),
        }
    }

    fn block<'a>(&mut self, kind: u32, body: Cursor<'a>, length: usize) -> Step<'a> {
        match kind {
            INTERFACE => {
                let described = interface(self.order, body);
                if self.interfaces.len() < MOST_INTERFACES {
                    self.interfaces.extend(described);
                }
                Step::Pass(length)
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
    /// Microseconds since 1970, if that is when it was.
    fn micros(&self, ticks: u64) -> Option<i64> {
        let micros = (u128::from(ticks) * 1_000_000).checked_div(u128::from(self.resolution))?;
        let micros = i64::try_from(micros).ok()?.checked_add(self.offset.checked_mul(1_000_000)?)?;
        (micros >= 0).then_some(micros)
    }
}

fn interface(order: Order, mut body: Cursor<'_>) -> Option<Interface> {
    let link = u32::from(order.u16(&mut body)?);
    body.take(6)?;
    let mut interface = Interface { link, resolution: 1_000_000, offset: 0 };
    while let Some((code, length)) = order.u16(&mut body).zip(order.u16(&mut body)) {
        let Some(value) = body.take(usize::from(length)) else { break };
        match (code, value) {
            (0, _) => break,
            (9, [resolution, ..]) => interface.resolution = ticks_a_second(*resolution),
            (14, _) => interface.offset = order.u64(&mut Cursor(value)).unwrap_or(0) as i64,
            _ => {}
        }
        body.take(usize::from(length).wrapping_neg() % 4);
    }
    Some(interface)
}

/// A negative power of ten, or of two if the highest bit is set.
fn ticks_a_second(resolution: u8) -> u64 {
    let power = u32::from(resolution & 0x7F);
    let base: u64 = if resolution >= 0x80 { 2 } else { 10 };
    base.checked_pow(power).unwrap_or(0)
}
