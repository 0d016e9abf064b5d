//! Sources that look up many random names that do not exist: what malware does that generates the names of its
//! servers.

use super::names::randomness;
use super::sources::{address, word};
use super::{EXAMPLES, Hunt, HuntHit, Hunter};
use crate::evaluate::Data;
use crate::ingest::beside::{LOOKED_UP, NO_SUCH_NAME};
use crate::pairs::History;
use crate::text::sort::sort_by;

/// The lookups of one name by one source, in the window.
struct Lookups<'a> {
    source: u64,
    /// The registrable domain.
    domain: &'a str,
    all: u64,
    failed: u64,
    first: i64,
    last: i64,
}

/// What a source looked up.
struct Asked<'a> {
    lookups: u64,
    failed: u64,
    first: i64,
    last: i64,
    /// Distinct registrable domains that do not exist, in order.
    domains: Vec<&'a str>,
}

pub(super) fn hunt(hunter: &Hunter<'_>, data: Data<'_>, hits: &mut Vec<HuntHit>) {
    let Some(settings) = &hunter.rule.hunts.dga else { return };
    let all = lookups(hunter, data);
    if all.is_empty() {
        return;
    }
    for of_one in all.chunk_by(|a, b| a.source == b.source) {
        let asked = asked(of_one);
        let count = asked.domains.len() as u64;
        let percent = asked.failed * 100 / asked.lookups.max(1);
        if count < settings.domains || percent < settings.percent {
            continue;
        }
        let random = mean_randomness(&asked.domains);
        if random < settings.randomness * 10 {
            continue;
        }
        let source = hunter.book.address(address(of_one.first().map_or(0, |lookups| lookups.source)));
        hits.push(HuntHit {
            hunt: Hunt::Dga,
            sourceip: source,
            destinationip: None,
            destinationport: None,
            count,
            unit: Hunt::Dga.unit(),
            threshold: settings.domains,
            connection_count: asked.failed,
            first_seen: hunter.shown(asked.first),
            last_seen: hunter.shown(asked.last),
            sentence: format!(
                "looked up {count} domains that do not exist, {percent} % of its lookups; their names are {} % \
                 random",
                random / 10
            ),
            examples: most_random(&asked.domains),
            suppressed_by: None,
        });
    }
}

/// All lookups in the window of names that somebody can have registered, by source and domain.
fn lookups<'a>(hunter: &Hunter<'_>, Data { beside, suffixes, .. }: Data<'a>) -> Vec<Lookups<'a>> {
    let mut all = Vec::new();
    let mut history = History::default();
    for chunk in beside.hosts.chunks() {
        chunk.for_each(|pair| {
            let key = pair.key();
            if key.destination_port() != LOOKED_UP || hunter.is_excluded(key.source()) {
                return;
            }
            let name = beside.names.name(word(key.destination()) as u32);
            let Some(domain) = suffixes.registrable(name) else { return };
            pair.read(&mut history);
            history.connections.retain(|lookup| hunter.span.contains(lookup.start));
            let times = || history.connections.iter().map(|lookup| lookup.start);
            let (Some(first), Some(last)) = (times().min(), times().max()) else { return };
            let failed = history.connections.iter().filter(|lookup| lookup.bytes_received == NO_SUCH_NAME);
            all.push(Lookups {
                source: word(key.source()),
                domain,
                all: history.connections.len() as u64,
                failed: failed.count() as u64,
                first,
                last,
            });
        });
    }
    sort_by(&mut all, |a, b| (a.source, a.domain).cmp(&(b.source, b.domain)));
    all
}

fn asked<'a>(lookups: &[Lookups<'a>]) -> Asked<'a> {
    let mut asked = Asked { lookups: 0, failed: 0, first: i64::MAX, last: i64::MIN, domains: Vec::new() };
    for of_domain in lookups.chunk_by(|a, b| a.domain == b.domain) {
        // A domain exists if any name under it was ever answered.
        let in_vain = of_domain.iter().all(|name| name.failed == name.all);
        for name in of_domain {
            asked.lookups += name.all;
            asked.failed += name.failed;
            if in_vain {
                asked.first = asked.first.min(name.first);
                asked.last = asked.last.max(name.last);
            }
        }
        if in_vain {
            asked.domains.extend(of_domain.first().map(|name| name.domain));
        }
    }
    asked
}

/// The label that was registered.
fn label(domain: &str) -> &str {
    domain.split('.').next().unwrap_or_default()
}

/// In thousandths, of the domains of which it can be told.
fn mean_randomness(domains: &[&str]) -> u64 {
    let (mut sum, mut told) = (0, 0);
    for random in domains.iter().filter_map(|domain| randomness(label(domain))) {
        sum += u64::from(random);
        told += 1;
    }
    sum / told.max(1)
}

fn most_random(domains: &[&str]) -> Vec<String> {
    let mut domains = domains.to_vec();
    sort_by(&mut domains, |a, b| (randomness(label(b)), a).cmp(&(randomness(label(a)), b)));
    domains.iter().take(EXAMPLES).map(|domain| (*domain).to_owned()).collect()
}
