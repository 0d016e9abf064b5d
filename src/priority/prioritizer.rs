//! Facts of a pair or a host → its priority.

use std::collections::HashMap;

use super::part::{Cause, DestinationKind, PriorityPart, ThreatEntry};
use super::points::{
    COMMON, MAX_PRIORITY, MAX_REGULARITY_POINTS, ODD_PORT, RARE, SCORES, SHARED, SMALL_SIZE, THREAT,
};
use super::prevalence::Prevalence;
use super::services;
use crate::model::destination::Destination;
use crate::model::hash::Mixing;
use crate::rule::PrioritySettings;

/// From this regularity on a pair is periodic, in thousandths.
const PERIODIC_THOUSANDTHS: u16 = 500;
/// Connections with fewer bytes than this are small.
const MAX_SMALL_BYTES: u64 = 2048;

/// What the priority of a pair, or of a source and a host name, depends on.
#[derive(Debug, Clone)]
pub(crate) struct PriorityInput<'a> {
    pub destination: Destination,
    /// None for a host name, which may be used on several ports.
    pub port: Option<u16>,
    pub connections: u64,
    /// Bytes in both directions.
    pub bytes: u64,
    /// 1, 2 or 3.
    pub beaconing_score: u8,
    /// The regularity and its size part, in thousandths; 0 if they are unknown.
    pub regularity_thousandths: u16,
    pub size_thousandths: u16,
    /// Entry and name of the threat list that names the destination.
    pub threat: Option<(&'a str, &'a str)>,
}

impl PriorityInput<'_> {
    fn is_periodic(&self) -> bool {
        self.regularity_thousandths >= PERIODIC_THOUSANDTHS
    }
}

/// A priority with the parts that add up to it.
#[derive(Debug, Clone)]
pub(crate) struct Priority {
    /// 0 to 100.
    pub value: u8,
    pub parts: Vec<PriorityPart>,
}

/// Computes priorities. What one pair says about another is taken from all pairs.
#[derive(Debug)]
pub(crate) struct Prioritizer<'a> {
    prevalence: &'a Prevalence,
    settings: &'a PrioritySettings,
    /// The number of periodic sources per endpoint.
    periodic_sources: HashMap<(Destination, Option<u16>), u64, Mixing>,
}

impl<'a> Prioritizer<'a> {
    /// `all`: everything that is listed.
    pub fn new<'i>(
        all: impl Iterator<Item = PriorityInput<'i>>,
        prevalence: &'a Prevalence,
        settings: &'a PrioritySettings,
    ) -> Self {
        let mut periodic_sources = HashMap::default();
        for input in all.filter(PriorityInput::is_periodic) {
            *periodic_sources.entry((input.destination, input.port)).or_default() += 1;
        }
        Prioritizer { prevalence, settings, periodic_sources }
    }

    /// The priority of one pair or host.
    pub fn priority(&self, input: PriorityInput<'_>) -> Priority {
        let mut parts = Vec::with_capacity(4);
        parts.push(base(&input));
        parts.extend(self.prevalence(&input));
        if input.is_periodic() {
            parts.extend(self.shared(&input));
        }
        parts.extend(self.known_service(&input));
        parts.extend(self.known_host(&input));
        parts.extend(odd_port(&input));
        parts.extend(small_size(&input));
        let sum: i64 = parts.iter().map(|part| part.points).sum();
        let limited = sum.clamp(0, MAX_PRIORITY);
        if limited != sum {
            parts.push(part("limit", limited - sum, Cause::Limit));
        }
        Priority { value: limited as u8, parts }
    }

    fn prevalence(&self, input: &PriorityInput<'_>) -> Option<PriorityPart> {
        let (settings, share) = (self.settings, self.prevalence.of(&input.destination)?);
        if share.all_sources < settings.min_hosts {
            return None;
        }
        let percent_of = |percent: u64| percent * share.all_sources;
        let is_rare = share.sources * 100 <= percent_of(settings.rare_percent) || share.sources == 1;
        let is_common = share.sources * 100 >= percent_of(settings.common_percent);
        let kind = match input.destination {
            Destination::Address(_) => DestinationKind::Address,
            Destination::Name(_) => DestinationKind::Name,
        };
        let cause = Cause::Prevalence(share, kind);
        match (is_common, is_rare) {
            (true, _) => Some(part("common_destination", COMMON, cause)),
            (false, true) => Some(part("rare_destination", RARE, cause)),
            (false, false) => None,
        }
    }

    /// An endpoint that several sources call periodically is a service.
    fn shared(&self, input: &PriorityInput<'_>) -> Option<PriorityPart> {
        let sources = *self.periodic_sources.get(&(input.destination.clone(), input.port))?;
        (sources >= self.settings.min_shared_sources)
            .then(|| part("shared_by_periodic_callers", SHARED, Cause::Shared(sources)))
    }

    fn known_service(&self, input: &PriorityInput<'_>) -> Option<PriorityPart> {
        let service = services::on(input.port?).filter(|_| self.settings.known_services)?;
        Some(part("known_service", service.points, Cause::Service(service)))
    }

    /// A host whose clients are known to connect by themselves.
    fn known_host(&self, input: &PriorityInput<'_>) -> Option<PriorityPart> {
        let Destination::Name(host) = &input.destination else { return None };
        let (description, points) = services::named(host).filter(|_| self.settings.known_services)?;
        Some(part("known_host", points, Cause::KnownHost(host.clone(), description)))
    }
}

fn part(name: &'static str, points: i64, cause: Cause) -> PriorityPart {
    PriorityPart { name, points, cause }
}

/// The strongest indicator.
fn base(input: &PriorityInput<'_>) -> PriorityPart {
    let thousandths = input.regularity_thousandths;
    let regularity = (i64::from(thousandths) * MAX_REGULARITY_POINTS + 500) / 1000;
    let score = SCORES.get(usize::from(input.beaconing_score) - 1).copied().unwrap_or(0);
    if let Some((entry, list)) = input.threat {
        let threat = ThreatEntry { entry: entry.to_owned(), list: list.to_owned() };
        return part("threat_list", THREAT, Cause::Threat(threat.into()));
    }
    if regularity >= score {
        part("regularity", regularity, Cause::Regularity(thousandths))
    } else {
        part("beaconing_score", score, Cause::Score(input.beaconing_score))
    }
}

fn odd_port(input: &PriorityInput<'_>) -> Option<PriorityPart> {
    let port = input.port.filter(|port| !services::is_usual(*port))?;
    Some(part("odd_port", ODD_PORT, Cause::OddPort(port)))
}

/// Small connections of constant size: typical of polls for orders.
fn small_size(input: &PriorityInput<'_>) -> Option<PriorityPart> {
    let size = input.size_thousandths;
    let average = input.bytes / input.connections.max(1);
    let is_constant = size * 10 >= input.regularity_thousandths && size >= 100;
    (is_constant && average < MAX_SMALL_BYTES && average > 0)
        .then(|| part("constant_small_size", SMALL_SIZE, Cause::SmallSize(average)))
}
