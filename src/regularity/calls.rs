//! Connections → calls: what is opened together is one call.

use super::histogram::Histogram;
use crate::model::flow::Connection;

/// At most this many connections of a pair are looked at: all, or [`BLOCKS`] runs of them at equal
/// distances, each without gaps, as thinning would make other intervals.
pub(super) const MOST: usize = 2048;
const BLOCKS: usize = 4;

/// One call: the connections that were opened together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Call {
    pub start: i64,
    pub bytes_sent: u64,
    pub bytes_received: u64,
    pub connections: u32,
    /// The run of connections it is in; between runs are connections that were not looked at.
    pub block: u16,
}

/// The runs of connections that are looked at.
pub(super) fn blocks(connections: &[Connection]) -> impl Iterator<Item = &[Connection]> {
    let (blocks, size) = if connections.len() <= MOST { (1, MOST) } else { (BLOCKS, MOST / BLOCKS) };
    let room = connections.len().saturating_sub(size);
    (0..blocks).map(move |block| {
        let rest = connections.get(room * block / (blocks - 1).max(1)..).unwrap_or_default();
        rest.get(..size).unwrap_or(rest)
    })
}

fn pairs_of(block: &[Connection]) -> impl Iterator<Item = (&Connection, &Connection)> {
    block.iter().zip(block.iter().skip(1))
}

/// Silences, in microseconds, that end a call: of the candidates the shortest first. 0 makes every
/// connection with a start of its own a call.
///
/// A candidate lies in a valley of the intervals: two octaves (a factor of four) that are empty, with at least a tenth of the intervals below. Random traffic has none. At most two, as bursts
/// of connections may themselves come in sessions.
#[inline(never)]
pub(super) fn silences(connections: &[Connection], histogram: &mut Histogram) -> ([u64; 3], usize) {
    let steps = |block| pairs_of(block).map(|(before, after)| after.start.abs_diff(before.start));
    histogram.fill(blocks(connections).flat_map(steps).filter(|&step| step > 0));
    let total = histogram.total();
    let (mut silences, mut found) = ([0; 3], 1);
    histogram.valleys(2, (total / 10).max(2), 3, &mut |silence| {
        if let Some(place) = silences.get_mut(found) {
            *place = silence;
            found += 1;
        }
    });
    (silences, found)
}

/// The calls of these connections, sorted by start; a longer silence than that begins a new one. False if
/// that makes little sense, as calls would fill more than a fifth of the time.
#[inline(never)]
pub(super) fn collect(connections: &[Connection], silence: u64, calls: &mut Vec<Call>) -> bool {
    calls.clear();
    let (mut filled, mut all) = (0, 0);
    for (number, block) in (0..).zip(blocks(connections)) {
        let mut last: Option<i64> = None;
        for connection in block {
            let &Connection { start, bytes_sent, bytes_received } = connection;
            let step = last.map_or(0, |last| start.abs_diff(last));
            let joins = last.is_some() && step <= silence;
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
