//! What a record says besides its flow → side tables.

use super::fast_path::FastPath;
use super::name_fields::{DnsOutcome, NameFields};
use super::record::Record;
use super::record_kind::{FlowDirection, RecordKind};
use crate::model::flow::{Address, AddressInterner, Connection};
use crate::model::shard::Shard;
use crate::model::time::Timestamp;
use crate::pairs::{MIN_LONG_MICROSECONDS, SideTables};
use crate::text::value::time_format::TimeUnit;

/// Maximum length of a name (RFC 1035, 2.3.4).
const MAX_NAME_BYTES: usize = 253;

/// Maximum stored length of a process. The end of a longer path is stored, as it has the name of the program.
const MAX_PROCESS_BYTES: usize = 512;

/// The side tables of a shard, and what holds for the names of all shards.
#[derive(Debug, Default)]
pub(crate) struct SideRecords {
    pub tables: SideTables,
    /// Earliest and latest time of a name, of all shards.
    pub time_extent: Option<(i64, i64)>,
    /// Whether there are lookups, in any shard.
    pub has_lookups: bool,
    /// The records as lines, for tests that enable it.
    #[cfg(test)]
    pub listing: Option<Vec<String>>,
}

impl SideRecords {
    /// Tables of about `max_bytes` at most.
    pub fn new(seed: u64, max_bytes: usize) -> Self {
        SideRecords { tables: SideTables::new(seed, max_bytes), ..SideRecords::default() }
    }

    /// Stores what a record says besides its flow.
    #[inline(always)]
    pub(super) fn add(
        &mut self,
        record: &Record,
        names: NameFields<'_, '_>,
        addresses: &AddressInterner,
        shard: Shard,
    ) {
        #[cfg(test)]
        if let Some(listing) = &mut self.listing {
            listing.push(listed(record, names, addresses));
        }
        if names.any() || record.duration.is_some_and(|duration| duration >= MIN_LONG_MICROSECONDS) {
            self.store(record, names, addresses, shard);
        }
    }

    /// Stores the durations of the long connections that the fast path parsed.
    #[inline(never)]
    pub(super) fn add_long(
        &mut self,
        rows: &FastPath,
        unit: Option<TimeUnit>,
        addresses: &AddressInterner,
        shard: Shard,
    ) {
        let long = rows.long(unit).filter(|(key, ..)| shard.owns(key.source(), addresses));
        self.tables.durations.add(long);
    }

    #[inline(never)]
    fn store(
        &mut self,
        record: &Record,
        names: NameFields<'_, '_>,
        addresses: &AddressInterner,
        shard: Shard,
    ) {
        let is_lookup = record.kind == RecordKind::Dns;
        let name = match is_lookup {
            // Multicast DNS, LLMNR and NetBIOS are announcements in the local network, not lookups.
            true if matches!(record.port, 5353 | 5355 | 137) => None,
            true => names.query(),
            false => names.host(),
        };
        let name = name.and_then(|name| host_name(&name));
        if name.is_some() {
            self.has_lookups |= is_lookup;
            let (first, last) = self.time_extent.unwrap_or((record.start, record.start));
            self.time_extent = Some((first.min(record.start), last.max(record.start)));
        }
        if !shard.owns(record.source.unwrap_or(Address::UNSPECIFIED), addresses) {
            return;
        }
        match name {
            Some(name) if is_lookup => {
                let no_such_name = names.outcome() == Some(DnsOutcome::NoSuchName);
                self.tables.add_lookup(record.source, &name, record.start, no_such_name);
            }
            Some(name) => {
                let Record { start, bytes_sent, bytes_received, .. } = *record;
                let connection =
                    Connection { start: Timestamp::unchecked(start), bytes_sent, bytes_received };
                self.tables.add_named_connection(record.source, &name, connection);
            }
            None => {}
        }
        let Some(flow) = record.flow() else { return };
        // The process that accepted a connection did not open it.
        let opened = matches!(
            record.kind,
            RecordKind::Flow
                | RecordKind::Begin
                | RecordKind::Part { .. }
                | RecordKind::OneWay(FlowDirection::Initiator)
        );
        if let (true, Some(process)) = (opened, names.process()) {
            let end = process.get(process.len().saturating_sub(MAX_PROCESS_BYTES)..).unwrap_or_default();
            self.tables.add_process(flow.key, &String::from_utf8_lossy(end));
        }
        let is_complete = !matches!(record.kind, RecordKind::Host | RecordKind::Dns | RecordKind::Begin);
        if let (true, Some(duration)) = (is_complete, record.duration) {
            self.tables.add_duration(flow.key, flow.start, duration);
        }
    }
}

/// A host name in lower case, without the final dot. None for addresses and other texts.
fn host_name(text: &[u8]) -> Option<String> {
    let name = std::str::from_utf8(text).ok()?.trim_end_matches('.');
    let is_name = (1..=MAX_NAME_BYTES).contains(&name.len())
        && name.bytes().all(|byte| byte > b' ' && byte != b':' && byte != 0x7F)
        && name.bytes().any(|byte| !byte.is_ascii_digit() && byte != b'.');
    is_name.then(|| name.to_ascii_lowercase())
}

/// A record and its names as one line, for tests.
#[cfg(test)]
fn listed(record: &Record, names: NameFields<'_, '_>, addresses: &AddressInterner) -> String {
    let text =
        |text: Option<std::borrow::Cow<'_, [u8]>>| text.map(|t| String::from_utf8_lossy(&t).into_owned());
    let end = |end: Option<Address>| end.map_or("?".to_owned(), |end| addresses.address(end).to_string());
    let mut out = format!(
        "{:?} {} {}:{} > {}:{} {}/{}",
        record.kind,
        crate::model::time::rfc3339(record.start),
        end(record.source),
        record.source_port,
        end(record.destination),
        record.port,
        record.bytes_sent,
        record.bytes_received
    );
    for (name, value) in [
        ("duration", record.duration.map(|micros| format!("{micros}us"))),
        ("direction", (!record.direction_known).then(|| "?".to_owned())),
        ("host", text(names.host())),
        ("query", text(names.query())),
        ("answer", names.outcome().map(|answer| format!("{answer:?}"))),
        ("process", text(names.process())),
    ] {
        if let Some(value) = value {
            out += &format!(" {name}={value}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_names_are_told_from_other_texts() {
        let name = |text: &str| host_name(text.as_bytes());
        assert_eq!(name("WWW.Example.COM."), Some("www.example.com".to_owned()));
        assert_eq!(name("_ldap._tcp.corp"), Some("_ldap._tcp.corp".to_owned()));
        for other in ["", ".", "203.0.113.9", "2001:db8::1", "two words", &"x".repeat(254)] {
            assert_eq!(name(other), None, "{other}");
        }
    }
}
