//! One connection, from its first packet to its last.

use std::fmt::Display;

use crate::dns::{self, Message};
use crate::host::{self, Found};
use crate::packet::{ACK, End, FIN, ICMP, ICMPV6, Packet, RST, SYN, TCP, UDP};
use crate::rows::Row;

const SECOND: i64 = 1_000_000;

/// A connection is over after so much silence: what Zeek takes (`tcp_inactivity_timeout` and the others in
/// `base/init-bare.zeek`), so that both count the same. For protocols that Zeek does not know, one minute too.
const TCP_SILENCE: i64 = 5 * 60 * SECOND;
const OTHER_SILENCE: i64 = 60 * SECOND;

/// Questions of one connection that wait for an answer.
const MOST_QUESTIONS: usize = 8;

/// Ports below are of servers (system ports, RFC 6335); those from 32768 on are given to clients by Linux, those
/// from 49152 on by others. The same limits as beaconlens takes for flow records.
const SYSTEM_PORTS: u16 = 1024;
const CLIENT_PORTS: u16 = 32768;

/// What the packets of a connection have in common. The lower end is first, so that both ways are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    ends: [End; 2],
    protocol: u8,
}

impl Key {
    /// With the place of the packet's sender among the ends.
    pub fn of(packet: &Packet<'_>) -> (Key, usize) {
        let (ends, sender) = match packet.from <= packet.to {
            true => ([packet.from, packet.to], 0),
            false => ([packet.to, packet.from], 1),
        };
        (Key { ends, protocol: packet.protocol }, sender)
    }

    /// The end at a place, and the other one.
    fn from(&self, place: usize) -> (End, End) {
        let [low, high] = self.ends;
        if place == 0 { (low, high) } else { (high, low) }
    }
}

/// What is known of a connection so far. What is of one end has the end's place.
#[derive(Debug)]
pub(crate) struct Flow {
    /// Number of its first packet in the file, as Wireshark counts.
    pub frame: u64,
    first: i64,
    pub last: i64,
    /// The place of the end that opened it.
    opener: usize,
    /// Nothing tells which end that was.
    unclear: bool,
    bytes: [u64; 2],
    packets: [u64; 2],
    /// The sequence number of the opening, where it was seen.
    opening: Option<u32>,
    /// SYN with ACK was seen.
    accepted: bool,
    /// The end that was called sent something else than a refusal.
    answered: bool,
    finished: [bool; 2],
    reset: [bool; 2],
    beginning: Beginning,
    questions: Vec<Question>,
}

/// What the end that opened the connection sent first.
#[derive(Debug)]
enum Beginning {
    /// Nothing yet.
    None,
    /// Something that goes on at this sequence number.
    Part(Vec<u8>, u32),
    /// A request for a host, whose print this is; more may follow.
    Requests(u64),
    /// All that is to be known of it.
    Over,
}

/// A question that waits for its answer.
#[derive(Debug)]
struct Question {
    message: Message,
    asker: usize,
    time: i64,
    frame: u64,
}

/// A packet, with what is known of it from elsewhere.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen<'p, 'a> {
    pub packet: &'p Packet<'a>,
    /// The place of its sender.
    pub sender: usize,
    pub time: i64,
    pub frame: u64,
}

impl Seen<'_, '_> {
    fn has(&self, flags: u8) -> bool {
        self.packet.flags & flags == flags
    }

    /// The first packet of a connection.
    fn opens(&self) -> bool {
        self.packet.protocol == TCP && self.packet.flags & (SYN | ACK | FIN | RST) == SYN
    }

    fn accepts(&self) -> bool {
        self.packet.protocol == TCP && self.packet.flags & (SYN | ACK | FIN | RST) == SYN | ACK
    }
}

impl Flow {
    pub fn new(seen: &Seen<'_, '_>) -> Self {
        let (opener, unclear) = opener(seen);
        Flow {
            frame: seen.frame,
            first: seen.time,
            last: seen.time,
            opener,
            unclear,
            bytes: [0; 2],
            packets: [0; 2],
            opening: None,
            accepted: false,
            answered: false,
            finished: [false; 2],
            reset: [false; 2],
            beginning: Beginning::None,
            questions: Vec::new(),
        }
    }

    /// Whether it has been silent for so long that what comes at this time is another connection.
    pub fn silent_at(&self, key: &Key, time: i64) -> bool {
        let silence = if key.protocol == TCP { TCP_SILENCE } else { OTHER_SILENCE };
        // Captures that were joined may go back in time.
        time.saturating_sub(self.last) > silence || self.first.saturating_sub(time) > silence
    }

    /// Whether the packet is of another connection between the same ends.
    pub fn is_before(&self, key: &Key, seen: &Seen<'_, '_>) -> bool {
        if self.silent_at(key, seen.time) {
            return true;
        }
        // The opening that is sent again has the same number.
        seen.opens()
            && match self.opening {
                Some(number) => seen.sender != self.opener || seen.packet.sequence != number,
                // Its answer may have been captured before it.
                None => !self.accepted || self.packets != [0, 1] && self.packets != [1, 0],
            }
    }

    /// Adds a packet; answers by how much more is held.
    pub fn add(&mut self, key: &Key, seen: &Seen<'_, '_>, room: usize, rows: &mut Vec<u8>) -> isize {
        self.first = self.first.min(seen.time);
        self.last = self.last.max(seen.time);
        let (packet, sender) = (seen.packet, seen.sender);
        for (counts, more) in [(&mut self.bytes, packet.length), (&mut self.packets, 1)] {
            if let Some(count) = counts.get_mut(sender) {
                *count += more;
            }
        }
        match packet.protocol {
            TCP => self.note_tcp(seen),
            _ => self.answered |= sender != self.opener,
        }
        let before = self.held();
        if (packet.protocol == TCP || packet.protocol == UDP) && !packet.payload.is_empty() {
            self.look_into(key, seen, room, rows);
        }
        self.held() as isize - before as isize
    }

    fn note_tcp(&mut self, seen: &Seen<'_, '_>) {
        if seen.opens() && self.opening.is_none() {
            self.opening = Some(seen.packet.sequence);
        }
        self.accepted |= seen.accepts() && seen.sender != self.opener;
        self.answered |= seen.sender != self.opener && !seen.has(RST);
        for (ends, flag) in [(&mut self.finished, FIN), (&mut self.reset, RST)] {
            if let Some(end) = ends.get_mut(seen.sender) {
                *end |= seen.has(flag);
            }
        }
    }

    /// Reads names out of what was captured.
    fn look_into(&mut self, key: &Key, seen: &Seen<'_, '_>, room: usize, rows: &mut Vec<u8>) {
        let packet = seen.packet;
        if packet.from.1 == dns::PORT || packet.to.1 == dns::PORT {
            // Over TCP its length comes first (RFC 1035, 4.2.2); one that is cut into segments is passed over.
            let message = match packet.protocol {
                TCP => packet.payload.split_first_chunk::<2>().map(|(_, message)| message),
                _ => Some(packet.payload),
            };
            if let Some(message) = message.and_then(dns::message) {
                self.take_message(key, seen, message, room, rows);
            }
        } else if packet.protocol == TCP && seen.sender == self.opener {
            self.take_beginning(key, seen, room, rows);
        }
    }

    fn take_message(
        &mut self,
        key: &Key,
        seen: &Seen<'_, '_>,
        message: Message,
        room: usize,
        rows: &mut Vec<u8>,
    ) {
        let same = |held: &Question| held.message.id == message.id && held.message.name == message.name;
        let known = self.questions.iter().position(same);
        if message.is_answer {
            let answer = Some(message.code);
            let question = match known {
                Some(at) => self.questions.remove(at),
                None => Question { message, asker: 1 - seen.sender, time: seen.time, frame: seen.frame },
            };
            return question.tell(key, answer, rows);
        }
        if known.is_some() {
            return;
        }
        let question = Question { message, asker: seen.sender, time: seen.time, frame: seen.frame };
        if question.held() > room {
            return question.tell(key, None, rows);
        }
        self.questions.push(question);
        if self.questions.len() > MOST_QUESTIONS {
            self.questions.remove(0).tell(key, None, rows);
        }
    }

    fn take_beginning(&mut self, key: &Key, seen: &Seen<'_, '_>, room: usize, rows: &mut Vec<u8>) {
        let Packet { payload, sequence, payload_length, .. } = *seen.packet;
        let after = sequence.wrapping_add(payload_length as u32);
        let mut joined = Vec::new();
        let (bytes, print) = match &mut self.beginning {
            Beginning::Over => return,
            Beginning::None => (payload, None),
            Beginning::Requests(print) => (payload, Some(*print)),
            Beginning::Part(_, next) if *next != sequence => return,
            Beginning::Part(held, _) => {
                joined = std::mem::take(held);
                joined.extend_from_slice(payload);
                (joined.as_slice(), None)
            }
        };
        // What was captured of the packet ends before it does: nothing can be put behind it.
        let whole = payload.len() as u64 >= payload_length;
        self.beginning = match host::host(bytes) {
            Found::Host(host) => {
                let found = hashed(host);
                if print != Some(found) {
                    self.tell_host(key, seen, host, rows);
                }
                if bytes.first() == Some(&0x16) { Beginning::Over } else { Beginning::Requests(found) }
            }
            // The body of a request.
            _ if let Some(print) = print => Beginning::Requests(print),
            Found::More if whole && bytes.len() <= host::MOST.min(room) => {
                Beginning::Part(if joined.is_empty() { payload.to_vec() } else { joined }, after)
            }
            _ => Beginning::Over,
        };
    }

    fn tell_host(&self, key: &Key, seen: &Seen<'_, '_>, host: &[u8], rows: &mut Vec<u8>) {
        let mut row = Row::new("capture", "host", ("frame", seen.frame), rows);
        row.seconds("ts", seen.time.max(0) as u64);
        tell_ends(&mut row, key, self.opener);
        row.foreign("host", host).end();
    }

    /// Bytes held beside it.
    pub fn held(&self) -> usize {
        let part = if let Beginning::Part(part, _) = &self.beginning { part.len() } else { 0 };
        part + self.questions.iter().map(Question::held).sum::<usize>()
    }

    /// Writes it, and the questions that nobody answered.
    pub fn tell(&self, key: &Key, rows: &mut Vec<u8>) {
        for question in &self.questions {
            question.tell(key, None, rows);
        }
        let both =
            |counts: [u64; 2]| if self.opener == 0 { (counts[0], counts[1]) } else { (counts[1], counts[0]) };
        let (sent, received) = both(self.bytes);
        let (packets_sent, packets_received) = both(self.packets);
        let mut row = Row::new("capture", "flow", ("frame", self.frame), rows);
        row.seconds("ts", self.first.max(0) as u64)
            .seconds("duration", self.last.saturating_sub(self.first).max(0) as u64);
        tell_ends(&mut row, key, self.opener);
        row.number("bytes_sent", sent)
            .number("bytes_received", received)
            .number("packets_sent", packets_sent)
            .number("packets_received", packets_received)
            .text("state", self.state(key.protocol));
        if self.unclear && self.opening.is_none() && !self.accepted {
            row.text("direction", "unclear");
        }
        row.end();
    }

    /// How it went, in the words of Zeek's `conn_state`.
    fn state(&self, protocol: u8) -> &'static str {
        let (opener, called) = (self.opener, 1 - self.opener);
        let of = |ends: &[bool; 2], place: usize| ends.get(place).copied().unwrap_or(false);
        if protocol != TCP {
            return if self.answered { "SF" } else { "S0" };
        }
        if self.opening.is_none() && !self.accepted {
            return "OTH";
        }
        match self.answered {
            false if of(&self.reset, called) => "REJ",
            false if of(&self.reset, opener) => "RSTOS0",
            false if of(&self.finished, opener) => "SH",
            false => "S0",
            true if self.finished == [true, true] => "SF",
            true if of(&self.reset, opener) => "RSTO",
            true if of(&self.reset, called) => "RSTR",
            true if of(&self.finished, opener) => "S2",
            true if of(&self.finished, called) => "S3",
            true => "S1",
        }
    }
}

/// Which end opened a connection of which this is the first packet, and whether that is not known.
fn opener(seen: &Seen<'_, '_>) -> (usize, bool) {
    let (sender, other) = (seen.sender, 1 - seen.sender);
    let (from, to) = (seen.packet.from.1, seen.packet.to.1);
    match seen.packet.protocol {
        TCP if seen.opens() => (sender, false),
        TCP if seen.accepts() => (other, false),
        TCP => {
            let kind = |port: u16| u8::from(port >= SYSTEM_PORTS) + u8::from(port >= CLIENT_PORTS);
            (if kind(from) < kind(to) { other } else { sender }, kind(from) == kind(to))
        }
        // Who asks is seen first, unless the capture began in between.
        UDP if from < SYSTEM_PORTS && to >= SYSTEM_PORTS => (other, false),
        // An answer to an echo (RFC 792, RFC 4443), as before.
        ICMP if (from, to) == (0, 8) => (other, false),
        ICMPV6 if (from, to) == (129, 128) => (other, false),
        _ => (sender, false),
    }
}

impl Question {
    fn held(&self) -> usize {
        size_of::<Question>() + self.message.name.len()
    }

    fn tell(&self, key: &Key, answer: Option<u8>, rows: &mut Vec<u8>) {
        let mut row = Row::new("capture", "dns", ("frame", self.frame), rows);
        row.seconds("ts", self.time.max(0) as u64);
        tell_ends(&mut row, key, self.asker);
        row.foreign("query", &self.message.name).number("type", self.message.kind);
        match answer.map(|code| (dns::code_name(code), code)) {
            Some((Some(name), _)) => row.text("answer", name).end(),
            Some((None, code)) => row.text("answer", code).end(),
            None => row.end(),
        }
    }
}

fn tell_ends(row: &mut Row<'_>, key: &Key, opener: usize) {
    let ((source, source_port), (destination, port)) = key.from(opener);
    let name: &dyn Display = match key.protocol {
        TCP => &"tcp",
        UDP => &"udp",
        ICMP | ICMPV6 => &"icmp",
        _ => &key.protocol,
    };
    row.text("protocol", name)
        .text("source", source)
        .number("source_port", source_port)
        .text("destination", destination)
        .number("port", port);
}

/// FNV-1a.
fn hashed(text: &[u8]) -> u64 {
    text.iter()
        .fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01B3))
}
