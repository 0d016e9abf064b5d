//! The order an analyst should read in.
//!
//! The strongest indicator of a pair is the base: a hit on a threat list, how regular it is, or the query's
//! score. Signed modifiers
//! follow, each with its reason; all are whole points, and their sum is the priority exactly. Nothing is
//! taken out by a modifier: a well-known service stays listed, lower, with the reason.
//!
//! The points are this project's own. That a destination is rare below 2 % of the hosts and common from
//! 50 % on is RITA v5's measure.

mod services;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::evaluate::Finding;
use crate::model::hash::{WordTable, words};
use crate::rule::PrioritySettings;
use services::Service;

/// A part of a priority: the base, or a modifier.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PriorityPart {
    /// Its stable name.
    pub name: &'static str,
    /// Points it adds; negative ones lower the priority.
    pub points: i64,
    cause: Cause,
}

/// What a reason tells of, as texts are made only where they are shown.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Cause {
    /// What and on which list.
    Threat(Box<(String, String)>),
    /// In thousandths.
    Regularity(u16),
    Score(u8),
    Callers {
        calling: u64,
        hosts: u64,
        by_name: bool,
    },
    Sharing(u64),
    Service(&'static Service),
    /// Which host, and what is known of it.
    Host(Box<str>, &'static str),
    OddPort(u16),
    BytesEach(u64),
    Limit,
}

impl PriorityPart {
    /// Why.
    pub fn reason(&self) -> String {
        match &self.cause {
            Cause::Threat(of) => format!("{} is on the threat list {}", of.0, of.1),
            Cause::Regularity(thousandths) => {
                let (one, parts) = (thousandths / 1000, thousandths % 1000);
                format!("regularity {one}.{parts:03} × {REGULARITY} points")
            }
            Cause::Score(score) => format!("beaconing score {score}"),
            Cause::Callers { calling, hosts, by_name } => {
                let what = if *by_name { "or look up the name" } else { "the destination" };
                format!("{calling} of {hosts} hosts call {what}")
            }
            Cause::Sharing(hosts) => format!("{hosts} hosts call the endpoint periodically: a service"),
            Cause::Host(host, name) => format!("{host}: {name}"),
            Cause::Service(service) => format!("port {}: {}", service.port, service.name),
            Cause::OddPort(port) => format!("port {port} is of no usual service"),
            Cause::BytesEach(bytes) => format!("connections of one size, {bytes} bytes on average"),
            Cause::Limit => format!("a priority is 0 to {HIGHEST}"),
        }
    }
}

impl Serialize for PriorityPart {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("PriorityPart", 3)?;
        out.serialize_field("name", self.name)?;
        out.serialize_field("points", &self.points)?;
        out.serialize_field("reason", &self.reason())?;
        out.end()
    }
}

/// The highest priority.
const HIGHEST: i64 = 100;
/// What the most regular pair has.
const REGULARITY: i64 = 90;
/// From this regularity on a pair is periodic, in thousandths.
const PERIODIC: u16 = 500;
/// What a listed command-and-control endpoint has.
const THREAT: i64 = 95;
/// Points of the beaconing scores 1, 2 and 3.
const SCORES: [i64; 3] = [10, 25, 60];
const RARE: i64 = 8;
const COMMON: i64 = -15;
const SHARED: i64 = -10;
const ODD_PORT: i64 = 4;
const SMALL: i64 = 4;
/// Fewer bytes a connection than this are small.
const SMALL_BYTES: u64 = 2048;

/// How many hosts there are, and how many call a destination.
#[derive(Debug, Default)]
pub(crate) struct Hosts {
    pub all: u64,
    pub calling: WordTable,
}

/// A pair that is judged; the host's name, if it is a host that is called or looked up.
pub(crate) struct Judged<'a> {
    pub pair: &'a mut Finding,
    pub host: Option<&'a str>,
}

impl<'a> From<&'a mut Finding> for Judged<'a> {
    fn from(pair: &'a mut Finding) -> Self {
        Judged { pair, host: None }
    }
}

/// Gives every pair its priority. What one pair says of another is taken from all that are given.
pub(crate) fn prioritise(pairs: &mut [Judged<'_>], hosts: &Hosts, settings: &PrioritySettings) {
    let endpoint = |pair: &Finding| words(pair.destinationip, u64::from(pair.destinationport) + 1);
    let mut periodic = WordTable::default();
    for Judged { pair, .. } in pairs.iter().filter(|judged| is_periodic(judged.pair)) {
        *periodic.entry(endpoint(pair)).or_default() += 1;
    }
    for Judged { pair, host } in pairs {
        let sharing = periodic.get(&endpoint(pair)).copied().unwrap_or(0);
        let mut parts = Vec::with_capacity(4);
        parts.push(base(pair));
        parts.extend(prevalence(pair, host.is_some(), hosts, settings));
        parts.extend(shared(pair, sharing, settings));
        parts.extend(service(pair, settings));
        parts.extend(host.and_then(|host| known_host(host, settings)));
        parts.extend(odd_port(pair));
        parts.extend(small(pair));
        let sum: i64 = parts.iter().map(|part| part.points).sum();
        let priority = sum.clamp(0, HIGHEST);
        if priority != sum {
            parts.push(part("limit", priority - sum, Cause::Limit));
        }
        pair.priority = priority as u8;
        pair.priority_parts = parts;
    }
}

fn part(name: &'static str, points: i64, cause: Cause) -> PriorityPart {
    PriorityPart { name, points, cause }
}

fn is_periodic(pair: &Finding) -> bool {
    regularity(pair) >= PERIODIC
}

/// The strongest indicator.
fn base(pair: &Finding) -> PriorityPart {
    let thousandths = regularity(pair);
    let regularity = (i64::from(thousandths) * REGULARITY + 500) / 1000;
    let score = SCORES.get(usize::from(pair.beaconing_score) - 1).copied().unwrap_or(0);
    if let Some(threat) = &pair.threat {
        let of = (threat.entry.clone(), threat.list.clone());
        return part("threat_list", THREAT, Cause::Threat(of.into()));
    }
    if regularity >= score {
        part("regularity", regularity, Cause::Regularity(thousandths))
    } else {
        part("beaconing_score", score, Cause::Score(pair.beaconing_score))
    }
}

/// How regular a pair is, in thousandths.
fn regularity(pair: &Finding) -> u16 {
    pair.regularity.map_or(0, |of| of.regularity.0)
}

fn prevalence(
    pair: &Finding,
    by_name: bool,
    hosts: &Hosts,
    settings: &PrioritySettings,
) -> Option<PriorityPart> {
    let calling = *hosts.calling.get(&words(pair.destinationip, 0))?;
    if hosts.all < settings.min_hosts {
        return None;
    }
    let rare = calling * 100 <= settings.rare_percent * hosts.all || calling == 1;
    let common = calling * 100 >= settings.common_percent * hosts.all;
    let points = if common {
        COMMON
    } else if rare {
        RARE
    } else {
        return None;
    };
    let name = if common { "common_destination" } else { "rare_destination" };
    Some(part(name, points, Cause::Callers { calling, hosts: hosts.all, by_name }))
}

fn shared(pair: &Finding, sharing: u64, settings: &PrioritySettings) -> Option<PriorityPart> {
    (is_periodic(pair) && sharing >= settings.min_shared_sources)
        .then(|| part("shared_by_periodic_callers", SHARED, Cause::Sharing(sharing)))
}

fn service(pair: &Finding, settings: &PrioritySettings) -> Option<PriorityPart> {
    let service = services::on(pair.destinationport).filter(|_| settings.known_services)?;
    Some(part("known_service", service.points, Cause::Service(service)))
}

/// A host whose name tells that its clients call by themselves.
fn known_host(host: &str, settings: &PrioritySettings) -> Option<PriorityPart> {
    let (name, points) = services::named(host).filter(|_| settings.known_services)?;
    Some(part("known_host", points, Cause::Host(host.into(), name)))
}

fn odd_port(pair: &Finding) -> Option<PriorityPart> {
    let odd = pair.destinationport != 0 && !services::is_usual(pair.destinationport);
    odd.then(|| part("odd_port", ODD_PORT, Cause::OddPort(pair.destinationport)))
}

/// Small connections of one size: what a check for orders looks like.
fn small(pair: &Finding) -> Option<PriorityPart> {
    let size = pair.regularity?.regularity_parts.size.0;
    let each = pair.bytes_sent.saturating_add(pair.bytes_received) / pair.connection_count.max(1);
    let alike = size * 10 >= regularity(pair) && size >= 100;
    (alike && each < SMALL_BYTES && each > 0)
        .then(|| part("constant_small_size", SMALL, Cause::BytesEach(each)))
}
