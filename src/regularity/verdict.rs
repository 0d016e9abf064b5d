//! The verdict in plain words.

use super::Regularity;

/// One sentence that says what was found.
pub(super) fn sentence(found: &Regularity) -> String {
    format!("{} calls about every {} s", found.calls, found.period_seconds)
}
