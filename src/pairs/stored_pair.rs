//! One pair in memory.
//!
//! Most pairs have a single flow; these take 28 bytes. The others take 48 bytes: their counts, and the end of their
//! history.

use super::arena::{Arena, Tail};
use super::history::{Encoded, History, MAX_ENCODED, Short, encode};
use crate::model::flow::Connection;
use crate::model::pair_key::{FlowRow, PairKey};
use crate::model::time::{HOUR, Timestamp};

/// Bytes of history that are stored in the pair itself: two ordinary flows.
const INLINE: usize = 16;

/// A pair of one flow of ordinary size.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub(super) struct SingleFlowPair {
    addresses: [u32; 2],
    port: u32,
    start: [u32; 2],
    bytes_sent: u32,
    bytes_received: u32,
}

const _: () = assert!(size_of::<SingleFlowPair>() == 28);

impl Default for SingleFlowPair {
    fn default() -> Self {
        SingleFlowPair {
            addresses: [0; 2],
            port: Self::FREE,
            start: [0; 2],
            bytes_sent: 0,
            bytes_received: 0,
        }
    }
}

fn halves(word: u64) -> [u32; 2] {
    [word as u32, (word >> 32) as u32]
}

fn word([low, high]: [u32; 2]) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}

impl SingleFlowPair {
    /// The port that marks an unused position.
    pub const FREE: u32 = u32::MAX;

    /// Whether a pair of this flow alone can be stored in this form.
    #[inline(always)]
    pub fn fits(flow: &FlowRow) -> bool {
        flow.bytes_sent.max(flow.bytes_received) <= u64::from(u32::MAX)
    }

    #[inline(always)]
    pub fn set(&mut self, flow: &FlowRow) {
        *self = SingleFlowPair {
            addresses: halves(flow.key.addresses),
            port: flow.key.port,
            start: halves(flow.start as u64),
            bytes_sent: flow.bytes_sent as u32,
            bytes_received: flow.bytes_received as u32,
        };
    }

    /// Marks the position as unused.
    pub fn free(&mut self) {
        self.port = Self::FREE;
    }

    pub fn is_free(&self) -> bool {
        self.port == Self::FREE
    }

    #[inline(always)]
    pub fn key(&self) -> PairKey {
        PairKey { addresses: word(self.addresses), port: self.port }
    }

    pub fn flow(&self) -> FlowRow {
        FlowRow {
            key: self.key(),
            start: word(self.start) as i64,
            bytes_sent: self.bytes_sent.into(),
            bytes_received: self.bytes_received.into(),
        }
    }

    pub fn read(&self, history: &mut History) {
        let FlowRow { start, bytes_sent, bytes_received, .. } = self.flow();
        history.connections.clear();
        history.connections.push(Connection {
            start: Timestamp::unchecked(start),
            bytes_sent,
            bytes_received,
        });
    }
}

/// A pair of any number of flows.
#[derive(Debug, Clone, Copy, Default)]
#[repr(C)]
pub(super) struct MultiFlowPair {
    addresses: u64,
    /// The port of the key, the number of used inline bytes, and the number of used bytes of the last block.
    port: PortAndFills,
    pub count: u32,
    /// Number of the last block of the history in the arena.
    block: u32,
    /// The UTC hours of the flows, each as the bit of its number modulo 32.
    pub hours: u32,
    /// The end of the history, then the start of the flow that was added last. Writing the first may overwrite the
    /// second, which is written after it.
    bytes: [u8; INLINE + 8],
}

const _: () = assert!(size_of::<MultiFlowPair>() == 48);
const _: () = assert!(Short::MAX_LEN <= INLINE);

/// 18 bits of port, 6 of inline fill, 8 of block fill.
#[derive(Debug, Clone, Copy, Default)]
struct PortAndFills(u32);

impl PortAndFills {
    const PORT: u32 = (1 << 18) - 1;

    fn port(self) -> u32 {
        self.0 & Self::PORT
    }

    fn inline(self) -> usize {
        (self.0 >> 18 & 63) as usize
    }

    fn block(self) -> u8 {
        (self.0 >> 24) as u8
    }

    #[inline(always)]
    fn with_inline(self, len: usize) -> Self {
        PortAndFills(self.0 & !(63 << 18) | (len as u32) << 18)
    }

    fn with_block(self, fill: u8) -> Self {
        PortAndFills(self.0 & 0x00FF_FFFF | u32::from(fill) << 24)
    }
}

/// The hour of the last flow. Most flows have the hour of the flow before, which saves a costly division.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hour {
    start: i64,
    bit: u32,
}

impl Default for Hour {
    fn default() -> Self {
        Hour { start: i64::MIN, bit: 0 }
    }
}

impl Hour {
    #[inline(always)]
    pub fn bit_of(&mut self, start: i64) -> u32 {
        // Wraps for starts before the hour, and for the first.
        if start.wrapping_sub(self.start) as u64 >= HOUR as u64 {
            let hour = start.div_euclid(HOUR);
            *self = Hour { start: hour * HOUR, bit: 1 << (hour & 31) };
        }
        self.bit
    }
}

impl MultiFlowPair {
    /// Makes it a pair without flows, whose first flow will be `first`.
    #[inline(always)]
    pub fn set(&mut self, first: &FlowRow) {
        self.addresses = first.key.addresses;
        self.port = PortAndFills(first.key.port);
        self.set_last(first.start);
    }

    /// Reads from both cache lines on which the pair may lie.
    #[inline(always)]
    pub fn touch(&self) -> u8 {
        self.addresses as u8 ^ self.bytes[INLINE + 7]
    }

    pub fn read(&self, arena: &Arena, history: &mut History) {
        history.read(self.last(), |chain, each| {
            arena.pieces(self.tail(), chain, &mut *each);
            each(&self.bytes, self.port.inline());
        });
    }

    #[inline(always)]
    pub fn key(&self) -> PairKey {
        PairKey { addresses: self.addresses, port: self.port.port() }
    }

    #[inline(always)]
    fn last(&self) -> i64 {
        i64::from_le_bytes(self.bytes.last_chunk().copied().unwrap_or_default())
    }

    #[inline(always)]
    fn set_last(&mut self, start: i64) {
        if let Some(place) = self.bytes.last_chunk_mut() {
            *place = start.to_le_bytes();
        }
    }

    pub fn tail(&self) -> Tail {
        Tail { block: self.block, fill: self.port.block() }
    }

    #[inline(always)]
    pub fn push(&mut self, flow: &FlowRow, hour: u32, arena: &mut Arena) {
        let step = flow.start - self.last();
        self.count = self.count.saturating_add(1);
        self.hours |= hour;
        match encode(step, flow.bytes_sent, flow.bytes_received) {
            Encoded::Short(short) => {
                let mut fill = self.port.inline();
                if fill + short.len > INLINE {
                    self.spill(arena);
                    fill = 0;
                }
                short.put(&mut self.bytes, fill);
                self.port = self.port.with_inline(fill + short.len);
            }
            Encoded::Long(bytes, len) => self.append_long(&bytes, len, arena),
        }
        self.set_last(flow.start);
    }

    /// Moves the inline bytes to the arena.
    #[inline(never)]
    fn spill(&mut self, arena: &mut Arena) {
        let Some(inline) = self.bytes.first_chunk::<INLINE>() else { return };
        let tail = arena.append(self.tail(), inline, self.port.inline());
        self.block = tail.block;
        self.port = self.port.with_inline(0).with_block(tail.fill);
    }

    #[inline(never)]
    fn append_long(&mut self, bytes: &[u8; MAX_ENCODED], len: usize, arena: &mut Arena) {
        self.spill(arena);
        let tail = arena.append(self.tail(), bytes, len);
        self.block = tail.block;
        self.port = self.port.with_block(tail.fill);
    }
}
