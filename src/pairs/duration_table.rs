//! The long connections of each pair.
//!
//! They are stored in a [`PairTable`], as it compresses them well: milliseconds take the place of the bytes sent.
//! Only this file knows.

use super::history::History;
use super::table::PairTable;
use crate::model::pair_key::{FlowRow, PairKey};

/// Shorter connections, in microseconds, are not stored and not part of a pair's total. Most connections are
/// shorter, and none of those can hold a channel open, so their memory is better spent on flows.
pub(crate) const MIN_LONG_MICROSECONDS: u64 = 10_000_000;

/// A connection that was open for long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TimedConnection {
    /// UTC microseconds.
    pub start: i64,
    pub milliseconds: u64,
}

/// The long connections of all pairs.
#[derive(Debug, Default)]
pub(crate) struct DurationTable {
    connections: PairTable,
    batch: Vec<FlowRow>,
}

impl DurationTable {
    pub(super) fn new(seed: u64, max_bytes: usize) -> Self {
        DurationTable { connections: PairTable::new(seed, max_bytes), batch: Vec::new() }
    }

    /// Bytes of memory in use.
    pub(super) fn bytes(&self) -> usize {
        self.connections.bytes()
    }

    /// Connections that were dropped to stay within the memory limit.
    pub(super) fn dropped_records(&self) -> u64 {
        self.connections.evicted().flows
    }

    /// Adds pair, start and duration of connections, in microseconds; those that are not long are ignored.
    pub fn add(&mut self, connections: impl Iterator<Item = (PairKey, i64, u64)>) {
        self.batch.clear();
        let long = connections.filter(|(.., microseconds)| *microseconds >= MIN_LONG_MICROSECONDS);
        self.batch.extend(long.map(|(key, start, microseconds)| FlowRow {
            key,
            start,
            bytes_sent: microseconds / 1000,
            bytes_received: 0,
        }));
        if !self.batch.is_empty() {
            self.connections.add(&self.batch);
        }
    }

    /// The long connections of every pair, in no particular order.
    pub fn for_each(&self, mut each: impl FnMut(PairKey, &[TimedConnection])) {
        let (mut history, mut connections) = (History::default(), Vec::new());
        for chunk in self.connections.chunks() {
            chunk.for_each(|pair| {
                pair.read(&mut history);
                connections.clear();
                connections.extend(history.connections.iter().map(|connection| TimedConnection {
                    start: connection.start.as_micros(),
                    milliseconds: connection.bytes_sent,
                }));
                each(pair.key(), &connections);
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::flow::Address;

    #[test]
    fn long_connections_come_back_by_pair() {
        let key = |port| PairKey::new(Address::V4(1), Address::V6(2), port);
        let mut table = DurationTable::new(7, 1 << 20);
        table.add([(key(1), 5, 12_345_678), (key(2), 6, 9_999_999), (key(1), 7, 10_000_000)].into_iter());
        let mut found = Vec::new();
        table.for_each(|key, connections| found.push((key, connections.to_vec())));
        let long = |start, milliseconds| TimedConnection { start, milliseconds };
        assert_eq!(found, [(key(1), vec![long(5, 12_345), long(7, 10_000)])]);
    }
}
