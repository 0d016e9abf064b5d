//! The connections that go on: bounded, whatever the capture holds, and the same for the same packets.

use std::collections::BTreeMap;

use crate::counts::Counts;
use crate::flow::{Flow, Key, Seen};
use crate::packet::Packet;

/// So many are held at most, about 40 MB. When there are more, first those go that have been silent for long, then
/// the quarter that has been silent for longest.
const MOST: usize = 1 << 17;

/// Before there are so many, none is looked for that is over.
const FEW: usize = 1 << 12;

/// Bytes of questions and beginnings that wait for the rest, of all connections.
const MOST_HELD: usize = 16 << 20;

/// An ordered map: no input can be made to slow it down, and its order is that of the keys.
#[derive(Debug)]
pub(crate) struct Table {
    flows: BTreeMap<Key, Box<Flow>>,
    /// When there are so many, room is made.
    full: usize,
    most: usize,
    held: usize,
}

impl Table {
    pub fn new() -> Self {
        Table { flows: BTreeMap::new(), full: FEW, most: MOST, held: 0 }
    }

    /// Adds a packet; connections that are over are told.
    pub fn take(&mut self, packet: &Packet<'_>, time: i64, counts: &mut Counts, rows: &mut Vec<u8>) {
        let (key, sender) = Key::of(packet);
        let seen = Seen { packet, sender, time, frame: counts.packets };
        let room = MOST_HELD.saturating_sub(self.held);
        if let Some(flow) = self.flows.get_mut(&key) {
            if flow.is_before(&key, &seen) {
                self.held -= flow.held();
                flow.tell(&key, rows);
                **flow = Flow::new(&seen);
            }
            self.held = self.held.saturating_add_signed(flow.add(&key, &seen, room, rows));
            return;
        }
        if self.flows.len() >= self.full {
            self.make_room(time, counts, rows);
        }
        let mut flow = Box::new(Flow::new(&seen));
        self.held = self.held.saturating_add_signed(flow.add(&key, &seen, room, rows));
        self.flows.insert(key, flow);
    }

    fn make_room(&mut self, now: i64, counts: &mut Counts, rows: &mut Vec<u8>) {
        self.tell_if(rows, |key, flow| flow.silent_at(key, now));
        if self.flows.len() > self.most / 4 * 3 {
            let mut last: Vec<i64> = self.flows.values().map(|flow| flow.last).collect();
            last.sort_unstable();
            let until = last.get(self.most / 4).copied().unwrap_or(now);
            let before = self.flows.len();
            self.tell_if(rows, |_, flow| flow.last <= until);
            counts.early += (before - self.flows.len()) as u64;
        }
        self.full = (2 * self.flows.len()).clamp(FEW.min(self.most), self.most);
    }

    /// Tells all.
    pub fn finish(&mut self, rows: &mut Vec<u8>) {
        self.tell_if(rows, |_, _| true);
    }

    /// In the order of their first packets.
    fn tell_if(&mut self, rows: &mut Vec<u8>, is_over: impl Fn(&Key, &Flow) -> bool) {
        let mut over: Vec<_> = self.flows.extract_if(.., |key, flow| is_over(key, flow)).collect();
        over.sort_unstable_by_key(|(_, flow)| flow.frame);
        for (key, flow) in over {
            self.held -= flow.held();
            flow.tell(&key, rows);
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
    fn a_full_table_tells_the_silent_ones_and_counts_the_others() {
        let (mut table, mut counts, mut rows) = (Table::new(), Counts::default(), Vec::new());
        (table.most, table.full) = (100, 100);
        for port in 0..100 {
            table.take(&packet(port, b""), i64::from(port) * SECOND, &mut counts, &mut rows);
            assert!(table.flows.len() <= 100);
        }
        assert_eq!((rows.len(), counts.early), (0, 0));
        // The first 40 have been silent for more than a minute.
        table.take(&packet(500, b""), 100 * SECOND, &mut counts, &mut rows);
        assert_eq!((lines(&rows), table.flows.len(), counts.early), (40, 61, 0));
        for port in 600..700 {
            table.take(&packet(port, b""), 100 * SECOND, &mut counts, &mut rows);
            assert!(table.flows.len() <= 100);
        }
        assert!(counts.early > 0);
        table.finish(&mut rows);
        assert_eq!(lines(&rows), 201, "every connection is told once");
    }

    #[test]
    fn what_is_held_is_bounded_and_given_back() {
        let (mut table, mut counts, mut rows) = (Table::new(), Counts::default(), Vec::new());
        let question = b"\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x03www\x07example\0\0\x1C\0\x01";
        table.take(&packet(1, question), 0, &mut counts, &mut rows);
        assert!(table.held > question.len() / 2 && rows.is_empty());
        table.held = MOST_HELD;
        table.take(&packet(2, question), 0, &mut counts, &mut rows);
        assert_eq!((lines(&rows), table.held), (1, MOST_HELD), "told at once");
        let begins = Packet {
            protocol: TCP,
            payload: b"GET ",
            payload_length: 4,
            to: packet(3, b"").to,
            ..packet(3, b"")
        };
        table.take(&begins, 0, &mut counts, &mut rows);
        assert_eq!(table.held, MOST_HELD);
        table.finish(&mut rows);
        assert!(table.held < MOST_HELD);
    }
}
