//! How similar calls are in size.

use super::calls::Call;
use super::histogram::Histogram;

/// Sizes within three bins (5 to 9 %) are similar.
const WIDTH: usize = 3;

/// The share of the calls on the period that are similar in size, from 0 to 1: the mean of the directions whose
/// sizes are known. Half if neither is known, as nothing speaks for or against.
#[inline(never)]
pub(super) fn similarity(calls: &[Call], on_period: &[bool], histogram: &mut Histogram) -> f64 {
    let directions: [fn(&Call) -> u64; 2] = [
        |call| call.bytes_sent / u64::from(call.connections),
        |call| call.bytes_received / u64::from(call.connections),
    ];
    let (mut sum, mut known) = (0.0, 0.0);
    for bytes in directions {
        let sizes = calls.iter().zip(on_period).filter(|(_, on)| **on).map(|(call, _)| bytes(call));
        histogram.fill(sizes.filter(|&bytes| bytes > 0));
        if histogram.total() > 0 {
            sum += f64::from(histogram.densest(WIDTH).count) / f64::from(histogram.total());
            known += 1.0;
        }
    }
    if known > 0.0 { sum / known } else { 0.5 }
}
