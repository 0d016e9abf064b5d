//! Bytes in any cut → frames → packets → flows.

use crate::counts::{Counts, NotUsed};
use crate::link::ip_of;
use crate::packet::Packet;
use crate::pcap::Pcap;
use crate::pcapng::Pcapng;
use crate::rows;
use crate::table::Table;

/// A captured frame.
#[derive(Debug)]
pub(crate) struct Frame<'a> {
    /// UTC microseconds, where the file tells.
    pub time: Option<i64>,
    /// The link it was captured on, where the file tells.
    pub link: Option<u32>,
    pub bytes: &'a [u8],
}

/// What stands next in a file.
pub(crate) enum Step<'a> {
    /// Nothing can be said before there are so many bytes.
    Need(usize),
    /// So many bytes hold nothing to read; they need not be there yet.
    Pass(usize),
    /// A frame, which took so many bytes.
    Frame(Frame<'a>, usize),
    /// Nothing that can be.
    Damage,
}

#[derive(Debug)]
enum Container {
    Pcap(Pcap),
    Pcapng(Pcapng),
}

/// The reading of one file.
#[derive(Debug)]
pub(crate) struct Reading {
    container: Container,
    /// What came but is not whole.
    pending: Vec<u8>,
    /// Nothing is whole before there are so many bytes.
    enough: usize,
    /// Bytes still to come that hold nothing to read.
    pass: usize,
    /// Bytes of the file before `pending`.
    at: u64,
    counts: Counts,
    table: Table,
}

impl Reading {
    pub fn pcap() -> Self {
        Reading::new(Container::Pcap(Pcap::new()))
    }

    pub fn pcapng() -> Self {
        Reading::new(Container::Pcapng(Pcapng::new()))
    }

    fn new(container: Container) -> Self {
        let (counts, table) = (Counts::default(), Table::new());
        Reading { container, pending: Vec::new(), enough: 0, pass: 0, at: 0, counts, table }
    }

    pub fn push(&mut self, bytes: &[u8], rows: &mut Vec<u8>) {
        let mut rest = bytes;
        // What began in an earlier chunk is completed with no more of this one than it needs.
        while !self.pending.is_empty() && !rest.is_empty() {
            let wanted = self.enough.saturating_sub(self.pending.len()).clamp(1, rest.len());
            let (now, later) = rest.split_at(wanted);
            self.pending.extend_from_slice(now);
            rest = later;
            if self.pending.len() >= self.enough {
                let pending = std::mem::take(&mut self.pending);
                let used = self.read(&pending, rows);
                self.keep(pending.get(used..).unwrap_or_default());
            }
        }
        if !rest.is_empty() {
            let used = self.read(rest, rows);
            self.keep(rest.get(used..).unwrap_or_default());
        }
    }

    fn keep(&mut self, bytes: &[u8]) {
        self.pending.clear();
        self.pending.extend_from_slice(bytes);
    }

    /// Reads what is whole, and tells how much that was.
    fn read(&mut self, bytes: &[u8], rows: &mut Vec<u8>) -> usize {
        let mut used = 0;
        loop {
            let rest = bytes.get(used..).unwrap_or_default();
            let passed = self.pass.min(rest.len());
            let step = match &mut self.container {
                _ if self.counts.damage.is_some() => Step::Pass(rest.len()),
                _ if passed > 0 => Step::Pass(0),
                _ if rest.is_empty() => Step::Need(1),
                Container::Pcap(pcap) => pcap.step(rest),
                Container::Pcapng(pcapng) => pcapng.step(rest),
            };
            let taken = match step {
                Step::Need(enough) => {
                    self.enough = enough;
                    return used;
                }
                Step::Damage => {
                    self.counts.damage = Some(self.at);
                    0
                }
                Step::Pass(0) => {
                    self.pass -= passed;
                    passed
                }
                Step::Pass(count) => {
                    self.pass = count - count.min(rest.len());
                    count.min(rest.len())
                }
                Step::Frame(frame, taken) => {
                    self.take(&frame, rows);
                    taken
                }
            };
            used += taken;
            self.at += taken as u64;
            if used == bytes.len() {
                self.enough = 1;
                return used;
            }
        }
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
            Ok((packet, time)) => self.table.take(&packet, time, &mut self.counts, rows),
            Err(reason) => self.counts.not_used(reason),
        }
    }

    pub fn finish(mut self, rows: &mut Vec<u8>) {
        self.table.finish(rows);
        self.counts.missing_end = !self.pending.is_empty() || self.pass > 0;
        for note in self.counts.notes() {
            rows::note("capture", "frame", self.counts.packets, &note, rows);
        }
    }
}
