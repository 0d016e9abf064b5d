//! Hits as bytes, for the partial results that shards exchange.

use super::hit::{Hunt, HuntHit};
use crate::model::time::LocalTimestamp;
use crate::rule::SetMatch;
use crate::text::codec::{Decoder, Encoder};

impl HuntHit {
    pub(crate) fn encode(&self, out: &mut Encoder) {
        out.number(self.hunt as u64);
        out.address(self.sourceip);
        out.option(self.destinationip.as_ref(), |address, out| out.address(*address));
        out.option(self.destinationport.as_ref(), |port, out| out.number((*port).into()));
        [self.count, self.threshold, self.connection_count].iter().for_each(|number| out.number(*number));
        [self.first_seen, self.last_seen].iter().for_each(|time| out.signed(time.second));
        out.text(&self.sentence);
        out.list(&self.examples, |text, out| out.text(text));
        out.option(self.suppressed_by.as_ref(), SetMatch::encode);
    }

    pub(crate) fn decode(bytes: &mut Decoder<'_>) -> HuntHit {
        let hunt = bytes.variant(Hunt::ALL);
        HuntHit {
            hunt,
            unit: hunt.unit(),
            sourceip: bytes.address(),
            destinationip: bytes.option(Decoder::address),
            destinationport: bytes.option(|bytes| bytes.number() as u16),
            count: bytes.number(),
            threshold: bytes.number(),
            connection_count: bytes.number(),
            first_seen: LocalTimestamp { second: bytes.signed() },
            last_seen: LocalTimestamp { second: bytes.signed() },
            sentence: bytes.text(),
            examples: bytes.list(Decoder::text),
            suppressed_by: bytes.option(SetMatch::decode),
        }
    }
}
