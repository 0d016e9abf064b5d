//! Sources that look up many random names that do not exist, as malware does that generates the names of its
//! servers (a domain generation algorithm, DGA).

use super::context::HuntContext;
use super::domains::randomness;
use super::hit::{Hunt, HuntHit, MAX_EXAMPLES};
use crate::model::flow::Address;
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

/// The lookups of one source in the window.
struct SourceLookups<'a> {
    lookups: u64,
    failed: u64,
    first: i64,
    last: i64,
    /// Distinct registrable domains that do not exist, in order.
    domains: Vec<&'a str>,
}

/// Finds sources with many failed lookups of random names.
pub(super) fn hunt(context: &HuntContext<'_>, hits: &mut Vec<HuntHit>) {
    let Some(settings) = &context.rule.hunts().dga else { return };
    let all = lookups(context);
    for of_one in all.chunk_by(|a, b| a.source == b.source) {
        let looked_up = of_source(of_one);
        let count = looked_up.domains.len() as u64;
        let percent = looked_up.failed * 100 / looked_up.lookups.max(1);
        if count < settings.domains || percent < settings.percent {
            continue;
        }
        let random = mean_randomness(&looked_up.domains);
        if random < settings.randomness * 10 {
            continue;
        }
        let source = of_one.first().map_or(0, |lookups| lookups.source);
        hits.push(HuntHit {
            hunt: Hunt::Dga,
            sourceip: context.data.addresses.address(Address::from_word(source)),
            destinationip: None,
            destinationport: None,
            count,
            unit: Hunt::Dga.unit(),
            threshold: settings.domains,
            connection_count: looked_up.failed,
            first_seen: context.local_time(looked_up.first),
            last_seen: context.local_time(looked_up.last),
            sentence: format!(
                "looked up {count} domains that do not exist, {percent} % of its lookups; their names are {} % \
                 random",
                random / 10
            ),
            examples: most_random(&looked_up.domains),
            suppressed_by: None,
        });
    }
}

/// All lookups in the window of names with a registrable domain, by source and domain.
fn lookups<'a>(context: &HuntContext<'a>) -> Vec<Lookups<'a>> {
    let data = context.data;
    let mut all = Vec::new();
    let mut history = History::default();
    data.side.named.for_each(|name_use| {
        let source = name_use.source().unwrap_or(Address::UNSPECIFIED);
        if !name_use.is_lookup() || context.is_excluded(source) {
            return;
        }
        let Some(domain) = data.suffixes.registrable_domain(data.side.names.name(name_use.name())) else {
            return;
        };
        let mut lookups =
            Lookups { source: source.word(), domain, all: 0, failed: 0, first: i64::MAX, last: i64::MIN };
        for lookup in name_use.lookups(&mut history).filter(|lookup| context.range.contains(lookup.start)) {
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

fn of_source<'a>(lookups: &[Lookups<'a>]) -> SourceLookups<'a> {
    let mut looked_up =
        SourceLookups { lookups: 0, failed: 0, first: i64::MAX, last: i64::MIN, domains: Vec::new() };
    for of_domain in lookups.chunk_by(|a, b| a.domain == b.domain) {
        // A domain exists if a lookup of any name under it succeeded.
        let all_failed = of_domain.iter().all(|name| name.failed == name.all);
        for name in of_domain {
            looked_up.lookups += name.all;
            looked_up.failed += name.failed;
            if all_failed {
                looked_up.first = looked_up.first.min(name.first);
                looked_up.last = looked_up.last.max(name.last);
            }
        }
        if all_failed {
            looked_up.domains.extend(of_domain.first().map(|name| name.domain));
        }
    }
    looked_up
}

/// The label that was registered.
fn label(domain: &str) -> &str {
    domain.split('.').next().unwrap_or_default()
}

/// In thousandths, over the domains for which it is defined.
fn mean_randomness(domains: &[&str]) -> u64 {
    let (mut sum, mut known) = (0, 0);
    for random in domains.iter().filter_map(|domain| randomness(label(domain))) {
        sum += u64::from(random);
        known += 1;
    }
    sum / known.max(1)
}

fn most_random(domains: &[&str]) -> Vec<String> {
    let mut domains = domains.to_vec();
    sort_by(&mut domains, |a, b| (randomness(label(b)), a).cmp(&(randomness(label(a)), b)));
    domains.iter().take(MAX_EXAMPLES).map(|domain| (*domain).to_owned()).collect()
}
