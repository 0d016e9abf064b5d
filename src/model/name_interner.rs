//! Host names, each kept once.

use std::hash::{BuildHasher, Hasher};

use crate::model::hash::{Mixing, WordTable};

/// The names seen, by number.
#[derive(Debug, Default)]
pub(crate) struct NameBook {
    /// The most bytes that are used.
    max: usize,
    text: String,
    /// Where each name ends in `text`.
    ends: Vec<u32>,
    numbers: WordTable,
}

impl NameBook {
    /// A book of at most that many bytes, with a secret seed.
    pub fn new(seed: u64, max_bytes: usize) -> Self {
        let max = max_bytes.min(u32::MAX as usize);
        NameBook { max, numbers: WordTable::with_hasher(Mixing(seed)), ..NameBook::default() }
    }

    /// Bytes of memory in use, about.
    pub fn bytes(&self) -> usize {
        /// What a name costs beside its text, in both lists.
        const EACH: usize = 68;
        self.text.len() + self.ends.len() * EACH
    }

    /// The number of a name, which is entered if it is new. None if the book is full.
    pub fn enter(&mut self, name: &str) -> Option<u32> {
        let mut key = self.key(name);
        while let Some(&number) = self.numbers.get(&key) {
            if self.name(number as u32) == name {
                return Some(number as u32);
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
        Some(number)
    }

    /// The number of a name that may never have been seen.
    pub fn find(&self, name: &str) -> Option<u32> {
        let (hash, len, _) = self.key(name);
        let numbers = (0..).map_while(|more| self.numbers.get(&(hash, len, more)));
        numbers.map(|number| *number as u32).find(|number| self.name(*number) == name)
    }

    /// What a name is looked for by, and compared with those that have the same: its keyed hash, and its length.
    #[inline(never)]
    fn key(&self, name: &str) -> (u64, u64, u64) {
        let mut hash = self.numbers.hasher().build_hasher();
        hash.write(name.as_bytes());
        (hash.finish(), name.len() as u64, 0)
    }

    /// The name of that number.
    pub fn name(&self, number: u32) -> &str {
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
        let mut book = NameBook::new(3, 1000);
        let numbers: Vec<_> = ["a.example", "b.example", "a.example", ""].map(|name| book.enter(name)).into();
        assert_eq!(numbers, [Some(0), Some(1), Some(0), Some(2)]);
        assert_eq!(
            (book.name(0), book.name(1), book.name(2), book.name(3)),
            ("a.example", "b.example", "", "")
        );
        assert_eq!((book.find("b.example"), book.find("c.example")), (Some(1), None));
        assert_eq!(book.enter(&"x".repeat(900)), None, "full");
    }
}
