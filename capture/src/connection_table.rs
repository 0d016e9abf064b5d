//! The open connections. Their number and memory are limited, whatever the capture holds, and the result depends on
//! the packets only.

use std::collections::BTreeMap;

use crate::connection::{Received, TrackedConnection};
use crate::connection_key::ConnectionKey;
use crate::counts::Counts;
use crate::packet::Packet;

/// Connections stored at most, about 40 MB. When the table is full, connections that timed out are emitted; if that
/// is not enough, also the quarter that has been inactive for longest.
const MAX_CONNECTIONS: usize = 1 << 17;

/// Below this number no search for timed-out connections is made.
const MIN_CONNECTIONS: usize = 1 << 12;

/// Bytes of incomplete payloads and pending queries, of all connections together.
const MAX_PENDING_BYTES: usize = 16 << 20;

/// An ordered map: no input can make it slow, and its order does not depend on a hash.
#[derive(Debug)]
pub(crate) struct ConnectionTable {
    connections: BTreeMap<ConnectionKey, Box<TrackedConnection>>,
    /// Number of connections at which ended ones are searched for next.
    evict_at: usize,
    max_connections: usize,
    pending_bytes: usize,
}

impl ConnectionTable {
    pub fn new() -> Self {
        ConnectionTable {
            connections: BTreeMap::new(),
            evict_at: MIN_CONNECTIONS,
            max_connections: MAX_CONNECTIONS,
            pending_bytes: 0,
        }
    }

    /// Adds a packet, and emits the connection that it ends.
    pub fn take(&mut self, packet: &Packet<'_>, time: i64, counts: &mut Counts, rows: &mut Vec<u8>) {
        let (key, sender) = ConnectionKey::of(packet);
        let received = Received { packet, sender, time, frame: counts.packets };
        let room = MAX_PENDING_BYTES.saturating_sub(self.pending_bytes);
        if let Some(connection) = self.connections.get_mut(&key) {
            if connection.is_ended_by(&key, &received) {
                self.pending_bytes -= connection.memory_bytes();
                connection.emit(&key, rows);
                **connection = TrackedConnection::new(&received);
            }
            let change = connection.add(&key, &received, room, rows);
            self.pending_bytes = self.pending_bytes.saturating_add_signed(change);
            return;
        }
        if self.connections.len() >= self.evict_at {
            self.evict(time, counts, rows);
        }
        let mut connection = Box::new(TrackedConnection::new(&received));
        let change = connection.add(&key, &received, room, rows);
        self.pending_bytes = self.pending_bytes.saturating_add_signed(change);
        self.connections.insert(key, connection);
    }

    fn evict(&mut self, now: i64, counts: &mut Counts, rows: &mut Vec<u8>) {
        self.emit_if(rows, |key, connection| connection.is_timed_out(key, now));
        if self.connections.len() > self.max_connections / 4 * 3 {
            let mut last: Vec<i64> = self.connections.values().map(|connection| connection.last).collect();
            last.sort_unstable();
            let until = last.get(self.max_connections / 4).copied().unwrap_or(now);
            let before = self.connections.len();
            self.emit_if(rows, |_, connection| connection.last <= until);
            counts.emitted_early += (before - self.connections.len()) as u64;
        }
        let min_connections = MIN_CONNECTIONS.min(self.max_connections);
        self.evict_at = (2 * self.connections.len()).clamp(min_connections, self.max_connections);
    }

    /// Emits all connections.
    pub fn finish(&mut self, rows: &mut Vec<u8>) {
        self.emit_if(rows, |_, _| true);
    }

    /// Removes and emits the connections that have ended, in the order of their first packets.
    fn emit_if(
        &mut self,
        rows: &mut Vec<u8>,
        has_ended: impl Fn(&ConnectionKey, &TrackedConnection) -> bool,
    ) {
        let mut ended: Vec<_> =
            self.connections.extract_if(.., |key, connection| has_ended(key, connection)).collect();
        ended.sort_unstable_by_key(|(_, connection)| connection.frame);
        for (key, connection) in ended {
            self.pending_bytes -= connection.memory_bytes();
            connection.emit(&key, rows);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;
    use crate::packet::{TCP, UDP};

    const SECOND: i64 = 1_000_000;

    fn packet(port: u16, payload: &[u8]) -> Packet<'_> {
        Packet {
            from: (Ipv4Addr::new(10, 0, 0, 5).into(), port),
            to: (Ipv4Addr::new(10, 0, 0, 1).into(), if payload.is_empty() { 7 } else { 53 }),
            protocol: UDP,
            length: 28,
            flags: 0,
            sequence: 0,
            payload_length: payload.len() as u64,
            payload,
        }
    }

    fn lines(rows: &[u8]) -> usize {
        rows.iter().filter(|byte| **byte == b'\n').count()
    }

    #[test]
    fn a_full_table_emits_timed_out_connections_and_counts_the_others() {
        let (mut table, mut counts, mut rows) = (ConnectionTable::new(), Counts::default(), Vec::new());
        (table.max_connections, table.evict_at) = (100, 100);
        for port in 0..100 {
            table.take(&packet(port, b""), i64::from(port) * SECOND, &mut counts, &mut rows);
            assert!(table.connections.len() <= 100);
        }
        assert_eq!((rows.len(), counts.emitted_early), (0, 0));
        // The first 40 have been inactive for more than a minute.
        table.take(&packet(500, b""), 100 * SECOND, &mut counts, &mut rows);
        assert_eq!((lines(&rows), table.connections.len(), counts.emitted_early), (40, 61, 0));
        for port in 600..700 {
            table.take(&packet(port, b""), 100 * SECOND, &mut counts, &mut rows);
            assert!(table.connections.len() <= 100);
        }
        assert!(counts.emitted_early > 0);
        table.finish(&mut rows);
        assert_eq!(lines(&rows), 201, "every connection is emitted once");
    }

    #[test]
    fn pending_bytes_are_limited_and_released() {
        let (mut table, mut counts, mut rows) = (ConnectionTable::new(), Counts::default(), Vec::new());
        let query = b"\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x03www\x07example\0\0\x1C\0\x01";
        table.take(&packet(1, query), 0, &mut counts, &mut rows);
        assert!(table.pending_bytes > query.len() / 2 && rows.is_empty());
        table.pending_bytes = MAX_PENDING_BYTES;
        table.take(&packet(2, query), 0, &mut counts, &mut rows);
        assert_eq!((lines(&rows), table.pending_bytes), (1, MAX_PENDING_BYTES), "emitted at once");
        let incomplete = Packet {
            protocol: TCP,
            payload: b"GET ",
            payload_length: 4,
            to: packet(3, b"").to,
            ..packet(3, b"")
        };
        table.take(&incomplete, 0, &mut counts, &mut rows);
        assert_eq!(table.pending_bytes, MAX_PENDING_BYTES);
        table.finish(&mut rows);
        assert!(table.pending_bytes < MAX_PENDING_BYTES);
    }
}
