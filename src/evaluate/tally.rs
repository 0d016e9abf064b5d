//! What the query counts of a pair.

use super::Counts;
use super::span::Span;
use crate::model::flow::Connection;
use crate::model::time::{HOUR, MINUTE};
use crate::text::sort::sort;

/// The aggregates of a pair's connections in a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tally {
    pub counts: Counts,
    pub bytes_sent: u64,
    pub bytes_received: u64,
    pub first: i64,
    pub last: i64,
}

impl Tally {
    /// Of the connections in the window; none if there are none. `hours` is scratch space.
    pub fn of(
        connections: &[Connection],
        span: Span,
        utc_offset_minutes: i32,
        hours: &mut Vec<i64>,
    ) -> Option<Tally> {
        let offset = i64::from(utc_offset_minutes) * MINUTE;
        let mut tally = Tally {
            counts: Counts { connections: 0, hours: 0 },
            bytes_sent: 0,
            bytes_received: 0,
            first: i64::MAX,
            last: i64::MIN,
        };
        hours.clear();
        // The hour of the connection before; most share it, and a division each is dear.
        let (mut hour_start, mut in_order) = (i64::MAX, true);
        for connection in connections {
            let start = connection.start.as_micros();
            if !span.contains(start) {
                continue;
            }
            tally.counts.connections += 1;
            tally.bytes_sent = tally.bytes_sent.saturating_add(connection.bytes_sent);
            tally.bytes_received = tally.bytes_received.saturating_add(connection.bytes_received);
            tally.first = tally.first.min(start);
            tally.last = tally.last.max(start);
            let local = start + offset;
            if local < hour_start || local >= hour_start.saturating_add(HOUR) {
                let hour = local.div_euclid(HOUR);
                hour_start = hour * HOUR;
                in_order &= hours.last().is_none_or(|before| *before < hour);
                hours.push(hour);
            }
        }
        if !in_order {
            sort(hours);
            hours.dedup();
        }
        tally.counts.hours = hours.len() as u64;
        (tally.counts.connections > 0).then_some(tally)
    }
}
