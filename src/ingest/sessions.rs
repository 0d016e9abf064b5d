//! Rows of one connection → one flow, in formats with several rows per connection: for beginning and end, for each
//! direction, or for intervals of long connections.
//!
//! The first row of a session is held back, and later rows are added to it. It becomes a flow when the session ends, or
//! at the end of the source. Memory is bounded. The result depends only on the rows and their order.

use super::record::Record;
use super::record_kind::RecordKind;
use crate::model::flow::Address;
use crate::model::pair_key::FlowRow;
use crate::model::time::{MINUTE, SECOND};

/// Maximum number of sessions that are held back.
const MAX_SESSIONS: usize = 1 << 15;

/// How long after its last packet a TCP connection may continue without a new opening packet. Its ports cannot be
/// reused before twice the maximum segment lifetime of two minutes (RFC 9293, 3.4.2).
const TCP_INACTIVE_TIMEOUT: i64 = 4 * MINUTE;

/// The same for other protocols: the default of Cisco's inactive timer, after which exporters end a flow.
const OTHER_INACTIVE_TIMEOUT: i64 = 15 * SECOND;

/// The sessions of a source that may continue: a hash table with linear probing.
#[derive(Debug)]
pub(super) struct Sessions {
    /// Empty, or a power of two of which at most half are used.
    places: Vec<Session>,
    taken: usize,
    /// A secret seed, so that nobody can make input whose keys collide.
    seed: u64,
}

#[derive(Debug, Clone, Copy, Default)]
struct Session {
    /// 0 in an unused place.
    key: u64,
    flow: FlowRow,
    /// The end of its last row.
    last: i64,
    /// Whether a row with its opening packet was read.
    opened: bool,
    /// Whether it may continue. An ended session keeps its place, as others may have been placed after it.
    open: bool,
}

impl Sessions {
    pub fn new(seed: u64) -> Self {
        Sessions { places: Vec::new(), taken: 0, seed }
    }

    /// Adds a row; false if it continues a session. Sessions that end are appended to `flows`.
    #[inline(never)]
    pub fn add(&mut self, record: &Record, flows: &mut Vec<FlowRow>) -> bool {
        let Some(flow) = record.flow() else { return true };
        let last = record.start.saturating_add(record.duration.unwrap_or(0) as i64);
        if self.taken * 2 >= self.places.len() {
            self.grow(flow.start, flows);
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

    /// Ends all sessions.
    pub fn end(&mut self, flows: &mut Vec<FlowRow>) {
        for mut session in std::mem::take(&mut self.places) {
            session.end(flows);
        }
        self.taken = 0;
    }

    /// The place of a key, or the unused place where it belongs.
    #[inline(never)]
    fn place(&self, key: u64) -> usize {
        let mask = self.places.len().saturating_sub(1);
        let mut at = (key >> 32) as usize & mask;
        while self.places.get(at).is_some_and(|session| session.key != 0 && session.key != key) {
            at = (at + 1) & mask;
        }
        at
    }

    /// Doubles the table. At its limit, ends the inactive sessions, or all sessions if most are active.
    #[inline(never)]
    fn grow(&mut self, now: i64, flows: &mut Vec<FlowRow>) {
        let held = std::mem::take(&mut self.places);
        let size = (held.len() * 2).clamp(64, 2 * MAX_SESSIONS);
        let is_inactive = |session: &Session| now.saturating_sub(session.last) > TCP_INACTIVE_TIMEOUT;
        let open = held.iter().filter(|session| session.open).count();
        let active = held.iter().filter(|session| session.open && !is_inactive(session)).count();
        let (some_end, all_end) = (open * 2 >= size, active * 4 >= size);
        self.places = vec![Session::default(); size];
        self.taken = 0;
        for mut session in held {
            if some_end && (all_end || is_inactive(&session)) {
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
    /// Ends the session, which becomes a flow.
    #[inline(never)]
    fn end(&mut self, flows: &mut Vec<FlowRow>) {
        if self.open {
            flows.push(self.flow);
            self.open = false;
        }
    }

    /// Whether the row continues the session, and does not begin another one with the same key.
    fn continues(&self, record: &Record) -> bool {
        match record.kind {
            RecordKind::Begin => false,
            RecordKind::OneWay(_) => {
                let same_way = record.flow().is_some_and(|flow| flow.key == self.flow.key);
                let inactive_timeout = if record.tcp { TCP_INACTIVE_TIMEOUT } else { OTHER_INACTIVE_TIMEOUT };
                let opens_again = record.opens && self.opened && same_way && record.start > self.last;
                !opens_again && record.start.saturating_sub(self.last) <= inactive_timeout
            }
            _ => true,
        }
    }

    /// Adds a further row of the session.
    fn add(&mut self, record: &Record, part: &FlowRow, last: i64) {
        let (mut sent, mut received) = (part.bytes_sent, part.bytes_received);
        if self.flow.key != part.key {
            std::mem::swap(&mut sent, &mut received);
        }
        // Byte counts are totals so far, or those of this part.
        let total = matches!(record.kind, RecordKind::Part { total: true, .. });
        let sum = |held: u64, more: u64| if total { held.max(more) } else { held.saturating_add(more) };
        self.flow.bytes_sent = sum(self.flow.bytes_sent, sent);
        self.flow.bytes_received = sum(self.flow.bytes_received, received);
        self.flow.start = self.flow.start.min(part.start);
        self.last = self.last.max(last);
        self.opened |= record.opens;
    }
}

/// A key that the rows of a session have in common, in either direction.
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
    // Never 0, which marks an unused place.
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

    /// A row from the client at a second.
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

    /// The flows of rows, as start (in seconds), bytes sent and bytes received; and the number of rows that were added to
    /// earlier ones.
    fn flows(rows: &[Record]) -> (Vec<(i64, u64, u64)>, usize) {
        let (mut sessions, mut flows) = (Sessions::new(7), Vec::new());
        let merged = rows.iter().filter(|row| !sessions.add(row, &mut flows)).count();
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
        // Inactive for too long, by protocol.
        assert_eq!(flows(&[row(ONE_WAY, 0), row(ONE_WAY, 241)]).1, 0);
        let udp = |second| Record { tcp: false, ..row(ONE_WAY, second) };
        assert_eq!(flows(&[udp(0), udp(15), udp(31)]), (vec![(0, 20, 10), (31, 10, 5)], 1));
        // A new opening packet.
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
            sessions.add(row, &mut flows);
            assert!(sessions.taken <= MAX_SESSIONS && sessions.places.len() <= 2 * MAX_SESSIONS);
        }
        sessions.end(&mut flows);
        assert_eq!(flows.len(), rows.len());
    }
}
