//! What was read from the histories of listed pairs, kept for the next evaluation of the same window: a
//! changed gate then costs no more than a look at the counts.

use ipnet::IpNet;

use super::Data;
use super::callers::Callers;
use super::lists::ReadyLists;
use super::measures::Measures;
use super::span::Span;
use crate::hunts::{self, HuntHit, Hunts};
use crate::order::sort_by;
use crate::rule::Rule;

/// Measures of pairs in one window, and counts of hosts.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    /// The window, and the offset of its hours.
    of: Option<(Span, i32)>,
    /// Numbers of pairs, in order, and their measures: apart, so that a search stays in the cache.
    numbers: Vec<u32>,
    measures: Vec<Measures>,
    /// Those that came since.
    new: Vec<(u32, Measures)>,
    /// How many pairs of a single flow go to which excluded networks.
    excluded_singles: Option<(Vec<IpNet>, u64)>,
    /// What the hunts found in that window, and by which of their thresholds.
    hunted: Option<(Hunts, Vec<IpNet>, Vec<HuntHit>)>,
    pub callers: Callers,
    pub lists: ReadyLists,
}

impl Kept {
    /// Forgets what is of another window.
    pub fn turn_to(&mut self, span: Option<Span>, utc_offset_minutes: i32) {
        let of = span.map(|span| (span, utc_offset_minutes));
        if self.of != of {
            *self = Kept {
                of,
                excluded_singles: self.excluded_singles.take(),
                callers: std::mem::take(&mut self.callers),
                lists: std::mem::take(&mut self.lists),
                ..Kept::default()
            };
        }
    }

    /// What the hunts of a rule find, whose window is the one that was turned to.
    pub fn hunted(&mut self, data: Data<'_>, rule: &Rule) -> Vec<HuntHit> {
        let excluded = &rule.excluded_destinations;
        match &self.hunted {
            Some((hunts, networks, hits)) if *hunts == rule.hunts && networks == excluded => hits.clone(),
            _ => {
                let hits = hunts::hunt(data, rule);
                self.hunted = Some((rule.hunts.clone(), excluded.clone(), hits.clone()));
                hits
            }
        }
    }

    /// How many pairs of a single flow go to the networks that a rule excludes.
    pub fn excluded_singles(&mut self, rule: &Rule, count: impl FnOnce() -> u64) -> u64 {
        let excluded = &rule.excluded_destinations;
        match &self.excluded_singles {
            Some((networks, pairs)) if networks == excluded => *pairs,
            _ => {
                let pairs = count();
                self.excluded_singles = Some((excluded.clone(), pairs));
                pairs
            }
        }
    }

    pub fn get(&self, number: u32) -> Option<&Measures> {
        self.measures.get(self.numbers.binary_search(&number).ok()?)
    }

    pub fn add(&mut self, number: u32, measures: Measures) {
        self.new.push((number, measures));
    }

    /// Puts the new ones in their places.
    pub fn settle(&mut self) {
        if !self.new.is_empty() {
            let (numbers, measures) = (std::mem::take(&mut self.numbers), std::mem::take(&mut self.measures));
            let mut all: Vec<_> = numbers.into_iter().zip(measures).chain(self.new.drain(..)).collect();
            sort_by(&mut all, |(a, _), (b, _)| a.cmp(b));
            (self.numbers, self.measures) = all.into_iter().unzip();
        }
    }
}
