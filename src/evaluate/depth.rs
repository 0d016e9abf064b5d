//! How much is computed per pair.

/// How much is computed per pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// The ten columns of the query.
    Query,
    /// Regularity, priority, hunts and host beacons, too.
    Full,
}
