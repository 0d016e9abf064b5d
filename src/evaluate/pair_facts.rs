//! What is said of pairs and hosts.

use std::net::IpAddr;

use serde::Serialize;

use super::gate_facts::Gate;
use crate::model::time::LocalTimestamp;
use crate::priority::PriorityPart;
use crate::regularity::{Regularity, RitaScore};
use crate::rule::SetMatch;

/// How many near misses of each gate a report lists.
pub const NEAR_MISSES: usize = 50;

/// What is said of a pair in the window: the query's ten columns, then priority and regularity.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Finding {
    /// Source address.
    pub sourceip: IpAddr,
    /// Destination address.
    pub destinationip: IpAddr,
    /// Destination port.
    pub destinationport: u16,
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
    /// 3 for a listed C2 port, 2 for more than the rule's high volume, else 1.
    pub beaconing_score: u8,
    /// 0 to 100: the order to read in. The sum of `priority_parts`.
    pub priority: u8,
    /// How machine-like timing and sizes are. None of a pair with fewer than four different start times.
    pub regularity: Option<Regularity>,
    /// The score of RITA v5: for comparison only.
    pub rita: Option<RitaScore>,
    /// What `priority` is the sum of, each part with its reason.
    pub priority_parts: Vec<PriorityPart>,
    /// The threat list that names the destination; none if none does.
    pub threat: Option<ThreatMatch>,
    /// The programs that opened its connections, where the records tell them: the first four in order of text,
    /// of the whole input. Left out of the JSON if there are none.
    pub processes: Vec<String>,
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
    /// What the list says of the entry, such as the malware's name.
    pub comment: Option<String>,
    /// Counting gates that the pair failed.
    pub failed_gates: Vec<Gate>,
}

/// A pair that a reference set took out.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Suppressed {
    /// The pair.
    pub pair: Finding,
    /// The first set of the rule that holds it.
    pub suppressed_by: SetMatch,
}

/// A host that is called by its name, or a name that is looked up, as often as a finding is.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct HostBeacon {
    /// The name, in lower case.
    pub host: String,
    /// Whether it is the lookups that repeat; else the connections to the host.
    pub looked_up: bool,
    /// The first set of the rule that holds it; none if none does.
    pub suppressed_by: Option<SetMatch>,
    /// What is said of it as of a pair. It has no destination address and no port.
    pub pair: Finding,
}

/// What a reference set took out.
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

/// A pair in the window, whatever gates it failed.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct EvaluatedPair {
    /// The pair.
    pub pair: Finding,
    /// The gates it failed; none for a finding.
    pub failed_gates: Vec<Gate>,
    /// The reference set that holds it; none if none does.
    pub suppressed_by: Option<SetMatch>,
}
