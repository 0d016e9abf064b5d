//! What was read from the histories of listed pairs, kept for the next evaluation of the same window: a
//! changed gate then costs no more than a look at the counts.

use ipnet::IpNet;

use super::callers::Callers;
use super::lists::ReadyLists;
use super::measures::Measures;
use super::span::Span;
use crate::hunts::{self, Hunt, HuntHit};
use crate::pairs::DatasetView;
use crate::rule::{HuntSettings, Rule};
use crate::text::sort::sort;

/// Measures of pairs in one window, and counts of hosts.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    /// The window, and the offset of its hours.
    of: Option<(Span, i32)>,
    measures: Vec<Measures>,
    /// Number of the pair in the high half, place of its measures in the low one; so many are in order.
    places: Vec<i64>,
    in_order: usize,
    /// How many pairs of a single flow go to which excluded networks.
    excluded_singles: Option<(Vec<IpNet>, u64)>,
    /// What the hunts found in that window, and by which of their thresholds.
    hunted: Option<(HuntSettings, Vec<IpNet>, Vec<HuntHit>)>,
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
    pub fn hunted(&mut self, data: DatasetView<'_>, rule: &Rule) -> Vec<HuntHit> {
        let excluded = rule.excluded_destinations();
        let hits = match self.hunted.take().filter(|(hunts, ..)| hunts == rule.hunts()) {
            Some((_, networks, hits)) if networks == excluded => hits,
            // Long connections alone hinge on those.
            Some((.., mut hits)) => {
                hits.retain(|hit| hit.hunt != Hunt::LongConnection);
                hunts::hunt_long(data, rule, &mut hits);
                hits
            }
            None => hunts::hunt(data, rule),
        };
        self.hunted = Some((rule.hunts().clone(), excluded.to_vec(), hits.clone()));
        hits
    }

    /// How many pairs of a single flow go to the networks that a rule excludes.
    pub fn excluded_singles(&mut self, rule: &Rule, count: impl FnOnce() -> u64) -> u64 {
        let excluded = rule.excluded_destinations();
        match &self.excluded_singles {
            Some((networks, pairs)) if networks == excluded => *pairs,
            _ => {
                let pairs = count();
                self.excluded_singles = Some((excluded.to_vec(), pairs));
                pairs
            }
        }
    }

    /// What was kept of a pair before this evaluation.
    pub fn get(&self, number: u32) -> Option<&Measures> {
        let places = self.places.get(..self.in_order)?;
        let at = places.binary_search_by_key(&number, |place| (place >> 32) as u32).ok()?;
        self.measures.get(*places.get(at)? as u32 as usize)
    }

    /// Room for so many, if there are none: later there are few new ones.
    pub fn reserve(&mut self, pairs: usize) {
        if self.measures.is_empty() {
            self.measures.reserve_exact(pairs);
            self.places.reserve_exact(pairs);
        }
    }

    pub fn add(&mut self, number: u32, measures: Measures) {
        self.places.push(i64::from(number) << 32 | self.measures.len() as i64);
        self.measures.push(measures);
    }

    /// Puts the new ones in order.
    pub fn settle(&mut self) {
        if self.in_order < self.places.len() {
            sort(&mut self.places);
            self.in_order = self.places.len();
        }
    }
}
