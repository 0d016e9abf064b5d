//! Look-ups in the reference sets and threat lists of a rule.

use std::sync::Arc;

use super::gate_facts::Gate;
use super::gates::FailedGates;
use super::pair_facts::{SetReport, ThreatMatch};
use std::net::IpAddr;

use crate::model::destination::Destination;
use crate::model::flow::Pair;
use crate::rule::{CompiledLists, ReferenceSet, Rule, SetHit, SetMatch, ThreatList};

/// The compiled lists of the last rule, for the next evaluation.
#[derive(Debug, Default)]
pub(crate) struct ListCache {
    sets: Vec<ReferenceSet>,
    threats: Vec<ThreatList>,
    compiled: Arc<CompiledLists>,
}

impl ListCache {
    /// The lists of a rule, compiled only if they changed.
    pub fn of<'r>(&mut self, rule: &'r Rule) -> RuleLists<'r> {
        if self.sets != rule.reference_sets() || self.threats != rule.threat_lists() {
            self.sets = rule.reference_sets().to_vec();
            self.threats = rule.threat_lists().to_vec();
            self.compiled = Arc::new(CompiledLists::new(rule));
        }
        RuleLists { rule, compiled: Arc::clone(&self.compiled) }
    }
}

/// The lists of a rule, compiled.
#[derive(Debug)]
pub(crate) struct RuleLists<'r> {
    rule: &'r Rule,
    compiled: Arc<CompiledLists>,
}

impl RuleLists<'_> {
    pub fn has_reference_sets(&self) -> bool {
        self.compiled.has_reference_sets()
    }

    pub fn has_threat_lists(&self) -> bool {
        self.compiled.has_threat_lists()
    }

    /// All sets that contain a pair, each with its position in the rule.
    pub fn sets_with_pair(&self, pair: &Pair) -> impl Iterator<Item = (usize, SetMatch)> {
        let destination = Destination::Address(pair.destination);
        let hits: Vec<_> =
            self.compiled.sets_with(pair.source, Some(&destination), Some(pair.port)).collect();
        hits.into_iter().filter_map(|hit| self.set_match(hit))
    }

    /// The first set that contains a pair, with its position in the rule.
    pub fn suppressed_pair(&self, pair: &Pair) -> Option<(usize, SetMatch)> {
        let destination = Destination::Address(pair.destination);
        let hit = self.compiled.suppressed_by(pair.source, Some(&destination), Some(pair.port))?;
        self.set_match(hit)
    }

    /// The first set that contains a source or its destination.
    pub fn suppressed_by(
        &self,
        source: IpAddr,
        destination: Option<&Destination>,
        port: Option<u16>,
    ) -> Option<SetMatch> {
        let hit = self.compiled.suppressed_by(source, destination, port)?;
        self.set_match(hit).map(|(_, set)| set)
    }

    fn set_match(&self, hit: SetHit) -> Option<(usize, SetMatch)> {
        let set = self.rule.reference_sets().get(hit.set)?;
        let entry = set.entries().get(hit.entry)?.without_comment();
        Some((hit.set, SetMatch { reference_set: set.name().to_owned(), entry, side: hit.side }))
    }

    /// The first threat list that names the destination of a pair.
    pub fn pair_threat(&self, pair: &Pair, failed: FailedGates) -> Option<ThreatMatch> {
        self.threat(&Destination::Address(pair.destination), Some(pair.port), failed)
    }

    /// The first threat list that names a destination.
    pub fn threat(
        &self,
        destination: &Destination,
        port: Option<u16>,
        failed: FailedGates,
    ) -> Option<ThreatMatch> {
        let hit = self.compiled.threat(destination, port)?;
        let list = self.rule.threat_lists().get(hit.list)?;
        let entry = list.entries().get(hit.entry)?;
        Some(ThreatMatch {
            list: list.name().to_owned(),
            entry: entry.without_comment(),
            line: u64::from(entry.line()),
            comment: entry.comment().map(str::to_owned),
            failed_gates: failed.gates().filter(|gate| *gate != Gate::ExcludedDestination).collect(),
        })
    }

    /// A report per set, which counts nothing yet.
    pub fn set_reports(&self) -> Vec<SetReport> {
        let report = |set: &ReferenceSet| SetReport { name: set.name().to_owned(), pairs: 0, flows: 0 };
        self.rule.reference_sets().iter().map(report).collect()
    }
}
