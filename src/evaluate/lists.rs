//! The rule's reference sets and threat lists, asked about pairs.

use std::sync::Arc;

use super::gate_facts::Gate;
use super::gates::Failed;
use super::pair_facts::{SetReport, ThreatMatch};
use crate::model::flow::Pair;
use crate::rule::{CompiledLists, ReferenceSet, Rule, SetMatch, ThreatList};

/// Lists that were made ready, kept for the next evaluation.
#[derive(Debug, Default)]
pub(crate) struct ReadyLists {
    sets: Vec<ReferenceSet>,
    threats: Vec<ThreatList>,
    compiled: Arc<CompiledLists>,
}

impl ReadyLists {
    /// The lists of a rule.
    pub fn of<'r>(&mut self, rule: &'r Rule) -> Lists<'r> {
        if self.sets != rule.reference_sets() || self.threats != rule.threat_lists() {
            self.sets = rule.reference_sets().to_vec();
            self.threats = rule.threat_lists().to_vec();
            self.compiled = Arc::new(CompiledLists::new(rule));
        }
        Lists { rule, compiled: Arc::clone(&self.compiled) }
    }
}

/// The lists of a rule, made ready.
#[derive(Debug)]
pub(crate) struct Lists<'r> {
    rule: &'r Rule,
    compiled: Arc<CompiledLists>,
}

impl Lists<'_> {
    pub fn suppress_nothing(&self) -> bool {
        !self.compiled.has_reference_sets()
    }

    pub fn threaten_nothing(&self) -> bool {
        !self.compiled.has_threat_lists()
    }

    /// Which set takes a pair out: its number and what it says.
    pub fn suppressed(&self, pair: &Pair) -> Option<(usize, SetMatch)> {
        self.sets_with(pair).next()
    }

    /// The first set that holds a host.
    pub fn host_suppressed(&self, pair: &Pair, host: &str) -> Option<SetMatch> {
        self.sets_of(pair, Some(host)).next().map(|(_, set)| set)
    }

    /// All sets that hold a pair.
    pub fn sets_with(&self, pair: &Pair) -> impl Iterator<Item = (usize, SetMatch)> {
        self.sets_of(pair, None)
    }

    fn sets_of(&self, pair: &Pair, host: Option<&str>) -> impl Iterator<Item = (usize, SetMatch)> {
        let hits = self.compiled.sets_with(pair, host);
        hits.filter_map(|hit| {
            let set = self.rule.reference_sets().get(hit.set)?;
            let entry = set.entries().get(hit.entry)?.without_comment();
            Some((hit.set, SetMatch { reference_set: set.name().to_owned(), entry, side: hit.side }))
        })
    }

    /// The list that names a pair's destination.
    pub fn threat(&self, pair: &Pair, failed: Failed) -> Option<ThreatMatch> {
        self.threat_of(pair, None, failed)
    }

    /// The list that names a host.
    pub fn host_threat(&self, pair: &Pair, host: &str, failed: Failed) -> Option<ThreatMatch> {
        self.threat_of(pair, Some(host), failed)
    }

    fn threat_of(&self, pair: &Pair, host: Option<&str>, failed: Failed) -> Option<ThreatMatch> {
        let hit = self.compiled.threat(pair, host)?;
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

    /// What each set took out, before anything was.
    pub fn reports(&self) -> Vec<SetReport> {
        let report = |set: &ReferenceSet| SetReport { name: set.name().to_owned(), pairs: 0, flows: 0 };
        self.rule.reference_sets().iter().map(report).collect()
    }
}
