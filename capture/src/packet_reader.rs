//! Chunks of a capture file → frames → packets → connections.

use crate::connection_table::ConnectionTable;
use crate::counts::{Counts, NotUsed};
use crate::frame::{Frame, Step};
use crate::link::ip_of;
use crate::packet::Packet;
use crate::pcap::Pcap;
use crate::pcapng::Pcapng;
use crate::rows;

#[derive(Debug)]
enum Container {
    Pcap(Pcap),
    Pcapng(Pcapng),
}

/// Reads one capture file.
#[derive(Debug)]
pub(crate) struct PacketReader {
    container: Container,
    /// Bytes of a record that is not complete yet.
    pending: Vec<u8>,
    /// Bytes that `pending` needs before it can be read.
    needed: usize,
    /// Bytes still to come that hold no frame.
    skip: usize,
    /// Offset of `pending` in the file.
    offset: u64,
    counts: Counts,
    connections: ConnectionTable,
}

impl PacketReader {
    pub fn pcap() -> Self {
        PacketReader::new(Container::Pcap(Pcap::new()))
    }

    pub fn pcapng() -> Self {
        PacketReader::new(Container::Pcapng(Pcapng::new()))
    }

    fn new(container: Container) -> Self {
        PacketReader {
            container,
            pending: Vec::new(),
            needed: 0,
            skip: 0,
            offset: 0,
            counts: Counts::default(),
            connections: ConnectionTable::new(),
        }
    }

    pub fn push(&mut self, bytes: &[u8], rows: &mut Vec<u8>) {
        let mut rest = bytes;
        // A record that began in an earlier chunk takes only the bytes it needs, so that the others are not copied.
        while !self.pending.is_empty() && !rest.is_empty() {
            let missing = self.needed.saturating_sub(self.pending.len()).clamp(1, rest.len());
            let (now, later) = rest.split_at(missing);
            self.pending.extend_from_slice(now);
            rest = later;
            if self.pending.len() >= self.needed {
                let pending = std::mem::take(&mut self.pending);
                let used = self.read(&pending, rows);
                self.set_pending(pending.get(used..).unwrap_or_default());
            }
        }
        if !rest.is_empty() {
            let used = self.read(rest, rows);
            self.set_pending(rest.get(used..).unwrap_or_default());
        }
    }

    fn set_pending(&mut self, bytes: &[u8]) {
        self.pending.clear();
        self.pending.extend_from_slice(bytes);
    }

    /// Reads the records that are complete; returns how many bytes they took.
    fn read(&mut self, bytes: &[u8], rows: &mut Vec<u8>) -> usize {
        let mut used = 0;
        while let Some(rest) = bytes.get(used..).filter(|rest| !rest.is_empty()) {
            let step = match &mut self.container {
                _ if self.skip > 0 => Step::Skip(self.skip),
                _ if self.counts.damage.is_some() => Step::Skip(rest.len()),
                Container::Pcap(pcap) => pcap.step(rest),
                Container::Pcapng(pcapng) => pcapng.step(rest),
            };
            let taken = match step {
                Step::Need(needed) => {
                    self.needed = needed;
                    return used;
                }
                Step::Damage => {
                    self.counts.damage = Some(self.offset);
                    0
                }
                Step::Skip(count) => {
                    let taken = count.min(rest.len());
                    self.skip = count - taken;
                    taken
                }
                Step::Frame(frame, taken) => {
                    self.take(&frame, rows);
                    taken
                }
            };
            used += taken;
            self.offset += taken as u64;
        }
        self.needed = 1;
        used
    }

    fn take(&mut self, frame: &Frame<'_>, rows: &mut Vec<u8>) {
        self.counts.packets += 1;
        let packet = frame.link.ok_or(NotUsed::NoInterface).and_then(|link| {
            let packet = ip_of(link, frame.bytes);
            if packet == Err(NotUsed::Link) {
                self.counts.link.get_or_insert(link);
            }
            let time = frame.time.ok_or(NotUsed::NoTime);
            Ok((Packet::read(packet?)?, time?))
        });
        match packet {
            Ok((packet, time)) => self.connections.take(&packet, time, &mut self.counts, rows),
            Err(reason) => self.counts.not_used(reason),
        }
    }

    pub fn finish(mut self, rows: &mut Vec<u8>) {
        self.connections.finish(rows);
        self.counts.missing_end = !self.pending.is_empty() || self.skip > 0;
        for note in self.counts.notes() {
            rows::note("capture", "frame", self.counts.packets, &note, rows);
        }
    }
}
