//! What a hunt found as bytes, for the parts of a report that shards exchange.

use super::{Hunt, HuntHit};
use crate::bytes::{Reader, Writer};
use crate::report::{Moment, SetMatch};

impl HuntHit {
    /// As bytes, for [`read`](HuntHit::read).
    pub(crate) fn write(&self, out: &mut Writer) {
        out.number(self.hunt as u64);
        out.address(self.sourceip);
        out.number(self.destinationip.is_some().into());
        if let Some(destination) = self.destinationip {
            out.address(destination);
        }
        out.number(self.destinationport.map_or(u64::MAX, u64::from));
        [self.count, self.threshold, self.connection_count].iter().for_each(|number| out.number(*number));
        [self.first_seen, self.last_seen].iter().for_each(|moment| out.number(moment.second as u64));
        out.text(&self.sentence);
        out.number(self.examples.len() as u64);
        self.examples.iter().for_each(|text| out.text(text));
        out.number(self.suppressed_by.is_some().into());
        if let Some(set) = &self.suppressed_by {
            set.write(out);
        }
    }

    pub(crate) fn read(bytes: &mut Reader<'_>) -> Option<HuntHit> {
        let hunt = *Hunt::ALL.get(usize::try_from(bytes.number()?).ok()?)?;
        Some(HuntHit {
            hunt,
            unit: hunt.unit(),
            sourceip: bytes.address()?,
            destinationip: if bytes.number()? == 1 { Some(bytes.address()?) } else { None },
            destinationport: u16::try_from(bytes.number()?).ok(),
            count: bytes.number()?,
            threshold: bytes.number()?,
            connection_count: bytes.number()?,
            first_seen: Moment { second: bytes.number()? as i64 },
            last_seen: Moment { second: bytes.number()? as i64 },
            sentence: bytes.text()?,
            examples: (0..bytes.number()?).map(|_| bytes.text()).collect::<Option<_>>()?,
            suppressed_by: if bytes.number()? == 1 { Some(SetMatch::read(bytes)?) } else { None },
        })
    }
}
