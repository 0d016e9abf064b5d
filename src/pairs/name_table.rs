//! Which source looked up or connected to which host name, and when.
//!
//! The uses are stored in a [`PairTable`], as it compresses them well. The number of the name takes the place of the
//! destination, the kind of use that of the port, and the outcome of a lookup that of the bytes received. Only this
//! file knows.

use super::history::History;
use super::pair_ref::PairRef;
use super::table::PairTable;
use crate::model::flow::{Address, Connection};
use crate::model::name_interner::NameId;
use crate::model::pair_key::{FlowRow, PairKey};
use crate::model::time::Timestamp;

/// Stored as the port of a connection to a name, and of a lookup of it.
const CONNECTION: u16 = 0;
const LOOKUP: u16 = 53;

/// Stored as the bytes received of a lookup.
const NO_SUCH_NAME: u64 = 1;

/// Stored as the source where it is unknown. No machine can use that address to connect.
const UNKNOWN: Address = Address::UNSPECIFIED;

/// A DNS lookup of a name by a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lookup {
    /// UTC microseconds.
    pub start: i64,
    /// Whether the name does not exist.
    pub no_such_name: bool,
}

/// The lookups of, and the connections to, host names.
#[derive(Debug, Default)]
pub(crate) struct NameTable {
    uses: PairTable,
}

impl NameTable {
    pub(super) fn new(seed: u64, max_bytes: usize) -> Self {
        NameTable { uses: PairTable::new(seed, max_bytes) }
    }

    /// Bytes of memory in use.
    pub(super) fn bytes(&self) -> usize {
        self.uses.bytes()
    }

    /// Uses of names that were dropped to stay within the memory limit.
    pub(super) fn dropped_records(&self) -> u64 {
        self.uses.evicted().flows
    }

    pub(super) fn add_lookup(
        &mut self,
        source: Option<Address>,
        name: NameId,
        start: i64,
        no_such_name: bool,
    ) {
        let bytes_received = if no_such_name { NO_SUCH_NAME } else { 0 };
        self.add(
            source,
            name,
            LOOKUP,
            Connection { start: Timestamp::unchecked(start), bytes_sent: 0, bytes_received },
        );
    }

    pub(super) fn add_connection(&mut self, source: Option<Address>, name: NameId, connection: Connection) {
        self.add(source, name, CONNECTION, connection);
    }

    fn add(&mut self, source: Option<Address>, name: NameId, kind: u16, connection: Connection) {
        let key = PairKey::new(source.unwrap_or(UNKNOWN), Address::V4(name.0), kind);
        let Connection { start, bytes_sent, bytes_received } = connection;
        self.uses.add(&[FlowRow { key, start: start.as_micros(), bytes_sent, bytes_received }]);
    }

    /// Every source with every name it used, in no particular order.
    pub fn for_each(&self, mut each: impl FnMut(NameUse<'_>)) {
        for chunk in self.uses.chunks() {
            chunk.for_each(|pair| each(NameUse { pair }));
        }
    }
}

/// All lookups of one name by one source, or all connections of one source to one name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NameUse<'a> {
    pair: PairRef<'a>,
}

impl NameUse<'_> {
    /// None where the records do not say which machine it was.
    pub fn source(self) -> Option<Address> {
        Some(self.pair.key().source()).filter(|source| *source != UNKNOWN)
    }

    pub fn name(self) -> NameId {
        NameId(self.pair.key().addresses as u32)
    }

    /// Whether the name was looked up; otherwise it was connected to.
    pub fn is_lookup(self) -> bool {
        self.pair.key().destination_port() == LOOKUP
    }

    /// Number of lookups or connections.
    pub fn count(self) -> u64 {
        self.pair.count()
    }

    /// Reads the connections, or the lookups as connections without bytes.
    pub fn read(self, history: &mut History) {
        self.pair.read(history);
        if self.is_lookup() {
            history.connections.iter_mut().for_each(|lookup| lookup.bytes_received = 0);
        }
    }

    /// The lookups; none if the name was connected to. `history` is their buffer.
    pub fn lookups(self, history: &mut History) -> impl Iterator<Item = Lookup> {
        history.connections.clear();
        if self.is_lookup() {
            self.pair.read(history);
        }
        history.connections.iter().map(|lookup| Lookup {
            start: lookup.start.as_micros(),
            no_such_name: lookup.bytes_received == NO_SUCH_NAME,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lookups_and_connections_come_back_as_such() {
        let (name, source) = (NameId(9), Some(Address::V6(4)));
        let connection = Connection { start: Timestamp::unchecked(3), bytes_sent: 1, bytes_received: 1 };
        let mut table = NameTable::new(7, 1 << 20);
        table.add_lookup(None, name, 1, true);
        table.add_lookup(None, name, 2, false);
        table.add_connection(source, name, connection);
        let (mut history, mut uses) = (History::default(), 0);
        table.for_each(|name_use| {
            assert_eq!(name_use.name(), name);
            uses += name_use.count();
            let lookups: Vec<_> = name_use.lookups(&mut history).collect();
            name_use.read(&mut history);
            if name_use.is_lookup() {
                let lookup = |start, no_such_name| Lookup { start, no_such_name };
                assert_eq!((name_use.source(), lookups), (None, vec![lookup(1, true), lookup(2, false)]));
                assert!(history.connections.iter().all(|lookup| lookup.bytes_received == 0));
            } else {
                assert_eq!((name_use.source(), lookups), (source, vec![]));
                assert_eq!(history.connections, [connection]);
            }
        });
        assert_eq!(uses, 3);
    }
}
