//! Facts of pairs and hosts.

use std::net::IpAddr;

use serde::Serialize;

use super::gate_facts::Gate;
use crate::model::flow::Pair;
use crate::model::time::LocalTimestamp;
use crate::priority::PriorityPart;
use crate::regularity::{Regularity, RitaScore};
use crate::rule::SetMatch;

/// How many near misses of each gate a report lists.
pub const NEAR_MISSES: usize = 50;

/// A pair in the window, with everything that was found out about it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Finding {
    /// Source address.
    pub sourceip: IpAddr,
    /// Destination address.
    pub destinationip: IpAddr,
    /// Destination port.
    pub destinationport: u16,
    /// What was found out about its connections. In JSON and CSV, these fields follow directly.
    pub facts: ConnectionFacts,
    /// The processes that opened its connections, if the records name them: the first four of the whole input in
    /// text order. Omitted from the JSON if there are none.
    pub processes: Vec<String>,
}

impl Finding {
    pub(super) fn new(pair: &Pair, facts: ConnectionFacts, processes: Vec<String>) -> Self {
        Finding {
            sourceip: pair.source,
            destinationip: pair.destination,
            destinationport: pair.port,
            facts,
            processes,
        }
    }
}

/// What was found out about the connections of a pair, or of a source and a host name: the columns of the query, then
/// priority and regularity.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ConnectionFacts {
    /// Connections in the window.
    pub connection_count: u64,
    /// Distinct calendar hours (in the rule's UTC offset) with a connection.
    pub hourly_buckets: u64,
    /// Bytes the source sent, summed.
    pub bytes_sent: u64,
    /// Bytes the source received, summed.
    pub bytes_received: u64,
    /// First connection, `yyyy-MM-dd HH:mm:ss` in the rule's UTC offset.
    pub first_seen: LocalTimestamp,
    /// Last connection, likewise.
    pub last_seen: LocalTimestamp,
    /// 3 for a listed C2 port, 2 for more connections than the rule's high volume, otherwise 1.
    pub beaconing_score: u8,
    /// 0 to 100: the order in which to read. The sum of `priority_parts`.
    pub priority: u8,
    /// How machine-like timing and sizes are. None with fewer than four distinct start times.
    pub regularity: Option<Regularity>,
    /// The score of RITA v5, for comparison only.
    pub rita: Option<RitaScore>,
    /// The parts of `priority`, each with its reason.
    pub priority_parts: Vec<PriorityPart>,
    /// The threat list that names the destination; none if none does.
    pub threat: Option<ThreatMatch>,
}

/// A threat list that names a destination. Such a pair is shown whatever the counting gates say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ThreatMatch {
    /// Name of the list.
    pub list: String,
    /// Its entry.
    pub entry: String,
    /// Line of the entry in the list, from 1.
    pub line: u64,
    /// The comment of the entry, such as the name of the malware.
    pub comment: Option<String>,
    /// Counting gates that the pair failed.
    pub failed_gates: Vec<Gate>,
}

/// A pair that would be a finding, but that a reference set suppresses.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Suppressed {
    /// The pair.
    pub pair: Finding,
    /// The first set of the rule that contains it.
    pub suppressed_by: SetMatch,
}

/// A source that connects to a host, or looks up its name, as often as a finding requires.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct HostBeacon {
    /// Source address.
    pub sourceip: IpAddr,
    /// The name, in lower case.
    pub host: String,
    /// Whether lookups of the name were counted; otherwise connections to the host.
    pub looked_up: bool,
    /// The first set of the rule that contains it; none if none does.
    pub suppressed_by: Option<SetMatch>,
    /// What was found out about the connections or lookups. In JSON, these fields follow directly.
    pub facts: ConnectionFacts,
}

/// How much a reference set suppresses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SetReport {
    /// Name of the set.
    pub name: String,
    /// Pairs that would be findings.
    pub pairs: u64,
    /// Their flows in the window.
    pub flows: u64,
}

/// A pair that failed exactly one gate.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct NearMiss {
    /// The pair.
    pub pair: Finding,
    /// The gate it failed.
    pub failed_gate: Gate,
}

/// A pair in the window, whichever gates it failed.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct EvaluatedPair {
    /// The pair.
    pub pair: Finding,
    /// The gates it failed; none for a finding.
    pub failed_gates: Vec<Gate>,
    /// The first reference set that contains it; none if none does.
    pub suppressed_by: Option<SetMatch>,
}
