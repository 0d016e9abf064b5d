//! The flows of one pair as bytes, exactly: start, bytes sent, bytes received, in the order they came.
//!
//! A flow is one control byte and three little-endian numbers of the lengths it names:
//!
//! ```text
//! bits 0-1  unit of the time step: microseconds, milliseconds, seconds
//! bits 2-3  length of the step since the flow before (zigzag): 0, 3, 5 or 8 bytes
//! bits 4-5  length of bytes sent: 1, 2, 3 or 8
//! bits 6-7  length of bytes received: 1, 2, 3 or 8
//! ```
//!
//! The first flow's step is 0: the pair's header has its start. Histories follow one another without a gap, so that
//! two of one pair are joined by writing the first control byte and step of the second anew.

use crate::model::flow::Connection;
use crate::model::time::Timestamp;

const UNITS: [i64; 4] = [1, 1000, 1_000_000, 1_000_000];
const STEP_LENGTHS: [usize; 4] = [0, 3, 5, 8];
const BYTE_LENGTHS: [usize; 4] = [1, 2, 3, 8];

/// Room for the longest flow: control byte and three numbers of eight bytes.
pub(super) const LONGEST: usize = 32;

/// A flow as bytes. Few have a number of eight bytes; without one, a flow is two words that are ready to be
/// stored one over the end of the other. Nothing that was stored is read again to get there, as that would
/// wait for the store.
#[derive(Debug, Clone, Copy)]
pub(super) enum Encoded {
    Short(Short),
    /// The bytes, and how many of them count.
    Long([u8; LONGEST], usize),
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
    #[cfg(test)]
    /// The most bytes of a short flow that count.
    pub const LONGEST: usize = 1 + 5 + 3 + 3;

    /// Writes the flow at a place that has room for its bytes and eight more, which are undefined then.
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
    let step = zigzag(step);
    let step_code = step_code(step);
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
    let mut out = [0; LONGEST];
    out[0] = control as u8;
    // Each number is written with eight bytes; the next one begins where its length ends.
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

/// The coarsest unit that the step is a multiple of, and the step in it.
#[inline(always)]
fn in_unit(step: i64) -> (usize, i64) {
    let size = step.unsigned_abs();
    // These take three bytes anyhow.
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

/// The number divided by 1000, if it can be divided evenly: by multiplication with the inverse of 125,
/// as a division takes long and is not done by multiplication in WebAssembly.
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

/// The flows of one pair, read back. Reused for many pairs, as it keeps its memory.
#[derive(Debug, Default)]
pub(crate) struct History {
    /// In the order they came.
    pub connections: Vec<Connection>,
}

impl History {
    /// Reads the flows in the first `len` bytes, the first of which started at `first`, in place of what was
    /// there. Bytes beyond make the reading of the last numbers fast.
    pub(super) fn read(&mut self, bytes: &[u8], len: usize, first: i64) {
        self.connections.clear();
        let (mut at, mut start) = (0, first);
        while at < len {
            let Some(&control) = bytes.get(at) else { return };
            at += 1;
            let control = usize::from(control);
            let mut number = |len| {
                let value = read_number(bytes, at, len);
                at += len;
                value
            };
            let step = number(STEP_LENGTHS[control >> 2 & 3]);
            let bytes_sent = number(BYTE_LENGTHS[control >> 4 & 3]);
            let bytes_received = number(BYTE_LENGTHS[control >> 6 & 3]);
            let step = (step >> 1) as i64 ^ -((step & 1) as i64);
            start += step * UNITS[control & 3];
            self.connections.push(Connection {
                start: Timestamp::unchecked(start),
                bytes_sent,
                bytes_received,
            });
        }
    }
}

/// The control byte and the first bytes of a history that goes on after a step: its first flow has no step yet.
pub(super) fn link(control: u8, step: i64) -> ([u8; 9], usize) {
    let (unit, step) = in_unit(step);
    let step = zigzag(step);
    let code = step_code(step);
    let mut out = [0; 9];
    out[0] = control | (unit | code << 2) as u8;
    if let Some(place) = out.last_chunk_mut::<8>() {
        *place = step.to_le_bytes();
    }
    (out, 1 + STEP_LENGTHS[code])
}

/// Bytes that a flow takes.
#[inline(always)]
pub(super) fn encoded_len(step: i64, bytes_sent: u64, bytes_received: u64) -> usize {
    1 + step_len(step) + BYTE_LENGTHS[byte_code(bytes_sent)] + BYTE_LENGTHS[byte_code(bytes_received)]
}

/// Bytes that a step takes.
#[inline(always)]
pub(super) fn step_len(step: i64) -> usize {
    STEP_LENGTHS[step_code(zigzag(in_unit(step).1))]
}

#[inline(always)]
fn zigzag(step: i64) -> u64 {
    ((step << 1) ^ (step >> 63)) as u64
}

#[inline(always)]
fn step_code(step: u64) -> usize {
    usize::from(step != 0) + usize::from(step >= 1 << 24) + usize::from(step >= 1 << 40)
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
            let mut expected_len = 0;
            let mut start = 1_700_000_000_000_000_i64;
            for (i, (step, bytes_sent, bytes_received)) in flows.into_iter().enumerate() {
                let step = if i == 0 { 0 } else { step };
                start += step;
                expected_len += encoded_len(step, bytes_sent, bytes_received);
                match encode(step, bytes_sent, bytes_received) {
                    Encoded::Short(short) => {
                        prop_assert!(short.len <= Short::LONGEST);
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
            history.read(&stream, stream.len(), 1_700_000_000_000_000);
            prop_assert_eq!(stream.len(), expected_len);
            prop_assert_eq!(history.connections, expected);
        }
    }
}
