//! Record data other than flows: host names, DNS lookups, durations and processes. Hunts read all of it, and
//! findings show the processes.

use super::duration_table::DurationTable;
use super::name_table::NameTable;
use super::process_table::ProcessTable;
use crate::model::flow::{Address, Connection};
use crate::model::name_interner::NameInterner;
use crate::model::pair_key::PairKey;

/// Names, durations and processes of all sources.
#[derive(Debug, Default)]
pub(crate) struct SideTables {
    /// The texts of host names and of processes.
    pub names: NameInterner,
    /// Which source looked up or connected to which name.
    pub named: NameTable,
    /// The long connections of pairs.
    pub durations: DurationTable,
    processes: ProcessTable,
    /// Records that were dropped because their name or process did not fit.
    dropped: u64,
}

impl SideTables {
    /// Tables of about `max_bytes` at most.
    pub fn new(seed: u64, max_bytes: usize) -> Self {
        let quarter = max_bytes / 4;
        SideTables {
            names: NameInterner::new(seed, quarter),
            named: NameTable::new(seed, quarter),
            durations: DurationTable::new(seed, quarter),
            processes: ProcessTable::new(seed, quarter),
            dropped: 0,
        }
    }

    /// Approximate bytes of memory in use.
    pub fn bytes(&self) -> usize {
        self.names.bytes() + self.named.bytes() + self.durations.bytes() + self.processes.bytes()
    }

    /// Records of names, durations and processes that were dropped to stay within the memory limit.
    pub fn dropped_records(&self) -> u64 {
        self.dropped + self.named.dropped_records() + self.durations.dropped_records()
    }

    /// Adds a DNS lookup. `source` is none where the record does not say which machine looked the name up.
    pub fn add_lookup(&mut self, source: Option<Address>, name: &str, start: i64, no_such_name: bool) {
        match self.names.intern(name) {
            Some(name) => self.named.add_lookup(source, name, start, no_such_name),
            None => self.dropped += 1,
        }
    }

    /// Adds a connection to a host that was addressed by name.
    pub fn add_named_connection(&mut self, source: Option<Address>, name: &str, connection: Connection) {
        match self.names.intern(name) {
            Some(name) => self.named.add_connection(source, name, connection),
            None => self.dropped += 1,
        }
    }

    /// Adds the duration of a connection, in microseconds.
    pub fn add_duration(&mut self, key: PairKey, start: i64, duration: u64) {
        self.durations.add(std::iter::once((key, start, duration)));
    }

    /// Adds a process that opened connections of the pair.
    pub fn add_process(&mut self, key: PairKey, process: &str) {
        let stored = self.names.intern(process).is_some_and(|id| self.processes.add(key, id, &self.names));
        self.dropped += u64::from(!stored);
    }

    /// The processes that opened the pair's connections, as far as they are known and stored.
    pub fn processes(&self, key: PairKey) -> Vec<String> {
        self.processes.of(key).map(|id| self.names.name(id).to_owned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(port: u16) -> PairKey {
        PairKey::new(Address::V4(1), Address::V4(2), port)
    }

    #[test]
    fn the_first_processes_of_a_pair_are_kept_in_any_order() {
        let mut tables = SideTables::new(7, 1 << 20);
        for process in ["e", "b", "f", "b", "a", "d", "f", "c", "e"] {
            tables.add_process(key(1), process);
        }
        tables.add_process(key(2), "z");
        let none: Vec<String> = Vec::new();
        assert_eq!(tables.processes(key(1)), ["a", "b", "c", "d"]);
        assert_eq!((tables.processes(key(2)), tables.processes(key(3))), (vec!["z".to_owned()], none));
        assert_eq!(tables.dropped_records(), 0);
    }

    #[test]
    fn processes_keep_to_the_memory_limit_and_dropped_ones_are_counted() {
        const LIMIT: usize = 64 << 10;
        let mut tables = SideTables::new(7, LIMIT);
        let empty = tables.bytes();
        for port in 0..2000 {
            tables.add_process(key(port), "one.exe");
            tables.add_process(key(9), &format!("program number {port}.exe"));
        }
        assert!(tables.bytes() - empty < LIMIT / 2, "{}", tables.bytes() - empty);
        let kept = (0..2000).filter(|port| !tables.processes(key(*port)).is_empty()).count();
        assert!((100..2000).contains(&kept), "{kept}");
        assert!(tables.dropped_records() > 2000, "{}", tables.dropped_records());
    }
}
