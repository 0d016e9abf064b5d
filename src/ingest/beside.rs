//! What records tell beside their flows: host names, lookups and durations. The hunts read it.

use super::batch::{FlowRow, Key};
use super::record::{Answer, Meaning, Names, Record};
use super::shard::Shard;
use crate::flow::{Address, AddressBook};
use crate::names::NameBook;
use crate::pairs::PairTable;

/// The port of a host that was called by its name.
pub(crate) const CALLED: u16 = 0;
/// The port of a name that was looked up.
pub(crate) const LOOKED_UP: u16 = 53;

/// What stands for the bytes received of a lookup: what the DNS answered.
pub(crate) const NO_SUCH_NAME: u64 = 1;

/// Shorter connections do not count as long, and not into a total either, to keep memory for flows: most
/// connections are shorter, and none of them can hold a channel open.
const LONG: u64 = 10_000_000;

/// A name is at most that long (RFC 1035, 2.3.4).
const LONGEST_NAME: usize = 253;

/// Names and durations of all sources.
#[derive(Debug, Default)]
pub(crate) struct Beside {
    pub names: NameBook,
    /// Source × name; the port tells whether it was called or looked up.
    pub hosts: PairTable,
    /// The connections of pairs that took long; milliseconds stand for the bytes sent.
    pub long: PairTable,
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
        let third = max_bytes / 3;
        Beside {
            names: NameBook::new(seed, third),
            hosts: PairTable::new(seed, third),
            long: PairTable::new(seed, third),
            ..Beside::default()
        }
    }

    /// Bytes of memory in use, about.
    pub fn bytes(&self) -> usize {
        self.names.bytes() + self.hosts.bytes() + self.long.bytes()
    }

    /// Records of names and durations that hunts lack to stay within the memory limit.
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
        let whole = !matches!(record.meaning, Meaning::Host | Meaning::Dns | Meaning::Begin);
        if let (true, Some(flow), Some(duration)) = (whole, record.flow(), record.duration)
            && duration >= LONG
        {
            self.long.add(&[FlowRow { bytes_sent: duration / 1000, bytes_received: 0, ..flow }]);
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
    use super::name_of;

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
