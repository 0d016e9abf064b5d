//! The processes that opened a pair's connections.

use crate::model::hash::{Mixing, WordTable};
use crate::model::name_interner::{NameId, NameInterner};
use crate::model::pair_key::PairKey;

/// Processes stored per pair: the first in order of text, whatever the order of the records.
const MAX_PER_PAIR: u64 = 4;

/// Approximate memory of a stored process: its entry, and free space in the table.
const BYTES_PER_PROCESS: usize = 80;

/// The processes of each pair, in order of text.
#[derive(Debug, Default)]
pub(super) struct ProcessTable {
    /// Pair and rank → the number of the process's name.
    processes: WordTable,
    max_processes: usize,
}

impl ProcessTable {
    pub fn new(seed: u64, max_bytes: usize) -> Self {
        ProcessTable {
            processes: WordTable::with_hasher(Mixing(seed)),
            max_processes: max_bytes / BYTES_PER_PROCESS,
        }
    }

    /// Approximate bytes of memory in use.
    pub fn bytes(&self) -> usize {
        self.processes.len() * BYTES_PER_PROCESS
    }

    /// Inserts a process in order; the last one gives way. False if there was no memory for it.
    #[inline(never)]
    pub fn add(&mut self, key: PairKey, mut process: NameId, names: &NameInterner) -> bool {
        for rank in 0..MAX_PER_PAIR {
            let place = (key.addresses, key.port.into(), rank);
            match self.processes.get(&place).map(|number| NameId(*number as u32)) {
                Some(present) if present == process => return true,
                Some(present) if names.name(present) < names.name(process) => {}
                None if self.processes.len() >= self.max_processes => return false,
                present => {
                    self.processes.insert(place, process.0.into());
                    let Some(present) = present else { return true };
                    process = present;
                }
            }
        }
        true
    }

    /// The processes of a pair.
    pub fn of(&self, key: PairKey) -> impl Iterator<Item = NameId> {
        let number = move |rank| self.processes.get(&(key.addresses, key.port.into(), rank));
        (0..MAX_PER_PAIR).map_while(number).map(|number| NameId(*number as u32))
    }
}
