//! Rule × pairs → facts. One walk: the rule is compiled, all pairs are counted, and those that are listed get their
//! metrics; priorities follow when the results of all shards are merged.

mod aggregates;
mod all_pairs;
mod cache;
mod counted_pair;
mod depth;
mod dropped;
mod evaluate_rule;
mod evaluation;
mod explain;
mod explanation;
mod gate_facts;
mod gate_failures;
mod gates;
mod host_beacons;
mod hunt_hits;
mod lists;
mod near_misses;
mod order;
mod pair_facts;
mod pair_metrics;
mod partial_result;
mod prevalence;
mod prevalence_cache;
mod prioritize;
mod scan;
mod timeline;
mod wire;
mod wire_facts;

pub(crate) use all_pairs::all_pairs;
pub(crate) use cache::EvaluationCache;
pub(crate) use depth::Depth;
pub use dropped::DroppedData;
pub(crate) use evaluate_rule::evaluate;
pub(crate) use evaluation::Evaluation;
pub(crate) use explain::explain;
pub use explanation::{Explanation, IntervalBin, Intervals, PairStatus, ScoreReason, Timeline};
pub use gate_facts::{Gate, GateReport, GateResult, GateValue, Threshold};
pub use order::SortOrder;
pub use pair_facts::{
    ConnectionFacts, EvaluatedPair, Finding, HostBeacon, NEAR_MISSES, NearMiss, SetReport, Suppressed,
    ThreatMatch,
};
pub use partial_result::PartialResult;
pub(crate) use prevalence::prevalence_counts;
pub use prevalence::{PrevalenceCounts, PrevalenceQuery};
pub(crate) use prioritize::prioritize;
