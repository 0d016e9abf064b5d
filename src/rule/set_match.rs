//! A reference set that contains a pair, by name.

use serde::Serialize;

use super::compiled_lists::PairSide;
use crate::text::codec::{Decoder, Encoder};

/// A reference set that contains a pair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SetMatch {
    /// Name of the set.
    pub reference_set: String,
    /// Its most specific entry that contains an end of the pair.
    pub entry: String,
    /// The end of the pair that the entry contains.
    pub side: PairSide,
}

impl SetMatch {
    pub(crate) fn encode(&self, out: &mut Encoder) {
        out.text(&self.reference_set);
        out.text(&self.entry);
        out.number(self.side as u64);
    }

    pub(crate) fn decode(bytes: &mut Decoder<'_>) -> SetMatch {
        SetMatch {
            reference_set: bytes.text(),
            entry: bytes.text(),
            side: bytes.variant([PairSide::Source, PairSide::Destination]),
        }
    }
}
