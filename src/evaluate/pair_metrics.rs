//! The metrics of a pair, or of a source and a host name: aggregates, regularity, RITA's score.

use super::aggregates::Aggregates;
use super::pair_facts::ConnectionFacts;
use crate::model::flow::Connection;
use crate::model::time::LocalTimestamp;
use crate::regularity::{Analyzer, Regularity, RitaScore, rita_score};
use crate::rule::{Rule, WindowRange};

/// The metrics, which do not depend on the gates.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PairMetrics {
    pub aggregates: Aggregates,
    regularity: Option<Regularity>,
    rita: Option<RitaScore>,
}

impl PairMetrics {
    /// Of the connections in the window, in order of time. `time_extent` is the earliest and latest start of the input.
    pub fn of(
        aggregates: Aggregates,
        connections: &[Connection],
        range: WindowRange,
        time_extent: (i64, i64),
        analyzer: &mut Analyzer,
    ) -> Self {
        let span = (time_extent.0.max(range.after + 1), time_extent.1.min(range.until));
        let (regularity, rita) = (analyzer.analyze(connections), rita_score(connections, span));
        PairMetrics { aggregates, regularity, rita }
    }

    /// The aggregates of the query alone.
    pub fn of_query(aggregates: Aggregates) -> Self {
        PairMetrics { aggregates, regularity: None, rita: None }
    }

    /// The facts, without priority and threat.
    pub fn facts(&self, beaconing_score: u8, rule: &Rule) -> ConnectionFacts {
        let PairMetrics { aggregates, regularity, rita } = *self;
        ConnectionFacts {
            connection_count: aggregates.counts.connections,
            hourly_buckets: aggregates.counts.hours,
            bytes_sent: aggregates.bytes_sent,
            bytes_received: aggregates.bytes_received,
            first_seen: LocalTimestamp::new(aggregates.first, rule.utc_offset_minutes()),
            last_seen: LocalTimestamp::new(aggregates.last, rule.utc_offset_minutes()),
            beaconing_score,
            priority: 0,
            regularity,
            rita,
            priority_parts: Vec::new(),
            threat: None,
        }
    }
}
