//! The aggregates of the query.

use super::gates::GateCounts;
use crate::model::flow::Connection;
use crate::model::time::{HOUR, MINUTE};
use crate::rule::WindowRange;

/// The aggregates of a pair's connections in a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Aggregates {
    pub counts: GateCounts,
    pub bytes_sent: u64,
    pub bytes_received: u64,
    pub first: i64,
    pub last: i64,
}

impl Aggregates {
    /// Of the connections in the window; none without any. `hours` is a buffer.
    pub fn of(
        connections: &[Connection],
        range: WindowRange,
        utc_offset_minutes: i32,
        hours: &mut Vec<i64>,
    ) -> Option<Aggregates> {
        let offset = i64::from(utc_offset_minutes) * MINUTE;
        let mut aggregates = Aggregates {
            counts: GateCounts { connections: 0, hours: 0 },
            bytes_sent: 0,
            bytes_received: 0,
            first: i64::MAX,
            last: i64::MIN,
        };
        hours.clear();
        // Most connections are in the hour of the one before, which saves a division.
        let (mut hour_start, mut in_order) = (i64::MAX, true);
        for connection in connections {
            let start = connection.start.as_micros();
            if !range.contains(start) {
                continue;
            }
            aggregates.counts.connections += 1;
            aggregates.bytes_sent = aggregates.bytes_sent.saturating_add(connection.bytes_sent);
            aggregates.bytes_received = aggregates.bytes_received.saturating_add(connection.bytes_received);
            aggregates.first = aggregates.first.min(start);
            aggregates.last = aggregates.last.max(start);
            let local = start + offset;
            if local < hour_start || local >= hour_start.saturating_add(HOUR) {
                let hour = local.div_euclid(HOUR);
                hour_start = hour * HOUR;
                in_order &= hours.last().is_none_or(|before| *before < hour);
                hours.push(hour);
            }
        }
        if !in_order {
            hours.sort_unstable();
            hours.dedup();
        }
        aggregates.counts.hours = hours.len() as u64;
        (aggregates.counts.connections > 0).then_some(aggregates)
    }
}
