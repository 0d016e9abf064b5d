//! A sorted table for look-ups by number.

/// Values by key. A key can have several.
#[derive(Debug, Default)]
pub(super) struct SortedIndex(Vec<(u128, u64)>);

impl SortedIndex {
    pub fn new(mut entries: Vec<(u128, u64)>) -> Self {
        entries.sort_unstable();
        SortedIndex(entries)
    }

    /// The values of a key, in ascending order.
    pub fn values(&self, key: u128) -> impl Iterator<Item = u64> {
        let from = self.0.partition_point(|entry| entry.0 < key);
        let rest = self.0.get(from..).unwrap_or_default();
        rest.iter().take_while(move |entry| entry.0 == key).map(|entry| entry.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_a_key_are_found_in_order() {
        let index = SortedIndex::new(vec![(7, 2), (3, 9), (7, 1), (1 << 90, 4)]);
        let values = |key| index.values(key).collect::<Vec<u64>>();
        assert_eq!((values(7), values(3), values(1 << 90)), (vec![1, 2], vec![9], vec![4]));
        assert_eq!((values(0), values(5), values(u128::MAX)), (vec![], vec![], vec![]));
    }
}
