//! All that is said of one pair: the query's counts, its regularity, and RITA's score.

use super::pair_facts::Finding;
use super::span::Span;
use super::tally::Tally;
use crate::model::flow::{Connection, Pair};
use crate::model::time::LocalTimestamp;
use crate::regularity::{Analyzer, Regularity, RitaScore, rita_score};
use crate::rule::Rule;

/// What is said of a pair, whatever its gates.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measures {
    pub tally: Tally,
    regularity: Option<Regularity>,
    rita: Option<RitaScore>,
}

impl Measures {
    /// Of connections in the window, in time order. `data` is the earliest and latest start of the input.
    pub fn of(
        tally: Tally,
        connections: &[Connection],
        span: Span,
        data: (i64, i64),
        analyzer: &mut Analyzer,
    ) -> Self {
        let within = (data.0.max(span.after + 1), data.1.min(span.until));
        let (regularity, rita) = (analyzer.analyze(connections), rita_score(connections, within));
        Measures { tally, regularity, rita }
    }

    /// No more than the query counts.
    pub fn only(tally: Tally) -> Self {
        Measures { tally, regularity: None, rita: None }
    }

    /// The columns of a pair, without its priority.
    pub fn columns(&self, pair: &Pair, score: u8, rule: &Rule) -> Finding {
        let Measures { tally, regularity, rita } = *self;
        Finding {
            sourceip: pair.source,
            destinationip: pair.destination,
            destinationport: pair.port,
            connection_count: tally.counts.connections,
            hourly_buckets: tally.counts.hours,
            bytes_sent: tally.bytes_sent,
            bytes_received: tally.bytes_received,
            first_seen: LocalTimestamp::new(tally.first, rule.utc_offset_minutes()),
            last_seen: LocalTimestamp::new(tally.last, rule.utc_offset_minutes()),
            beaconing_score: score,
            priority: 0,
            regularity,
            rita,
            priority_parts: Vec::new(),
            threat: None,
            processes: Vec::new(),
        }
    }
}
