//! Tracking of one connection, from its first packet to its last.

use crate::connection_key::{ConnectionKey, write_endpoints};
use crate::dns::{self, Message};
use crate::host::{self, HostSearch};
use crate::packet::{ACK, FIN, ICMP, ICMPV6, Packet, RST, SYN, TCP, UDP};
use crate::pending_query::PendingQuery;
use crate::rows::Row;

const SECOND: i64 = 1_000_000;

/// A connection without packets for this long has ended. The values are Zeek's (`tcp_inactivity_timeout` and the
/// others in `base/init-bare.zeek`), so that both count the same connections; protocols that Zeek does not know get
/// one minute too.
const TCP_INACTIVE_TIMEOUT: i64 = 5 * 60 * SECOND;
const OTHER_INACTIVE_TIMEOUT: i64 = 60 * SECOND;

/// Queries per connection that wait for a response.
const MAX_PENDING_QUERIES: usize = 8;

/// Ports below this are of servers (system ports, RFC 6335).
const SYSTEM_PORTS_END: u16 = 1024;
/// Linux gives clients ports from this one on; other systems start at 49152. beaconlens uses the same limits for
/// flow records.
const EPHEMERAL_PORTS_START: u16 = 32768;

/// The state of a connection. Arrays have one item per end, in the order of the [`ConnectionKey`].
#[derive(Debug)]
pub(crate) struct TrackedConnection {
    /// Number of its first packet in the file, as Wireshark counts.
    pub frame: u64,
    first: i64,
    pub last: i64,
    /// Index of the end that opened the connection.
    initiator: usize,
    /// The initiator is a guess.
    is_direction_unclear: bool,
    bytes: [u64; 2],
    packets: [u64; 2],
    /// Sequence number of the SYN, if it was captured.
    syn_sequence: Option<u32>,
    /// The responder sent SYN with ACK.
    is_accepted: bool,
    /// The responder sent something other than a refusal.
    is_answered: bool,
    has_fin: [bool; 2],
    has_rst: [bool; 2],
    first_payload: FirstPayload,
    queries: Vec<PendingQuery>,
}

/// How far the host name in the first payload of the initiator has been found.
#[derive(Debug)]
enum FirstPayload {
    /// There was no payload yet.
    Empty,
    /// An incomplete payload, and the sequence number that continues it.
    Incomplete(Vec<u8>, u32),
    /// HTTP requests, with the hash of the last host emitted. Later requests may be for other hosts.
    Requests(u64),
    /// Nothing more is searched.
    Done,
}

/// A packet with its position in the capture.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Received<'p, 'a> {
    pub packet: &'p Packet<'a>,
    /// Index of the end that sent it.
    pub sender: usize,
    pub time: i64,
    pub frame: u64,
}

impl Received<'_, '_> {
    fn has(&self, flag: u8) -> bool {
        self.packet.flags & flag == flag
    }

    /// A SYN: the first packet of a connection.
    fn is_syn(&self) -> bool {
        self.packet.protocol == TCP && self.packet.flags & (SYN | ACK | FIN | RST) == SYN
    }

    fn is_syn_ack(&self) -> bool {
        self.packet.protocol == TCP && self.packet.flags & (SYN | ACK | FIN | RST) == SYN | ACK
    }
}

impl TrackedConnection {
    pub fn new(received: &Received<'_, '_>) -> Self {
        let (initiator, is_direction_unclear) = initiator_of(received);
        TrackedConnection {
            frame: received.frame,
            first: received.time,
            last: received.time,
            initiator,
            is_direction_unclear,
            bytes: [0; 2],
            packets: [0; 2],
            syn_sequence: None,
            is_accepted: false,
            is_answered: false,
            has_fin: [false; 2],
            has_rst: [false; 2],
            first_payload: FirstPayload::Empty,
            queries: Vec::new(),
        }
    }

    /// Whether it has been inactive for so long that a packet at this time belongs to another connection.
    pub fn is_timed_out(&self, key: &ConnectionKey, time: i64) -> bool {
        let timeout = if key.protocol == TCP { TCP_INACTIVE_TIMEOUT } else { OTHER_INACTIVE_TIMEOUT };
        // In joined captures, times may go back.
        time.saturating_sub(self.last) > timeout || self.first.saturating_sub(time) > timeout
    }

    /// Whether this packet starts another connection between the same ends.
    pub fn is_ended_by(&self, key: &ConnectionKey, received: &Received<'_, '_>) -> bool {
        if self.is_timed_out(key, received.time) {
            return true;
        }
        received.is_syn()
            && match self.syn_sequence {
                // A retransmitted SYN has the same number.
                Some(number) => received.sender != self.initiator || received.packet.sequence != number,
                // The SYN with ACK may have been captured before the SYN.
                None => !self.is_accepted || self.packets != [0, 1] && self.packets != [1, 0],
            }
    }

    /// Adds a packet; returns the change of [`memory_bytes`](Self::memory_bytes), which may grow by `room`.
    pub fn add(
        &mut self,
        key: &ConnectionKey,
        received: &Received<'_, '_>,
        room: usize,
        rows: &mut Vec<u8>,
    ) -> isize {
        self.first = self.first.min(received.time);
        self.last = self.last.max(received.time);
        let (packet, sender) = (received.packet, received.sender);
        for (counts, more) in [(&mut self.bytes, packet.length), (&mut self.packets, 1)] {
            if let Some(count) = counts.get_mut(sender) {
                *count += more;
            }
        }
        match packet.protocol {
            TCP => self.update_tcp(received),
            _ => self.is_answered |= sender != self.initiator,
        }
        let before = self.memory_bytes();
        if (packet.protocol == TCP || packet.protocol == UDP) && !packet.payload.is_empty() {
            self.read_payload(key, received, room, rows);
        }
        self.memory_bytes() as isize - before as isize
    }

    fn update_tcp(&mut self, received: &Received<'_, '_>) {
        if received.is_syn() && self.syn_sequence.is_none() {
            self.syn_sequence = Some(received.packet.sequence);
        }
        self.is_accepted |= received.is_syn_ack() && received.sender != self.initiator;
        self.is_answered |= received.sender != self.initiator && !received.has(RST);
        for (ends, flag) in [(&mut self.has_fin, FIN), (&mut self.has_rst, RST)] {
            if let Some(end) = ends.get_mut(received.sender) {
                *end |= received.has(flag);
            }
        }
    }

    /// Reads host names and DNS messages from the payload.
    fn read_payload(
        &mut self,
        key: &ConnectionKey,
        received: &Received<'_, '_>,
        room: usize,
        rows: &mut Vec<u8>,
    ) {
        let packet = received.packet;
        if packet.from.1 == dns::PORT || packet.to.1 == dns::PORT {
            // Over TCP the length comes first (RFC 1035, 4.2.2). Messages in several segments are not joined.
            let message = match packet.protocol {
                TCP => packet.payload.split_first_chunk::<2>().map(|(_, message)| message),
                _ => Some(packet.payload),
            };
            if let Some(message) = message.and_then(dns::message) {
                self.take_message(key, received, message, room, rows);
            }
        } else if packet.protocol == TCP && received.sender == self.initiator {
            self.take_first_payload(key, received, room, rows);
        }
    }

    fn take_message(
        &mut self,
        key: &ConnectionKey,
        received: &Received<'_, '_>,
        message: Message,
        room: usize,
        rows: &mut Vec<u8>,
    ) {
        let is_same =
            |query: &PendingQuery| query.message.id == message.id && query.message.name == message.name;
        let known = self.queries.iter().position(is_same);
        let &Received { sender, time, frame, .. } = received;
        if message.is_answer {
            let code = Some(message.code);
            let query = match known {
                Some(at) => self.queries.remove(at),
                None => PendingQuery { message, sender: 1 - sender, time, frame },
            };
            return query.emit(key, code, rows);
        }
        if known.is_some() {
            return;
        }
        let query = PendingQuery { message, sender, time, frame };
        if query.memory_bytes() > room {
            return query.emit(key, None, rows);
        }
        self.queries.push(query);
        if self.queries.len() > MAX_PENDING_QUERIES {
            self.queries.remove(0).emit(key, None, rows);
        }
    }

    fn take_first_payload(
        &mut self,
        key: &ConnectionKey,
        received: &Received<'_, '_>,
        room: usize,
        rows: &mut Vec<u8>,
    ) {
        let Packet { payload, sequence, payload_length, .. } = *received.packet;
        let next_sequence = sequence.wrapping_add(payload_length as u32);
        let mut joined = Vec::new();
        let (bytes, last_host) = match &mut self.first_payload {
            FirstPayload::Done => return,
            FirstPayload::Empty => (payload, None),
            FirstPayload::Requests(last_host) => (payload, Some(*last_host)),
            FirstPayload::Incomplete(_, next) if *next != sequence => return,
            FirstPayload::Incomplete(start, _) => {
                joined = std::mem::take(start);
                joined.extend_from_slice(payload);
                (joined.as_slice(), None)
            }
        };
        // A payload that was cut short by the capture cannot be continued by the next packet.
        let is_complete = payload.len() as u64 >= payload_length;
        self.first_payload = match host::find_host(bytes) {
            HostSearch::Host(host) => {
                let hash = hash_of(host);
                if last_host != Some(hash) {
                    self.emit_host(key, received, host, rows);
                }
                if host::is_tls(bytes) { FirstPayload::Done } else { FirstPayload::Requests(hash) }
            }
            // The body of a request.
            _ if let Some(last_host) = last_host => FirstPayload::Requests(last_host),
            HostSearch::NeedMore if is_complete && bytes.len() <= host::MAX_PAYLOAD_BYTES.min(room) => {
                let start = if joined.is_empty() { payload.to_vec() } else { joined };
                FirstPayload::Incomplete(start, next_sequence)
            }
            _ => FirstPayload::Done,
        };
    }

    fn emit_host(&self, key: &ConnectionKey, received: &Received<'_, '_>, host: &[u8], rows: &mut Vec<u8>) {
        let mut row = Row::new("capture", "host", ("frame", received.frame), rows);
        row.seconds("ts", received.time.max(0) as u64);
        write_endpoints(&mut row, key, self.initiator);
        row.foreign("host", host).end();
    }

    /// Bytes of its payloads and queries, which only some connections have.
    pub fn memory_bytes(&self) -> usize {
        let payload =
            if let FirstPayload::Incomplete(start, _) = &self.first_payload { start.len() } else { 0 };
        payload + self.queries.iter().map(PendingQuery::memory_bytes).sum::<usize>()
    }

    /// Writes its row, and those of the queries without a response.
    pub fn emit(&self, key: &ConnectionKey, rows: &mut Vec<u8>) {
        for query in &self.queries {
            query.emit(key, None, rows);
        }
        let sent_and_received = |counts: [u64; 2]| {
            if self.initiator == 0 { (counts[0], counts[1]) } else { (counts[1], counts[0]) }
        };
        let (bytes_sent, bytes_received) = sent_and_received(self.bytes);
        let (packets_sent, packets_received) = sent_and_received(self.packets);
        let mut row = Row::new("capture", "flow", ("frame", self.frame), rows);
        row.seconds("ts", self.first.max(0) as u64)
            .seconds("duration", self.last.saturating_sub(self.first).max(0) as u64);
        write_endpoints(&mut row, key, self.initiator);
        row.number("bytes_sent", bytes_sent)
            .number("bytes_received", bytes_received)
            .number("packets_sent", packets_sent)
            .number("packets_received", packets_received)
            .text("state", self.state(key.protocol));
        if self.is_direction_unclear && self.syn_sequence.is_none() && !self.is_accepted {
            row.text("direction", "unclear");
        }
        row.end();
    }

    /// The outcome, as in Zeek's `conn_state`.
    fn state(&self, protocol: u8) -> &'static str {
        let (initiator, responder) = (self.initiator, 1 - self.initiator);
        let of = |ends: &[bool; 2], end: usize| ends.get(end).copied().unwrap_or(false);
        if protocol != TCP {
            return if self.is_answered { "SF" } else { "S0" };
        }
        if self.syn_sequence.is_none() && !self.is_accepted {
            return "OTH";
        }
        match self.is_answered {
            false if of(&self.has_rst, responder) => "REJ",
            false if of(&self.has_rst, initiator) => "RSTOS0",
            false if of(&self.has_fin, initiator) => "SH",
            false => "S0",
            true if self.has_fin == [true, true] => "SF",
            true if of(&self.has_rst, initiator) => "RSTO",
            true if of(&self.has_rst, responder) => "RSTR",
            true if of(&self.has_fin, initiator) => "S2",
            true if of(&self.has_fin, responder) => "S3",
            true => "S1",
        }
    }
}

/// The index of the initiator of a connection that begins with this packet, and whether that is a guess.
fn initiator_of(received: &Received<'_, '_>) -> (usize, bool) {
    let (sender, other) = (received.sender, 1 - received.sender);
    let (from, to) = (received.packet.from.1, received.packet.to.1);
    match received.packet.protocol {
        TCP if received.is_syn() => (sender, false),
        TCP if received.is_syn_ack() => (other, false),
        TCP => {
            // Higher for ports that clients use.
            let rank =
                |port: u16| u8::from(port >= SYSTEM_PORTS_END) + u8::from(port >= EPHEMERAL_PORTS_START);
            (if rank(from) < rank(to) { other } else { sender }, rank(from) == rank(to))
        }
        // The request comes first, unless the capture began between request and response.
        UDP if from < SYSTEM_PORTS_END && to >= SYSTEM_PORTS_END => (other, false),
        // An echo reply (RFC 792, RFC 4443), likewise.
        ICMP if (from, to) == (0, 8) => (other, false),
        ICMPV6 if (from, to) == (129, 128) => (other, false),
        _ => (sender, false),
    }
}

/// FNV-1a.
fn hash_of(text: &[u8]) -> u64 {
    text.iter()
        .fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01B3))
}
