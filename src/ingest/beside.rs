//! What records tell beside their flows: host names, lookups, durations and programs. The hunts read it, and
//! findings show the programs.

use super::plain::PlainColumns;
use super::record::{Answer, Meaning, Names, Record, Way};
use crate::model::flow::{Address, AddressBook};
use crate::model::hash::{Mixing, WordTable};
use crate::model::name_interner::NameBook;
use crate::model::pair_key::{FlowRow, Key};
use crate::model::shard::Shard;
use crate::pairs::PairTable;
use crate::text::value::time::TimeUnit;

/// The port of a host that was called by its name.
pub(crate) const CALLED: u16 = 0;
/// The port of a name that was looked up.
pub(crate) const LOOKED_UP: u16 = 53;

/// What stands for the bytes received of a lookup: what the DNS answered.
pub(crate) const NO_SUCH_NAME: u64 = 1;

/// Shorter connections do not count as long, and not into a total either, to keep memory for flows: most
/// connections are shorter, and none of them can hold a channel open.
pub(super) const LONG: u64 = 10_000_000;

/// A name is at most that long (RFC 1035, 2.3.4).
const LONGEST_NAME: usize = 253;

/// Of the programs that opened a pair's connections so many are kept: the first in order of text, whatever the
/// order of the records.
const IMAGES: u64 = 4;

/// Of a longer path the end is kept, where the program's name stands.
const LONGEST_IMAGE: usize = 512;

/// What a program of a pair costs, about: in the table, and room there.
const IMAGE_BYTES: usize = 80;

/// Names, durations and programs of all sources.
#[derive(Debug, Default)]
pub(crate) struct Beside {
    pub names: NameBook,
    /// Source × name; the port tells whether it was called or looked up.
    pub hosts: PairTable,
    /// The connections of pairs that took long; milliseconds stand for the bytes sent.
    pub long: PairTable,
    /// Pair and place → number of a program's name; the names of a pair's places are in order.
    images: WordTable,
    most_images: usize,
    batch: Vec<FlowRow>,
    /// Earliest and latest time of a name, of all shards.
    pub span: Option<(i64, i64)>,
    /// Whether any name was looked up, of all shards.
    pub looked_up: bool,
    /// Names that found no room.
    pub left_out: u64,
    /// The records as lines, for tests that ask for them.
    #[cfg(test)]
    pub listing: Option<Vec<String>>,
}

impl Beside {
    /// At most about that many bytes.
    pub fn new(seed: u64, max_bytes: usize) -> Self {
        let quarter = max_bytes / 4;
        Beside {
            names: NameBook::new(seed, quarter),
            hosts: PairTable::new(seed, quarter),
            long: PairTable::new(seed, quarter),
            images: WordTable::with_hasher(Mixing(seed)),
            most_images: quarter / IMAGE_BYTES,
            ..Beside::default()
        }
    }

    /// Bytes of memory in use, about.
    pub fn bytes(&self) -> usize {
        self.names.bytes() + self.hosts.bytes() + self.long.bytes() + self.images.len() * IMAGE_BYTES
    }

    /// The programs that opened the pair's connections, as far as they are told and kept.
    pub fn images(&self, key: Key) -> Vec<String> {
        let number = |place| self.images.get(&(key.addresses, key.port.into(), place));
        (0..IMAGES).map_while(number).map(|number| self.names.name(*number as u32).to_owned()).collect()
    }

    /// Records of names, durations and programs that are lacking to stay within the memory limit.
    pub fn lacking(&self) -> u64 {
        self.left_out + self.hosts.left_out().flows + self.long.left_out().flows
    }

    /// The one place where these pass.
    #[inline(always)]
    pub(super) fn take(&mut self, record: &Record, names: Names<'_, '_>, book: &AddressBook, shard: Shard) {
        #[cfg(test)]
        if let Some(listing) = &mut self.listing {
            listing.push(super::record::listing(record, names, book));
        }
        if names.any() || record.duration.is_some_and(|duration| duration >= LONG) {
            self.keep(record, names, book, shard);
        }
    }

    /// Keeps the connections of a block that took long.
    #[inline(never)]
    pub(super) fn take_long(
        &mut self,
        plain: &PlainColumns,
        unit: Option<TimeUnit>,
        book: &AddressBook,
        shard: Shard,
    ) {
        self.batch.clear();
        plain.long(unit, &mut self.batch);
        self.batch.retain(|flow| shard.owns(flow.key.source(), book));
        self.long.add(&self.batch);
    }

    #[inline(never)]
    fn keep(&mut self, record: &Record, names: Names<'_, '_>, book: &AddressBook, shard: Shard) {
        let name = match record.meaning {
            // Announcements among neighbours are no lookups: multicast DNS, LLMNR, NetBIOS.
            Meaning::Dns if matches!(record.port, 5353 | 5355 | 137) => None,
            Meaning::Dns => names.query(),
            _ => names.host(),
        };
        let name = name.and_then(|name| name_of(&name));
        if name.is_some() {
            self.looked_up |= record.meaning == Meaning::Dns;
            let (first, last) = self.span.unwrap_or((record.start, record.start));
            self.span = Some((first.min(record.start), last.max(record.start)));
        }
        // Where a record does not tell who looked up, it was the machine that wrote the log.
        let source = record.source.unwrap_or(Address::V4(0));
        if !shard.owns(source, book) {
            return;
        }
        if let Some(name) = name {
            match self.names.enter(&name) {
                Some(number) => self.hosts.add(&[named(record, names, source, number)]),
                None => self.left_out += 1,
            }
        }
        // Who accepted a connection did not open it.
        let opened = matches!(
            record.meaning,
            Meaning::Flow | Meaning::Begin | Meaning::Part { .. } | Meaning::OneWay(Way::Asked)
        );
        if let (true, Some(flow), Some(image)) = (opened, record.flow(), names.process()) {
            let end = image.get(image.len().saturating_sub(LONGEST_IMAGE)..).unwrap_or_default();
            self.keep_image(flow.key, &String::from_utf8_lossy(end));
        }
        let whole = !matches!(record.meaning, Meaning::Host | Meaning::Dns | Meaning::Begin);
        if let (true, Some(flow), Some(duration)) = (whole, record.flow(), record.duration)
            && duration >= LONG
        {
            self.long.add(&[FlowRow { bytes_sent: duration / 1000, bytes_received: 0, ..flow }]);
        }
    }

    /// Puts a program where it belongs among those of the pair; the last gives way.
    #[inline(never)]
    fn keep_image(&mut self, key: Key, image: &str) {
        let Some(mut number) = self.names.enter(image).map(u64::from) else {
            self.left_out += 1;
            return;
        };
        for place in 0..IMAGES {
            let place = (key.addresses, key.port.into(), place);
            match self.images.get(&place).copied() {
                Some(there) if there == number => return,
                Some(there) if self.names.name(there as u32) < self.names.name(number as u32) => {}
                None if self.images.len() >= self.most_images => {
                    self.left_out += 1;
                    return;
                }
                there => {
                    self.images.insert(place, number);
                    let Some(there) = there else { return };
                    number = there;
                }
            }
        }
    }
}

/// A name in the form of a flow.
fn named(record: &Record, names: Names<'_, '_>, source: Address, number: u32) -> FlowRow {
    let key = |kind| Key::new(source, Address::V4(number), kind);
    let start = record.start;
    if record.meaning == Meaning::Dns {
        let answer = u64::from(names.answer() == Some(Answer::NoSuchName)) * NO_SUCH_NAME;
        return FlowRow { key: key(LOOKED_UP), start, bytes_sent: 0, bytes_received: answer };
    }
    let (bytes_sent, bytes_received) = (record.bytes_sent, record.bytes_received);
    FlowRow { key: key(CALLED), start, bytes_sent, bytes_received }
}

/// A host name in lower case, without the root's dot. None for an address or something else.
fn name_of(text: &[u8]) -> Option<String> {
    let name = std::str::from_utf8(text).ok()?.trim_end_matches('.');
    let is_name = (1..=LONGEST_NAME).contains(&name.len())
        && name.bytes().all(|byte| byte > b' ' && byte != b':' && byte != 0x7F)
        && name.bytes().any(|byte| !byte.is_ascii_digit() && byte != b'.');
    is_name.then(|| name.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(port: u16) -> Key {
        Key::new(Address::V4(1), Address::V4(2), port)
    }

    #[test]
    fn of_the_programs_of_a_pair_the_first_are_kept_in_any_order() {
        let mut beside = Beside::new(7, 1 << 20);
        for image in ["e", "b", "f", "b", "a", "d", "f", "c", "e"] {
            beside.keep_image(key(1), image);
        }
        beside.keep_image(key(2), "z");
        let none: Vec<String> = Vec::new();
        assert_eq!(beside.images(key(1)), ["a", "b", "c", "d"]);
        assert_eq!((beside.images(key(2)), beside.images(key(3))), (vec!["z".to_owned()], none));
        assert_eq!(beside.lacking(), 0);
    }

    #[test]
    fn programs_keep_to_the_memory_limit_and_what_is_lacking_is_counted() {
        const LIMIT: usize = 64 << 10;
        let mut beside = Beside::new(7, LIMIT);
        let empty = beside.bytes();
        for port in 0..2000 {
            beside.keep_image(key(port), "one.exe");
            beside.keep_image(key(9), &format!("program number {port}.exe"));
        }
        assert!(beside.bytes() - empty < LIMIT / 2, "{}", beside.bytes() - empty);
        let kept = (0..2000).filter(|port| !beside.images(key(*port)).is_empty()).count();
        assert!((100..2000).contains(&kept), "{kept}");
        assert!(beside.lacking() > 2000, "{}", beside.lacking());
    }

    #[test]
    fn names_are_told_from_other_texts() {
        let name = |text: &str| name_of(text.as_bytes());
        assert_eq!(name("WWW.Example.COM."), Some("www.example.com".to_owned()));
        assert_eq!(name("_ldap._tcp.corp"), Some("_ldap._tcp.corp".to_owned()));
        for other in ["", ".", "203.0.113.9", "2001:db8::1", "two words", &"x".repeat(254)] {
            assert_eq!(name(other), None, "{other}");
        }
    }
}
