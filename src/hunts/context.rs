//! What every hunt needs.

use crate::model::flow::Address;
use crate::model::time::LocalTimestamp;
use crate::pairs::DatasetView;
use crate::rule::{PrefixTable, Rule, WindowRange};

/// The data, the rule, and the rule prepared for the data.
pub(super) struct HuntContext<'a> {
    pub data: DatasetView<'a>,
    pub rule: &'a Rule,
    pub range: WindowRange,
    /// The networks that the hunts ignore.
    excluded: PrefixTable,
}

impl<'a> HuntContext<'a> {
    pub fn new(data: DatasetView<'a>, rule: &'a Rule, range: WindowRange) -> Self {
        HuntContext { data, rule, range, excluded: PrefixTable::new(&rule.hunts().excluded) }
    }

    /// Whether the hunts ignore an address.
    pub fn is_excluded(&self, address: Address) -> bool {
        match address {
            Address::V4(bits) => self.excluded.contains_v4(bits),
            Address::V6(_) => self.excluded.contains(self.data.addresses.address(address)),
        }
    }

    pub fn local_time(&self, micros: i64) -> LocalTimestamp {
        LocalTimestamp::new(micros, self.rule.utc_offset_minutes())
    }
}
