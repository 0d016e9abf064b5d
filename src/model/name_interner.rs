//! Host names and processes: each text is stored once and has a number.

use std::hash::{BuildHasher, Hasher};

use crate::model::hash::{Mixing, WordTable};

/// The number of a name in the [`NameInterner`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NameId(pub u32);

/// Stores each name once.
#[derive(Debug, Default)]
pub(crate) struct NameInterner {
    /// The most bytes of memory to use.
    max: usize,
    text: String,
    /// Where each name ends in `text`.
    ends: Vec<u32>,
    numbers: WordTable,
}

impl NameInterner {
    /// An interner of at most `max_bytes`, with a secret seed for its hashes.
    pub fn new(seed: u64, max_bytes: usize) -> Self {
        let max = max_bytes.min(u32::MAX as usize);
        NameInterner { max, numbers: WordTable::with_hasher(Mixing(seed)), ..NameInterner::default() }
    }

    /// Approximate bytes of memory in use.
    pub fn bytes(&self) -> usize {
        /// Approximate memory of a name besides its text: its end and its entry in the table.
        const EACH: usize = 68;
        self.text.len() + self.ends.len() * EACH
    }

    /// The number of a name, which is stored if it is new. None if the interner is full.
    pub fn intern(&mut self, name: &str) -> Option<NameId> {
        let mut key = self.key(name);
        while let Some(&number) = self.numbers.get(&key) {
            let id = NameId(number as u32);
            if self.name(id) == name {
                return Some(id);
            }
            key.2 += 1;
        }
        if self.bytes() + name.len() >= self.max {
            return None;
        }
        let number = self.ends.len() as u32;
        self.text.push_str(name);
        self.ends.push(self.text.len() as u32);
        self.numbers.insert(key, number.into());
        Some(NameId(number))
    }

    /// The number of a name; none if it was never stored.
    pub fn find(&self, name: &str) -> Option<NameId> {
        let (hash, len, _) = self.key(name);
        let numbers = (0..).map_while(|more| self.numbers.get(&(hash, len, more)));
        numbers.map(|number| NameId(*number as u32)).find(|id| self.name(*id) == name)
    }

    /// A name's first key in the table: its keyed hash and its length. Names with equal hash and length have
    /// further keys, by the third word.
    #[inline(never)]
    fn key(&self, name: &str) -> (u64, u64, u64) {
        let mut hash = self.numbers.hasher().build_hasher();
        hash.write(name.as_bytes());
        (hash.finish(), name.len() as u64, 0)
    }

    /// The name of a number.
    pub fn name(&self, NameId(number): NameId) -> &str {
        let number = number as usize;
        let start = number.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        let end = self.ends.get(number).copied().unwrap_or(start);
        self.text.get(start as usize..end as usize).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_number() {
        let mut names = NameInterner::new(3, 1000);
        let numbers: Vec<_> =
            ["a.example", "b.example", "a.example", ""].map(|name| names.intern(name).map(|id| id.0)).into();
        assert_eq!(numbers, [Some(0), Some(1), Some(0), Some(2)]);
        assert_eq!(
            (names.name(NameId(0)), names.name(NameId(1)), names.name(NameId(2)), names.name(NameId(3))),
            ("a.example", "b.example", "", "")
        );
        assert_eq!((names.find("b.example"), names.find("c.example")), (Some(NameId(1)), None));
        assert_eq!(names.intern(&"x".repeat(900)), None, "full");
    }
}
