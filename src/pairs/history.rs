//! The flows of one pair as bytes, without loss: start, bytes sent, bytes received, in the order they were read.
//!
//! A flow is a control byte and three little-endian numbers, whose lengths the control byte gives:
//!
//! ```text
//! bits 0-1  unit of the time step: microseconds, milliseconds, seconds
//! bits 2-3  length of the step since the flow before (zigzag): 0, 3, 5 or 8 bytes
//! bits 4-5  length of bytes sent: 1, 2, 3 or 8
//! bits 6-7  length of bytes received: 1, 2, 3 or 8
//! ```
//!
//! The step of the first flow is 0. The pair stores the start of its last flow, from which all starts follow.

use super::arena::Tail;
use crate::model::flow::Connection;
use crate::model::time::Timestamp;

const UNITS: [i64; 4] = [1, 1000, 1_000_000, 1_000_000];
const STEP_LENGTHS: [usize; 4] = [0, 3, 5, 8];
const BYTE_LENGTHS: [usize; 4] = [1, 2, 3, 8];

/// Enough bytes for the longest flow: a control byte and three numbers of eight bytes.
pub(super) const MAX_ENCODED: usize = 32;

/// A flow as bytes. Few flows have a number of eight bytes. All others are two words, of which the second is stored
/// over the unused end of the first. No stored byte is read again, as that would wait for the store.
#[derive(Debug, Clone, Copy)]
pub(super) enum Encoded {
    Short(Short),
    /// The bytes, and how many of them are used.
    Long([u8; MAX_ENCODED], usize),
}

/// A flow of at most twelve bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Short {
    /// Control byte and step.
    first: u64,
    /// Bytes sent and received.
    second: u64,
    second_at: usize,
    pub len: usize,
}

impl Short {
    /// The maximum length of a short flow.
    pub const MAX_LEN: usize = 1 + 5 + 3 + 3;

    /// Writes the flow at `at`. The eight bytes that follow it become undefined.
    #[inline(always)]
    pub fn put(self, place: &mut [u8], at: usize) {
        for (word, at) in [(self.first, at), (self.second, at + self.second_at)] {
            if let Some(place) = place.get_mut(at..).and_then(|place| place.first_chunk_mut::<8>()) {
                *place = word.to_le_bytes();
            }
        }
    }
}

/// A flow as bytes.
#[inline(always)]
pub(super) fn encode(step: i64, bytes_sent: u64, bytes_received: u64) -> Encoded {
    let (unit, step) = in_unit(step);
    let step = ((step << 1) ^ (step >> 63)) as u64;
    let step_code = usize::from(step != 0) + usize::from(step >= 1 << 24) + usize::from(step >= 1 << 40);
    let (sent_code, received_code) = (byte_code(bytes_sent), byte_code(bytes_received));
    let control = unit | step_code << 2 | sent_code << 4 | received_code << 6;
    if step_code == 3 || sent_code == 3 || received_code == 3 {
        return long(control, step, bytes_sent, bytes_received);
    }
    let (sent_len, received_len) = (sent_code + 1, received_code + 1);
    let second_at = 1 + STEP_LENGTHS[step_code];
    Encoded::Short(Short {
        first: control as u64 | step << 8,
        second: bytes_sent | bytes_received << (8 * sent_len),
        second_at,
        len: second_at + sent_len + received_len,
    })
}

#[inline(never)]
fn long(control: usize, step: u64, bytes_sent: u64, bytes_received: u64) -> Encoded {
    let mut out = [0; MAX_ENCODED];
    out[0] = control as u8;
    // Each number is written as eight bytes; the next one overwrites those beyond its length.
    let mut at = 1;
    for (number, len) in [
        (step, STEP_LENGTHS[control >> 2 & 3]),
        (bytes_sent, BYTE_LENGTHS[control >> 4 & 3]),
        (bytes_received, BYTE_LENGTHS[control >> 6 & 3]),
    ] {
        if let Some(place) = out.get_mut(at..at + 8) {
            place.copy_from_slice(&number.to_le_bytes());
        }
        at += len;
    }
    Encoded::Long(out, at)
}

/// The coarsest unit of which the step is a multiple, and the step in that unit.
#[inline(always)]
fn in_unit(step: i64) -> (usize, i64) {
    let size = step.unsigned_abs();
    // These take three bytes in any unit.
    if size < 1 << 23 {
        return (0, step);
    }
    let (unit, size) = match thousandth(size) {
        None => (0, size),
        Some(millis) => match thousandth(millis) {
            None => (1, millis),
            Some(seconds) => (2, seconds),
        },
    };
    (unit, if step < 0 { -(size as i64) } else { size as i64 })
}

/// The number divided by 1000, if it is a multiple: multiplication by the inverse of 125, as WebAssembly engines do
/// not replace a costly division by a multiplication.
#[inline(always)]
fn thousandth(number: u64) -> Option<u64> {
    const INVERSE_OF_125: u64 = 0x1CAC_0831_26E9_78D5;
    const { assert!(INVERSE_OF_125.wrapping_mul(125) == 1) };
    let quotient = (number >> 3).wrapping_mul(INVERSE_OF_125);
    (number & 7 == 0 && quotient <= u64::MAX / 125).then_some(quotient)
}

#[inline(always)]
fn byte_code(bytes: u64) -> usize {
    usize::from(bytes >= 1 << 8) + usize::from(bytes >= 1 << 16) + usize::from(bytes >= 1 << 24)
}

/// The flows of one pair, decoded. Reused for many pairs, so that its buffers are allocated once.
#[derive(Debug, Default)]
pub(crate) struct History {
    /// In the order they were read.
    pub connections: Vec<Connection>,
    pub(super) chain: Vec<Tail>,
}

impl History {
    /// Decodes the flows of a stream in pieces, each of whole flows. The last flow started at `last`.
    #[inline(always)]
    pub(super) fn read(
        &mut self,
        last: i64,
        pieces: impl FnOnce(&mut Vec<Tail>, &mut dyn FnMut(&[u8], usize)),
    ) {
        let History { connections, chain } = self;
        connections.clear();
        let mut start = 0;
        pieces(chain, &mut |piece, len| decode(piece, len, &mut start, connections));
        // Until the last flow is decoded, starts are relative to the first flow.
        let shift = last - start;
        for connection in connections {
            connection.start = Timestamp::unchecked(connection.start.as_micros() + shift);
        }
    }
}

/// Appends the flows in the first `len` bytes of a piece. The first one is a step after `start`, which becomes the
/// start of the last one. Bytes beyond `len` make decoding the last numbers fast.
fn decode(piece: &[u8], len: usize, start: &mut i64, connections: &mut Vec<Connection>) {
    let mut at = 0;
    while at < len {
        let Some(&control) = piece.get(at) else { return };
        at += 1;
        let control = usize::from(control);
        let mut number = |len| {
            let value = read_number(piece, at, len);
            at += len;
            value
        };
        let step = number(STEP_LENGTHS[control >> 2 & 3]);
        let bytes_sent = number(BYTE_LENGTHS[control >> 4 & 3]);
        let bytes_received = number(BYTE_LENGTHS[control >> 6 & 3]);
        let step = (step >> 1) as i64 ^ -((step & 1) as i64);
        *start += step * UNITS[control & 3];
        connections.push(Connection { start: Timestamp::unchecked(*start), bytes_sent, bytes_received });
    }
}

/// A little-endian number of `len` bytes.
#[inline(always)]
fn read_number(stream: &[u8], at: usize, len: usize) -> u64 {
    if let Some(word) = stream.get(at..at + 8).and_then(|bytes| bytes.first_chunk::<8>()) {
        return u64::from_le_bytes(*word) & u64::MAX.checked_shr(64 - 8 * len as u32).unwrap_or(0);
    }
    let bytes = stream.get(at..at + len).unwrap_or_default();
    bytes.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn thousandths_are_exact() {
        for quotient in [0, 1, 7, 125, 1000, 86_400_000, u64::MAX / 1000] {
            assert_eq!(thousandth(quotient * 1000), Some(quotient));
            for off in [1, 8, 125, 500, 999] {
                assert_eq!((quotient * 1000).checked_add(off).and_then(thousandth), None);
            }
        }
    }

    proptest! {
        #[test]
        fn every_flow_comes_back(
            flows in proptest::collection::vec(
                (
                    prop_oneof![-60_000_000_i64..60_000_000, (-4000_i64..4000).prop_map(|s| s * 1_000_000),
                                (-9_000_000_i64..9_000_000).prop_map(|ms| ms * 1000), any::<i32>().prop_map(|x| i64::from(x) << 20)],
                    any::<u64>().prop_map(|x| x >> (11 + x % 53)),
                    any::<u64>().prop_map(|x| x >> (11 + x % 53)),
                ),
                1..60,
            )
        ) {
            let mut stream = Vec::new();
            let mut expected = Vec::new();
            let mut start = 1_700_000_000_000_000_i64;
            for (i, (step, bytes_sent, bytes_received)) in flows.into_iter().enumerate() {
                let step = if i == 0 { 0 } else { step };
                start += step;
                match encode(step, bytes_sent, bytes_received) {
                    Encoded::Short(short) => {
                        prop_assert!(short.len <= Short::MAX_LEN);
                        let at = stream.len();
                        stream.resize(at + short.len + 8, 0xFF);
                        short.put(&mut stream, at);
                        stream.truncate(at + short.len);
                    }
                    Encoded::Long(bytes, len) => stream.extend_from_slice(&bytes[..len]),
                }
                expected.push(Connection { start: Timestamp::unchecked(start), bytes_sent, bytes_received });
            }
            let mut history = History::default();
            history.read(start, |_, each| each(&stream, stream.len()));
            prop_assert_eq!(history.connections, expected);
        }
    }
}
