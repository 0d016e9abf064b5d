//! Connections → calls: what is opened together is one call.

use super::histogram::Histogram;
use crate::model::flow::Connection;

/// At most this many connections of a pair are examined: all, or [`BLOCKS`] equally spaced blocks of consecutive
/// ones, as sampling single connections would change the intervals.
pub(super) const MAX_CONNECTIONS: usize = 2048;
const BLOCKS: usize = 4;

/// One call: the connections that were opened together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Call {
    pub start: i64,
    pub bytes_sent: u64,
    pub bytes_received: u64,
    pub connections: u32,
    /// The block of connections it is in. Connections between blocks are not examined.
    pub block: u16,
}

/// The blocks of connections that are examined.
pub(super) fn blocks(connections: &[Connection]) -> impl Iterator<Item = &[Connection]> {
    let (blocks, size) = if connections.len() <= MAX_CONNECTIONS {
        (1, MAX_CONNECTIONS)
    } else {
        (BLOCKS, MAX_CONNECTIONS / BLOCKS)
    };
    let room = connections.len().saturating_sub(size);
    (0..blocks).map(move |block| {
        let rest = connections.get(room * block / (blocks - 1).max(1)..).unwrap_or_default();
        rest.get(..size).unwrap_or(rest)
    })
}

fn pairs_of(block: &[Connection]) -> impl Iterator<Item = (&Connection, &Connection)> {
    block.iter().zip(block.iter().skip(1))
}

/// Candidates for the idle time, in microseconds, that separates calls; the shortest first. With 0, every connection
/// with a start of its own is a call.
///
/// Further candidates lie in valleys of the intervals: two empty octaves (a factor of four) with at least a tenth of
/// the intervals below. Random traffic has none. There are at most two, as bursts of connections may come in sessions.
#[inline(never)]
pub(super) fn idle_times(connections: &[Connection], histogram: &mut Histogram) -> ([u64; 3], usize) {
    let steps = |block| {
        pairs_of(block).map(|(before, after)| after.start.as_micros().abs_diff(before.start.as_micros()))
    };
    histogram.fill(blocks(connections).flat_map(steps).filter(|&step| step > 0));
    let total = histogram.total();
    let (mut idle_times, mut found) = ([0; 3], 1);
    histogram.valleys(2, (total / 10).max(2), 3, &mut |idle_time| {
        if let Some(place) = idle_times.get_mut(found) {
            *place = idle_time;
            found += 1;
        }
    });
    (idle_times, found)
}

/// Collects the calls of these connections, sorted by start. A longer idle time than `idle_time` begins a new
/// call. False if calls would fill more than a fifth of the time, which makes little sense.
#[inline(never)]
pub(super) fn collect(connections: &[Connection], idle_time: u64, calls: &mut Vec<Call>) -> bool {
    calls.clear();
    let (mut filled, mut all) = (0, 0);
    for (number, block) in (0..).zip(blocks(connections)) {
        let mut last: Option<i64> = None;
        for connection in block {
            let &Connection { start, bytes_sent, bytes_received } = connection;
            let start = start.as_micros();
            let step = last.map_or(0, |last| start.abs_diff(last));
            let joins = last.is_some() && step <= idle_time;
            all += step;
            filled += if joins { step } else { 0 };
            match calls.last_mut() {
                Some(call) if joins => {
                    call.connections += 1;
                    call.bytes_sent = call.bytes_sent.saturating_add(bytes_sent);
                    call.bytes_received = call.bytes_received.saturating_add(bytes_received);
                }
                _ => calls.push(Call { start, bytes_sent, bytes_received, connections: 1, block: number }),
            }
            last = Some(start);
        }
    }
    filled * 5 <= all
}

/// The times from each call to the one `lag` calls later, in microseconds.
pub(super) fn distances(calls: &[Call], lag: usize) -> impl Iterator<Item = u64> {
    let ends = calls.iter().zip(calls.iter().skip(lag));
    ends.filter(|(from, to)| from.block == to.block).map(|(from, to)| to.start.abs_diff(from.start))
}
