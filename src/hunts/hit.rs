//! What a hunt found.

use std::net::IpAddr;

use serde::Serialize;

use crate::model::time::LocalTimestamp;
use crate::rule::SetMatch;

/// Maximum number of examples of a hit.
pub(super) const MAX_EXAMPLES: usize = 10;

/// A hunt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Hunt {
    /// Many random names that do not exist were looked up.
    Dga,
    /// Many distinct ports of one destination were tried.
    VerticalScan,
    /// Many distinct destinations were tried on one port.
    HorizontalScan,
    /// Many connections in a short time.
    Burst,
    /// Connections that stayed open for long.
    LongConnection,
}

impl Hunt {
    /// All hunts, in the order in which they are reported.
    pub const ALL: [Hunt; 5] =
        [Hunt::Dga, Hunt::VerticalScan, Hunt::HorizontalScan, Hunt::Burst, Hunt::LongConnection];

    /// Whether a hit exceeds the threshold; otherwise it reaches it.
    pub fn is_above_threshold(self) -> bool {
        matches!(self, Hunt::Burst | Hunt::LongConnection)
    }

    /// Its stable name.
    pub fn name(self) -> &'static str {
        match self {
            Hunt::Dga => "dga",
            Hunt::VerticalScan => "vertical_scan",
            Hunt::HorizontalScan => "horizontal_scan",
            Hunt::Burst => "burst",
            Hunt::LongConnection => "long_connection",
        }
    }

    /// The unit of its counts.
    pub fn unit(self) -> &'static str {
        match self {
            Hunt::Dga => "domains",
            Hunt::VerticalScan => "ports",
            Hunt::HorizontalScan => "destinations",
            Hunt::Burst => "connections",
            Hunt::LongConnection => "seconds",
        }
    }
}

/// What a hunt found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct HuntHit {
    /// The hunt.
    pub hunt: Hunt,
    /// Source address.
    pub sourceip: IpAddr,
    /// Destination address; none if there are several, or if it is about names.
    pub destinationip: Option<IpAddr>,
    /// Destination port; none if there are several, or if it is about names.
    pub destinationport: Option<u16>,
    /// Count of the unit: for scans and bursts within a sliding window, otherwise within the window of the rule.
    pub count: u64,
    /// The unit of the count: connections, ports, destinations, domains or seconds.
    pub unit: &'static str,
    /// The threshold that it exceeds or reaches.
    pub threshold: u64,
    /// Connections or lookups that belong to it.
    pub connection_count: u64,
    /// First of them, `yyyy-MM-dd HH:mm:ss` in the rule's UTC offset.
    pub first_seen: LocalTimestamp,
    /// Last of them, likewise.
    pub last_seen: LocalTimestamp,
    /// All of this in one sentence.
    pub sentence: String,
    /// Some of the ports, destinations or domains, at most ten.
    pub examples: Vec<String>,
    /// The first reference set that contains it; none if none does.
    pub suppressed_by: Option<SetMatch>,
}

/// The order of a report: by hunt, the greatest counts first; suppressed hits last.
pub(crate) fn order(a: &HuntHit, b: &HuntHit) -> std::cmp::Ordering {
    let ends = |hit: &HuntHit| (hit.sourceip, hit.destinationip, hit.destinationport);
    let most =
        (a.suppressed_by.is_some(), a.hunt, b.count).cmp(&(b.suppressed_by.is_some(), b.hunt, a.count));
    most.then_with(|| ends(a).cmp(&ends(b)))
}
