//! Sources that look up many random names that do not exist: what malware does that generates the names of its
//! servers.

use super::domains::randomness;
use super::{EXAMPLES, Hunt, HuntHit, Hunter};
use crate::model::flow::Address;
use crate::pairs::{DatasetView, History};
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

pub(super) fn hunt(hunter: &Hunter<'_>, data: DatasetView<'_>, hits: &mut Vec<HuntHit>) {
    let Some(settings) = &hunter.rule.hunts().dga else { return };
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
        let source = of_one.first().map_or(0, |lookups| lookups.source);
        hits.push(HuntHit {
            hunt: Hunt::Dga,
            sourceip: hunter.addresses.address(Address::from_word(source)),
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
fn lookups<'a>(hunter: &Hunter<'_>, data: DatasetView<'a>) -> Vec<Lookups<'a>> {
    let mut all = Vec::new();
    let mut history = History::default();
    data.side.named.for_each(|name_use| {
        let source = name_use.source().unwrap_or(Address::UNSPECIFIED);
        if !name_use.is_lookup() || hunter.is_excluded(source) {
            return;
        }
        let Some(domain) = data.suffixes.registrable_domain(data.side.names.name(name_use.name())) else {
            return;
        };
        let mut lookups =
            Lookups { source: source.word(), domain, all: 0, failed: 0, first: i64::MAX, last: i64::MIN };
        for lookup in name_use.lookups(&mut history).filter(|lookup| hunter.span.contains(lookup.start)) {
            lookups.all += 1;
            lookups.failed += u64::from(lookup.no_such_name);
            lookups.first = lookups.first.min(lookup.start);
            lookups.last = lookups.last.max(lookup.start);
        }
        if lookups.all > 0 {
            all.push(lookups);
        }
    });
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
