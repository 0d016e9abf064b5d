//! The one sorted table behind every look-up by number.
//!
//! Sorted by its digits, as the library's sort for one more type would be 3 KB of the module: one byte at a
//! time from the last to the first, which takes the same time for any order (radix sort; Knuth, The Art of
//! Computer Programming 3, 5.2.5).

/// A key and a value.
pub(super) type Keyed = (u128, u64);

/// Values by key; a key may have many.
#[derive(Debug, Default)]
pub(super) struct Index(Vec<Keyed>);

impl Index {
    pub fn push(&mut self, entry: Keyed) {
        self.0.push(entry);
    }

    /// Sorts by key, then by the upper half of the value; what is equal stays in order. To be called once,
    /// after the last push.
    #[inline(never)]
    pub fn sort(&mut self) {
        let Some(first) = self.0.first().copied() else { return };
        let differing = self.0.iter().fold((0, 0), |differing, entry| {
            (differing.0 | entry.0 ^ first.0, differing.1 | entry.1 ^ first.1)
        });
        let mut sorted = self.0.clone();
        for place in 4..8 + 16 {
            if byte(differing, place) == 0 {
                continue;
            }
            let mut counts = [0_usize; 256];
            for entry in &self.0 {
                if let Some(count) = counts.get_mut(byte(*entry, place)) {
                    *count += 1;
                }
            }
            // Where the entries with each byte begin.
            let mut begins = 0;
            for count in &mut counts {
                begins += std::mem::replace(count, begins);
            }
            for entry in &self.0 {
                if let Some(next) = counts.get_mut(byte(*entry, place))
                    && let Some(to) = sorted.get_mut(*next)
                {
                    *to = *entry;
                    *next += 1;
                }
            }
            std::mem::swap(&mut self.0, &mut sorted);
        }
    }

    pub fn entries(&self) -> &[Keyed] {
        &self.0
    }

    /// The values of a key, in the order in which they were pushed.
    pub fn values(&self, key: u128) -> impl Iterator<Item = u64> {
        let from = self.0.partition_point(|entry| entry.0 < key);
        let equal = self.0.get(from..).unwrap_or_default().iter().take_while(move |entry| entry.0 == key);
        equal.map(|entry| entry.1)
    }
}

/// A byte of an entry: of the value, then of the key; the least of each first.
fn byte(entry: Keyed, place: u32) -> usize {
    let bits = match place.checked_sub(8) {
        None => entry.1 >> (8 * place),
        Some(place) => (entry.0 >> (8 * place)) as u64,
    };
    (bits & 0xFF) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::numbers;

    #[test]
    fn it_sorts_as_the_library_does() {
        let mut next = numbers(1);
        for (entries, keys) in [(0, 1), (1, 1), (2, 2), (50, 7), (1000, 3), (1000, 1 << 30)] {
            let mut index = Index::default();
            for number in 0..entries {
                let key = u128::from(next(keys)) << (next(3) * 48);
                index.push((key, (next(4) << 32) | number));
            }
            let mut expected = index.0.clone();
            expected.sort_unstable();
            index.sort();
            assert_eq!(index.0, expected, "{entries} entries");
            for (key, value) in expected {
                assert!(index.values(key).any(|found| found == value));
            }
        }
    }
}
