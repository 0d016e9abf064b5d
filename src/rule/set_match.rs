//! A reference set that contains a pair, as reports show it.

use serde::Serialize;

use super::compiled_lists::PairSide;
use crate::text::codec::{Reader, Writer};

/// A reference set that contains a pair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SetMatch {
    /// Name of the set.
    pub reference_set: String,
    /// Its most specific entry.
    pub entry: String,
    /// The end of the pair that is in the set.
    pub side: PairSide,
}

impl SetMatch {
    /// As bytes, for [`read`](SetMatch::read).
    pub(crate) fn write(&self, out: &mut Writer) {
        out.text(&self.reference_set);
        out.text(&self.entry);
        out.number((self.side == PairSide::Source).into());
    }

    pub(crate) fn read(bytes: &mut Reader<'_>) -> SetMatch {
        let (reference_set, entry) = (bytes.text(), bytes.text());
        let side = bytes.one_of([PairSide::Destination, PairSide::Source]);
        SetMatch { reference_set, entry, side }
    }
}
