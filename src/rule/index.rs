//! The one sorted table behind every look-up by number: a sort is much code, so all tables share it.

use crate::order::sort_by;

/// A key and a value.
pub(super) type Keyed = (u128, u64);

/// Values by key; a key may have many.
#[derive(Debug, Default)]
pub(super) struct Index(Vec<Keyed>);

impl Index {
    pub fn push(&mut self, entry: Keyed) {
        self.0.push(entry);
    }

    /// To be called once, after the last push.
    pub fn sort(&mut self) {
        // Published lists are often sorted already; then this is one pass.
        sort_by(&mut self.0, Ord::cmp);
    }

    pub fn entries(&self) -> &[Keyed] {
        &self.0
    }

    /// The values of a key, in ascending order.
    pub fn values(&self, key: u128) -> impl Iterator<Item = u64> {
        let from = self.0.partition_point(|entry| entry.0 < key);
        let equal = self.0.get(from..).unwrap_or_default().iter().take_while(move |entry| entry.0 == key);
        equal.map(|entry| entry.1)
    }
}
