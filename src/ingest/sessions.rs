//! Rows of one connection → one flow: beginning and end told apart, directions told apart, and long
//! connections told in parts.
//!
//! The first row of a session is held back, and what later rows tell is added to it; the flow goes on when
//! the session is over, or at the end of the source. Memory is bounded, and nothing but the order of the
//! rows decides.

use super::record::Record;
use super::record_kind::RecordKind;
use crate::model::flow::Address;
use crate::model::pair_key::FlowRow;
use crate::model::time::{MINUTE, SECOND};

/// So many sessions are held back at most.
const MAX_SESSIONS: usize = 1 << 15;

/// How long after its last packet a TCP connection may go on, if no new opening is seen: its ports cannot
/// be used again before twice the maximum segment lifetime of two minutes (RFC 9293, 3.4.2).
const TCP_INACTIVE_TIMEOUT: i64 = 4 * MINUTE;

/// The same for other protocols: after 15 seconds of silence exporters take a flow for ended (the default
/// of Cisco's inactive timer).
const OTHER_INACTIVE_TIMEOUT: i64 = 15 * SECOND;

/// The sessions of a source that may go on: a hash table with linear probing.
#[derive(Debug)]
pub(super) struct Sessions {
    /// None, or a power of two, of which at most half are taken.
    places: Vec<Session>,
    taken: usize,
    /// A secret number, so that nobody can make input whose keys are all alike.
    seed: u64,
}

#[derive(Debug, Clone, Copy, Default)]
struct Session {
    /// 0 where there is none.
    key: u64,
    flow: FlowRow,
    /// When it was last heard of.
    last: i64,
    /// The row with its opening packet was there.
    opened: bool,
    /// It may go on. One that is over keeps its place for those that were put behind it.
    open: bool,
}

impl Sessions {
    pub fn new(seed: u64) -> Self {
        Sessions { places: Vec::new(), taken: 0, seed }
    }

    /// Takes a row; false if it belongs to a session of which another row was there before. What is over
    /// becomes flows.
    #[inline(never)]
    pub fn take(&mut self, record: &Record, flows: &mut Vec<FlowRow>) -> bool {
        let Some(flow) = record.flow() else { return true };
        let last = record.start.saturating_add(record.duration.unwrap_or(0) as i64);
        if self.taken * 2 >= self.places.len() {
            self.make_room(flow.start, flows);
        }
        let key = key_of(record, self.seed);
        let at = self.place(key);
        let Some(place) = self.places.get_mut(at) else { return true };
        self.taken += usize::from(place.key == 0);
        let continues = place.open && place.continues(record);
        if continues {
            place.add(record, &flow, last);
        } else {
            place.end(flows);
            *place = Session { key, flow, last, opened: record.opens, open: true };
        }
        if matches!(record.kind, RecordKind::Part { ends: true, .. }) {
            place.end(flows);
        }
        !continues
    }

    /// Ends all of them.
    pub fn end(&mut self, flows: &mut Vec<FlowRow>) {
        for mut session in std::mem::take(&mut self.places) {
            session.end(flows);
        }
        self.taken = 0;
    }

    /// The place of a key, or the free one where it belongs.
    #[inline(never)]
    fn place(&self, key: u64) -> usize {
        let mask = self.places.len().saturating_sub(1);
        let mut at = (key >> 32) as usize & mask;
        while self.places.get(at).is_some_and(|session| session.key != 0 && session.key != key) {
            at = (at + 1) & mask;
        }
        at
    }

    /// Makes the table twice as large. At its limit, ends those that have been silent for long; if most
    /// still go on, all of them.
    #[inline(never)]
    fn make_room(&mut self, now: i64, flows: &mut Vec<FlowRow>) {
        let held = std::mem::take(&mut self.places);
        let size = (held.len() * 2).clamp(64, 2 * MAX_SESSIONS);
        let silent = |session: &Session| now.saturating_sub(session.last) > TCP_INACTIVE_TIMEOUT;
        let open = held.iter().filter(|session| session.open).count();
        let lively = held.iter().filter(|session| session.open && !silent(session)).count();
        let (some_end, all_end) = (open * 2 >= size, lively * 4 >= size);
        self.places = vec![Session::default(); size];
        self.taken = 0;
        for mut session in held {
            if some_end && (all_end || silent(&session)) {
                session.end(flows);
            }
            if !session.open {
                continue;
            }
            let at = self.place(session.key);
            if let Some(place) = self.places.get_mut(at) {
                *place = session;
                self.taken += 1;
            }
        }
    }
}

impl Session {
    /// Makes it a flow, if it was none before.
    #[inline(never)]
    fn end(&mut self, flows: &mut Vec<FlowRow>) {
        if self.open {
            flows.push(self.flow);
            self.open = false;
        }
    }

    /// Whether the row tells more of the session, and not of the next one with the same key.
    fn continues(&self, record: &Record) -> bool {
        match record.kind {
            RecordKind::Begin => false,
            RecordKind::OneWay(_) => {
                let same_way = record.flow().is_some_and(|flow| flow.key == self.flow.key);
                let silence = if record.tcp { TCP_INACTIVE_TIMEOUT } else { OTHER_INACTIVE_TIMEOUT };
                let opens_again = record.opens && self.opened && same_way && record.start > self.last;
                !opens_again && record.start.saturating_sub(self.last) <= silence
            }
            _ => true,
        }
    }

    /// Adds what one more row of the session tells.
    fn add(&mut self, record: &Record, part: &FlowRow, last: i64) {
        let (mut sent, mut received) = (part.bytes_sent, part.bytes_received);
        if self.flow.key != part.key {
            std::mem::swap(&mut sent, &mut received);
        }
        // Either all bytes so far, or those of this part.
        let total = matches!(record.kind, RecordKind::Part { total: true, .. });
        let sum = |held: u64, more: u64| if total { held.max(more) } else { held.saturating_add(more) };
        self.flow.bytes_sent = sum(self.flow.bytes_sent, sent);
        self.flow.bytes_received = sum(self.flow.bytes_received, received);
        self.flow.start = self.flow.start.min(part.start);
        self.last = self.last.max(last);
        self.opened |= record.opens;
    }
}

/// What the rows of one session have in common, whichever way they tell it.
#[inline(never)]
fn key_of(record: &Record, seed: u64) -> u64 {
    let end = |address: Option<Address>, port: u16| {
        let bits = match address {
            Some(Address::V4(bits)) => u64::from(bits),
            Some(Address::V6(number)) => u64::from(number) | 1 << 32,
            None => 1 << 33,
        };
        mixed(seed ^ bits << 16 ^ u64::from(port))
    };
    let ends = end(record.source, record.source_port).wrapping_add(end(record.destination, record.port));
    // Never 0, which is no key.
    mixed(ends ^ record.session ^ u64::from(record.tcp)) | 1
}

/// The finalizer of SplitMix64.
fn mixed(bits: u64) -> u64 {
    let bits = (bits ^ bits >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let bits = (bits ^ bits >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ bits >> 31
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::record_kind::FlowDirection;

    const CLIENT: Option<Address> = Some(Address::V4(1));
    const SERVER: Option<Address> = Some(Address::V4(2));

    /// A row of a second, from the client.
    fn row(meaning: RecordKind, second: i64) -> Record {
        let mut record = Record::new();
        record.kind = meaning;
        record.start = second * SECOND;
        (record.source, record.source_port) = (CLIENT, 50_000);
        (record.destination, record.port) = (SERVER, 443);
        (record.bytes_sent, record.bytes_received) = (10, 5);
        record.tcp = true;
        record
    }

    /// The flows that come of rows, as start (in seconds), bytes sent and received; and the rows that were
    /// none of their own.
    fn flows(rows: &[Record]) -> (Vec<(i64, u64, u64)>, usize) {
        let (mut sessions, mut flows) = (Sessions::new(7), Vec::new());
        let merged = rows.iter().filter(|row| !sessions.take(row, &mut flows)).count();
        sessions.end(&mut flows);
        let mut flows: Vec<_> =
            flows.iter().map(|f| (f.start / SECOND, f.bytes_sent, f.bytes_received)).collect();
        flows.sort_unstable();
        (flows, merged)
    }

    const TOTAL: RecordKind = RecordKind::Part { total: true, ends: true };
    const PART: RecordKind = RecordKind::Part { total: false, ends: false };
    const LAST: RecordKind = RecordKind::Part { total: false, ends: true };
    const ONE_WAY: RecordKind = RecordKind::OneWay(FlowDirection::Unknown);

    #[test]
    fn begin_and_end_are_one_flow() {
        assert_eq!(flows(&[row(RecordKind::Begin, 1), row(TOTAL, 9)]), (vec![(1, 10, 5)], 1));
        // A start without an end, an end without a start, and the same ends again.
        let rows = [row(TOTAL, 0), row(RecordKind::Begin, 1), row(TOTAL, 2), row(RecordKind::Begin, 3)];
        assert_eq!(flows(&rows), (vec![(0, 10, 5), (1, 10, 5), (3, 10, 5)], 1));
        let rows = [row(RecordKind::Begin, 1), row(RecordKind::Begin, 2)];
        assert_eq!(flows(&rows), (vec![(1, 10, 5), (2, 10, 5)], 0));
    }

    #[test]
    fn parts_add_up() {
        let rows = [row(RecordKind::Begin, 1), row(PART, 2), row(PART, 3), row(LAST, 4)];
        assert_eq!(flows(&rows), (vec![(1, 40, 20)], 3));
    }

    #[test]
    fn sessions_with_other_names_are_others() {
        let mut other = row(TOTAL, 2);
        other.session = 2;
        assert_eq!(flows(&[row(RecordKind::Begin, 1), other]).1, 0);
    }

    #[test]
    fn an_answer_and_a_continuation_count_once() {
        let mut answer = row(ONE_WAY, 1);
        std::mem::swap(&mut answer.source, &mut answer.destination);
        std::mem::swap(&mut answer.port, &mut answer.source_port);
        assert_eq!(flows(&[row(ONE_WAY, 0), answer, row(ONE_WAY, 200)]), (vec![(0, 25, 20)], 2));
        // Silent for too long, by protocol.
        assert_eq!(flows(&[row(ONE_WAY, 0), row(ONE_WAY, 241)]).1, 0);
        let udp = |second| Record { tcp: false, ..row(ONE_WAY, second) };
        assert_eq!(flows(&[udp(0), udp(15), udp(31)]), (vec![(0, 20, 10), (31, 10, 5)], 1));
        // A new opening.
        let opens = |second| Record { opens: true, ..row(ONE_WAY, second) };
        assert_eq!(flows(&[opens(0), opens(1)]).1, 0);
        assert_eq!(flows(&[row(ONE_WAY, 0), opens(1), opens(2)]).1, 1);
    }

    #[test]
    fn memory_is_bounded() {
        let rows: Vec<_> = (0..MAX_SESSIONS as u32 + 10)
            .map(|source| Record { source: Some(Address::V4(source)), ..row(ONE_WAY, 0) })
            .collect();
        let (mut sessions, mut flows) = (Sessions::new(7), Vec::new());
        for row in &rows {
            sessions.take(row, &mut flows);
            assert!(sessions.taken <= MAX_SESSIONS && sessions.places.len() <= 2 * MAX_SESSIONS);
        }
        sessions.end(&mut flows);
        assert_eq!(flows.len(), rows.len());
    }
}
