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
    /// By number of the pair, in order.
    measures: Vec<(u32, Measures)>,
    /// Those that came since.
    new: Vec<(u32, Measures)>,
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
            (self.of, self.measures, self.hunted) = (of, Vec::new(), None);
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

    pub fn get(&self, number: u32) -> Option<&Measures> {
        let at = self.measures.binary_search_by_key(&number, |(number, _)| *number).ok()?;
        self.measures.get(at).map(|(_, measures)| measures)
    }

    pub fn add(&mut self, number: u32, measures: Measures) {
        self.new.push((number, measures));
    }

    /// Puts the new ones in their places.
    pub fn settle(&mut self) {
        if !self.new.is_empty() {
            self.measures.append(&mut self.new);
            sort_by(&mut self.measures, |(a, _), (b, _)| a.cmp(b));
        }
    }
}
