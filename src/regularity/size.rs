//! Whether calls are alike in size.

use super::calls::Call;
use super::histogram::Histogram;

/// Sizes within three bins (5 to 9 %) are alike.
const WIDTH: usize = 3;

/// The share of the calls on the beat that are alike in size, from 0 to 1: the mean of both directions,
/// as far as they are told. Half if neither is told: then nothing speaks for or against.
#[inline(never)]
pub(super) fn alike(calls: &[Call], on_beat: &[bool], histogram: &mut Histogram) -> f64 {
    let directions: [fn(&Call) -> u64; 2] = [
        |call| call.bytes_sent / u64::from(call.connections),
        |call| call.bytes_received / u64::from(call.connections),
    ];
    let (mut sum, mut told) = (0.0, 0.0);
    for bytes in directions {
        let sizes = calls.iter().zip(on_beat).filter(|(_, on)| **on).map(|(call, _)| bytes(call));
        histogram.fill(sizes.filter(|&bytes| bytes > 0));
        if histogram.total() > 0 {
            sum += f64::from(histogram.densest(WIDTH).count) / f64::from(histogram.total());
            told += 1.0;
        }
    }
    if told > 0.0 { sum / told } else { 0.5 }
}
