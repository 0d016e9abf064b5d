//! What a hunt found as bytes, for the parts of a report that shards exchange.

use super::{Hunt, HuntHit};
use crate::model::time::LocalTimestamp;
use crate::rule::SetMatch;
use crate::text::codec::{Reader, Writer};

impl HuntHit {
    /// As bytes, for [`read`](HuntHit::read).
    pub(crate) fn write(&self, out: &mut Writer) {
        out.number(self.hunt as u64);
        out.address(self.sourceip);
        out.some(self.destinationip.as_ref(), |address, out| out.address(*address));
        out.some(self.destinationport.as_ref(), |port, out| out.number((*port).into()));
        [self.count, self.threshold, self.connection_count].iter().for_each(|number| out.number(*number));
        [self.first_seen, self.last_seen].iter().for_each(|moment| out.number(moment.second as u64));
        out.text(&self.sentence);
        out.list(&self.examples, |text, out| out.text(text));
        out.some(self.suppressed_by.as_ref(), SetMatch::write);
    }

    pub(crate) fn read(bytes: &mut Reader<'_>) -> HuntHit {
        let hunt = bytes.one_of(Hunt::ALL);
        HuntHit {
            hunt,
            unit: hunt.unit(),
            sourceip: bytes.address(),
            destinationip: bytes.some(Reader::address),
            destinationport: bytes.some(Reader::number).map(|port| port as u16),
            count: bytes.number(),
            threshold: bytes.number(),
            connection_count: bytes.number(),
            first_seen: LocalTimestamp { second: bytes.number() as i64 },
            last_seen: LocalTimestamp { second: bytes.number() as i64 },
            sentence: bytes.text(),
            examples: bytes.list(Reader::text),
            suppressed_by: bytes.some(SetMatch::read),
        }
    }
}
