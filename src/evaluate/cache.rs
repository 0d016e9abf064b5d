//! Results that the next evaluation can use. With the same window, a changed gate then reads no histories.

use ipnet::IpNet;

use super::lists::ListCache;
use super::pair_metrics::PairMetrics;
use super::prevalence_cache::PrevalenceCache;
use crate::hunts::{self, Hunt, HuntHit};
use crate::pairs::DatasetView;
use crate::rule::{HuntSettings, Rule, WindowRange};

/// Metrics and hunt hits of one window, source counts of destinations, and compiled lists.
#[derive(Debug, Default)]
pub(crate) struct EvaluationCache {
    /// The window, and the UTC offset of its hours.
    window: Option<(WindowRange, i32)>,
    metrics: Vec<PairMetrics>,
    /// The number of a pair in the upper half, the place of its metrics in the lower half.
    places: Vec<i64>,
    /// How many of the places are sorted.
    sorted: usize,
    /// Excluded networks, and how many single-flow pairs go to them.
    excluded_singles: Option<(Vec<IpNet>, u64)>,
    hunt_hits: Option<CachedHits>,
    pub prevalence: PrevalenceCache,
    pub lists: ListCache,
}

/// Hunt hits of the window, with the settings that gave them.
#[derive(Debug)]
struct CachedHits {
    settings: HuntSettings,
    excluded_destinations: Vec<IpNet>,
    hits: Vec<HuntHit>,
}

impl EvaluationCache {
    /// Selects the window of the evaluation, and drops what belongs to another one.
    pub fn select_window(&mut self, range: Option<WindowRange>, utc_offset_minutes: i32) {
        let window = range.map(|range| (range, utc_offset_minutes));
        if self.window != window {
            *self = EvaluationCache {
                window,
                excluded_singles: self.excluded_singles.take(),
                prevalence: std::mem::take(&mut self.prevalence),
                lists: std::mem::take(&mut self.lists),
                ..EvaluationCache::default()
            };
        }
    }

    /// The hits of a rule's hunts in the selected window.
    pub fn hunt_hits(&mut self, data: DatasetView<'_>, rule: &Rule) -> Vec<HuntHit> {
        let Some((range, _)) = self.window else { return Vec::new() };
        let excluded = rule.excluded_destinations();
        let hits = match self.hunt_hits.take().filter(|cached| cached.settings == *rule.hunts()) {
            Some(cached) if cached.excluded_destinations == excluded => cached.hits,
            // Only long connections depend on the excluded destinations.
            Some(mut cached) => {
                cached.hits.retain(|hit| hit.hunt != Hunt::LongConnection);
                cached.hits.extend(hunts::hunt_long_connections(data, rule, range));
                cached.hits
            }
            None => hunts::hunt(data, rule, range),
        };
        self.hunt_hits = Some(CachedHits {
            settings: rule.hunts().clone(),
            excluded_destinations: excluded.to_vec(),
            hits: hits.clone(),
        });
        hits
    }

    /// How many single-flow pairs go to the networks that a rule excludes.
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

    /// The metrics of a pair, if an earlier evaluation added them.
    pub fn get(&self, number: u32) -> Option<&PairMetrics> {
        let places = self.places.get(..self.sorted)?;
        let at = places.binary_search_by_key(&number, |place| (place >> 32) as u32).ok()?;
        self.metrics.get(*places.get(at)? as u32 as usize)
    }

    /// Reserves memory if the cache is empty; later evaluations add few.
    pub fn reserve(&mut self, pairs: usize) {
        if self.metrics.is_empty() {
            self.metrics.reserve_exact(pairs);
            self.places.reserve_exact(pairs);
        }
    }

    pub fn add(&mut self, number: u32, metrics: PairMetrics) {
        self.places.push(i64::from(number) << 32 | self.metrics.len() as i64);
        self.metrics.push(metrics);
    }

    /// Ends an evaluation: what it added can be found from now on.
    pub fn finish(&mut self) {
        if self.sorted < self.places.len() {
            self.places.sort_unstable();
            self.sorted = self.places.len();
        }
    }
}
