//! When a pair's connections were opened: over time, and by the intervals between them.

use super::explanation::{IntervalBin, Intervals, Timeline};
use crate::model::flow::Connection;
use crate::model::time::{SECOND, Timestamp};

/// Maximum number of buckets of a timeline.
const MAX_BUCKETS: i64 = 300;

/// Lengths of buckets in seconds; longer ones are whole weeks.
const BUCKET_SECONDS: [i64; 16] =
    [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 86_400];
const WEEK: i64 = 604_800;

/// Connections in buckets of equal length, from the one that contains `from` to the one that contains `until`.
pub(super) fn timeline(connections: &[Connection], from: i64, until: i64) -> Timeline {
    let (from, until) = (from.div_euclid(SECOND), until.div_euclid(SECOND));
    let buckets = |seconds: i64| until.div_euclid(seconds) - from.div_euclid(seconds) + 1;
    let fitting = BUCKET_SECONDS.into_iter().find(|seconds| buckets(*seconds) <= MAX_BUCKETS);
    // If none is long enough, a number of whole weeks.
    let seconds = fitting.unwrap_or_else(|| ((until - from) / (MAX_BUCKETS - 1) / WEEK + 1) * WEEK);
    let first = from.div_euclid(seconds);
    let len = buckets(seconds) as usize;
    let mut out = Timeline {
        start: Timestamp::clamped(first * seconds * SECOND),
        bucket_seconds: seconds as u64,
        connections: vec![0; len],
        bytes_sent: vec![0; len],
        bytes_received: vec![0; len],
    };
    for connection in connections {
        let bucket = (connection.start.as_micros().div_euclid(seconds * SECOND) - first) as usize;
        let add = |counts: &mut Vec<u64>, more: u64| {
            if let Some(count) = counts.get_mut(bucket) {
                *count = count.saturating_add(more);
            }
        };
        add(&mut out.connections, 1);
        add(&mut out.bytes_sent, connection.bytes_sent);
        add(&mut out.bytes_received, connection.bytes_received);
    }
    out
}

/// The intervals between connections in order of time.
pub(super) fn intervals(connections: &[Connection]) -> Option<Intervals> {
    let mut intervals: Vec<i64> =
        connections.windows(2).map(|two| two[1].start.as_micros() - two[0].start.as_micros()).collect();
    intervals.sort_unstable();
    let (low, high) =
        (intervals.get(intervals.len().checked_sub(1)? / 2)?, intervals.get(intervals.len() / 2)?);
    let median = low + (high - low) / 2;
    Some(Intervals { median_seconds: seconds(median), histogram: histogram(&intervals) })
}

/// Sorted intervals in ranges whose edges are preferred numbers (ISO 3, R10): ten per decade, from 1 ms.
fn histogram(intervals: &[i64]) -> Vec<IntervalBin> {
    const R10: [i64; 10] = [1000, 1250, 1600, 2000, 2500, 3150, 4000, 5000, 6300, 8000];
    let decades = (0..14).map(|decade| 10_i64.pow(decade));
    let edges = decades.flat_map(|scale| R10.into_iter().map(move |edge| edge * scale));
    let (mut bins, mut from, mut before) = (Vec::new(), 0, 0);
    for to in edges {
        let below = intervals.partition_point(|interval| *interval < to);
        let bin = IntervalBin {
            from_seconds: seconds(from),
            to_seconds: seconds(to),
            count: (below - before) as u64,
        };
        if bin.count > 0 || !bins.is_empty() {
            bins.push(bin);
        }
        (from, before) = (to, below);
        if below == intervals.len() {
            break;
        }
    }
    bins
}

fn seconds(micros: i64) -> f64 {
    micros as f64 / SECOND as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Connection {
        Connection { start: Timestamp::clamped(seconds * SECOND), bytes_sent: 1, bytes_received: 2 }
    }

    #[test]
    fn a_timeline_contains_every_connection_once() {
        for span in [1, 299, 300, 301, 86_400, 40_000_000, 252_000_000_000] {
            let connections = [at(1), at(span / 2 + 1), at(span + 1)];
            let timeline = timeline(&connections, SECOND, (span + 1) * SECOND);
            assert_eq!(timeline.connections.iter().sum::<u64>(), 3, "{span}");
            assert_eq!(timeline.bytes_received.iter().sum::<u64>(), 6, "{span}");
            assert!(timeline.connections.len() as i64 <= MAX_BUCKETS, "{span}");
        }
    }

    #[test]
    fn intervals_are_counted_once_in_adjacent_ranges() {
        let connections: Vec<Connection> = [0, 60, 120, 180, 181, 100_000_000].map(at).into();
        let Some(intervals) = intervals(&connections) else { panic!("five intervals") };
        assert_eq!(intervals.median_seconds, 60.0);
        assert_eq!(intervals.histogram.iter().map(|bin| bin.count).sum::<u64>(), 5);
        assert!(intervals.histogram.windows(2).all(|two| two[0].to_seconds == two[1].from_seconds));
        assert!(super::intervals(&connections[..1]).is_none());
    }
}
