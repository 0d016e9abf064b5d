//! Hunts: what is not a beacon of one pair, but worth a look. Bursts, scans, long connections, and generated
//! names.

mod activity;
pub mod domains;
mod lookups;

mod slices;
mod sources;
mod windows;
mod wire;

use std::net::IpAddr;

use serde::Serialize;

use crate::evaluate::Span;
use crate::model::flow::{Address, AddressInterner};
use crate::model::pair_key::PairKey;
use crate::model::time::LocalTimestamp;
use crate::pairs::{
    ActivityThreshold, DatasetView, History, MAX_UNANSWERED_BYTES, PairTable, TimedConnection,
};
use crate::rule::{PrefixTable, Rule, SetMatch};
use crate::text::numerals::{address_text, endpoint_text};
use crate::text::sort::sort;
use sources::pairs_of;
use windows::Event;

/// About so many pairs are listed by source at a time: 32 MB, but each time all pairs are gone through.
const PAIRS_AT_ONCE: usize = 1 << 23;

/// Examples of what a hunt found.
const EXAMPLES: usize = 10;

/// What is hunted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Hunt {
    /// Many random names that do not exist were looked up.
    Dga,
    /// Many distinct ports of one destination were tried.
    VerticalScan,
    /// Many distinct destinations were tried on one port.
    HorizontalScan,
    /// Many connections in a short time.
    Burst,
    /// Connections that stayed open for long.
    LongConnection,
}

impl Hunt {
    /// All hunts, in the order in which they are reported.
    pub const ALL: [Hunt; 5] =
        [Hunt::Dga, Hunt::VerticalScan, Hunt::HorizontalScan, Hunt::Burst, Hunt::LongConnection];

    /// Whether a count has to be above the threshold; else it has to reach it.
    pub fn is_above_threshold(self) -> bool {
        matches!(self, Hunt::Burst | Hunt::LongConnection)
    }

    /// Its stable name.
    pub fn name(self) -> &'static str {
        match self {
            Hunt::Dga => "dga",
            Hunt::VerticalScan => "vertical_scan",
            Hunt::HorizontalScan => "horizontal_scan",
            Hunt::Burst => "burst",
            Hunt::LongConnection => "long_connection",
        }
    }

    /// What it counts.
    pub fn unit(self) -> &'static str {
        match self {
            Hunt::Dga => "domains",
            Hunt::VerticalScan => "ports",
            Hunt::HorizontalScan => "destinations",
            Hunt::Burst => "connections",
            Hunt::LongConnection => "seconds",
        }
    }
}

/// What a hunt found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct HuntHit {
    /// The hunt.
    pub hunt: Hunt,
    /// Who did it.
    #[serde(serialize_with = "crate::text::numerals::serialize_address")]
    pub sourceip: IpAddr,
    /// To whom; none if to several, or if it is about names.
    #[serde(serialize_with = "crate::text::numerals::serialize_some_address")]
    pub destinationip: Option<IpAddr>,
    /// On which port; none if on several, or if it is about names.
    pub destinationport: Option<u16>,
    /// How much of the unit; in any window of time for scans and bursts, else in the whole window.
    pub count: u64,
    /// What is counted: connections, ports, destinations, domains or seconds.
    pub unit: &'static str,
    /// What it was compared with.
    pub threshold: u64,
    /// Connections or lookups that make it up.
    pub connection_count: u64,
    /// First of them, `yyyy-MM-dd HH:mm:ss` in the rule's UTC offset.
    pub first_seen: LocalTimestamp,
    /// Last of them, likewise.
    pub last_seen: LocalTimestamp,
    /// All that in a sentence.
    pub sentence: String,
    /// Some of the ports, destinations or domains, at most ten.
    pub examples: Vec<String>,
    /// The reference set that holds it; none if none does.
    pub suppressed_by: Option<SetMatch>,
}

/// The order of a report: by hunt, the most first.
pub(crate) fn order(a: &HuntHit, b: &HuntHit) -> std::cmp::Ordering {
    let ends = |hit: &HuntHit| (hit.sourceip, hit.destinationip, hit.destinationport);
    let most =
        (a.suppressed_by.is_some(), a.hunt, b.count).cmp(&(b.suppressed_by.is_some(), b.hunt, a.count));
    most.then_with(|| ends(a).cmp(&ends(b)))
}

/// A burst or a scan, as its source shows it.
struct Found<'a> {
    hunt: Hunt,
    destination: Option<u64>,
    port: Option<u16>,
    count: u64,
    threshold: u64,
    /// What makes it up, in order of time.
    events: &'a [Event],
}

/// All that the hunts of a rule find, in no order, and by no reference set suppressed yet.
#[inline(never)]
pub(crate) fn hunt(data: DatasetView<'_>, rule: &Rule) -> Vec<HuntHit> {
    let mut hits = Vec::new();
    if let Some(hunter) = Hunter::new(data, rule) {
        hunter.activity(data, &mut hits);
        lookups::hunt(&hunter, data, &mut hits);
    }
    hunt_long(data, rule, &mut hits);
    hits
}

/// The long connections among them, which alone hinge on the excluded destinations.
pub(crate) fn hunt_long(data: DatasetView<'_>, rule: &Rule, hits: &mut Vec<HuntHit>) {
    if let Some(hunter) = Hunter::new(data, rule) {
        hunter.long(data, hits);
    }
}

/// What every hunt needs.
struct Hunter<'a> {
    addresses: &'a AddressInterner,
    rule: &'a Rule,
    span: Span,
    excluded: PrefixTable,
}

impl<'a> Hunter<'a> {
    /// None without flows.
    fn new(data: DatasetView<'a>, rule: &'a Rule) -> Option<Self> {
        let (span, excluded) = (Span::of(rule, data.time_extent)?, PrefixTable::new(&rule.hunts().excluded));
        Some(Hunter { addresses: data.addresses, rule, span, excluded })
    }
    fn is_excluded(&self, end: Address) -> bool {
        match end {
            Address::V4(bits) => self.excluded.contains_v4(bits),
            Address::V6(_) => self.excluded.contains(self.addresses.address(end)),
        }
    }

    fn shown(&self, time: i64) -> LocalTimestamp {
        LocalTimestamp::new(time, self.rule.utc_offset_minutes())
    }

    /// Bursts and scans.
    fn activity(&self, data: DatasetView<'_>, hits: &mut Vec<HuntHit>) {
        let hunts = self.rule.hunts();
        let burst = hunts.burst.as_ref().map(|burst| ActivityThreshold {
            flows: burst.connections.saturating_add(1),
            minutes: burst.minutes,
            unanswered_only: false,
        });
        let scan = hunts.scan.as_ref().map(|scan| ActivityThreshold {
            flows: scan.ports.min(scan.destinations),
            minutes: scan.minutes,
            unanswered_only: scan.unanswered_only,
        });
        let least: Vec<ActivityThreshold> = burst.into_iter().chain(scan).collect();
        if least.is_empty() {
            return;
        }
        let mut events = Vec::new();
        let mut busy = data.activity.candidates(&least);
        let parts = data.pairs.len() / PAIRS_AT_ONCE + 1;
        for part in 0..parts {
            busy.select_part(part, parts);
            for numbers in pairs_of(&busy, data.pairs) {
                let source = self.read(data.pairs, &numbers, &mut events);
                let Some(source) = source else { continue };
                activity::hunt(&mut events, hunts, &mut |found| hits.push(self.hit(source, &found)));
            }
        }
    }

    /// Reads the connections of a source's pairs, those to one destination behind each other.
    fn read(&self, pairs: &PairTable, numbers: &[u32], events: &mut Vec<Event>) -> Option<Address> {
        events.clear();
        // A destination has 33 bits.
        const PLACE_BITS: u32 = 30;
        let mut source = None;
        let mut order = Vec::with_capacity(numbers.len());
        // The pairs lie far apart: so short a loop has many of them on their way into the cache at once.
        for (place, number) in numbers.iter().enumerate() {
            let Some(pair) = pairs.get(*number) else { continue };
            let key = pair.key();
            source = Some(key.source());
            if !self.is_excluded(key.destination()) {
                order.push((key.destination().word() << PLACE_BITS) as i64 | place as i64);
            }
        }
        sort(&mut order);
        let mut history = History::default();
        for place in order {
            let number = numbers.get(place as usize % (1 << PLACE_BITS));
            let Some(pair) = number.and_then(|number| pairs.get(*number)) else { continue };
            let key = pair.key();
            pair.read(&mut history);
            let inside = history
                .connections
                .iter()
                .filter(|connection| self.span.contains(connection.start.as_micros()));
            events.extend(inside.map(|connection| Event {
                start: connection.start.as_micros(),
                destination: key.destination().word(),
                port: key.destination_port(),
                answered: connection.bytes_received > MAX_UNANSWERED_BYTES,
            }));
        }
        source
    }

    fn hit(&self, source: Address, found: &Found<'_>) -> HuntHit {
        let destination = found.destination.map(|word| self.addresses.address(Address::from_word(word)));
        let first = found.events.first().map_or(0, |event| event.start);
        let last = found.events.last().map_or(0, |event| event.start);
        let (count, connections) = (found.count, found.events.len());
        let on = |at: Option<IpAddr>| at.map_or_else(String::new, |at| format!(" to {}", address_text(at)));
        let examples = self.examples(found);
        let sentence = match found.hunt {
            Hunt::VerticalScan => {
                format!("tried {count} ports{} in {}", on(destination), lasted(last - first))
            }
            Hunt::HorizontalScan => {
                let port = found.port.unwrap_or(0);
                format!("tried {count} destinations on port {port} in {}", lasted(last - first))
            }
            _ => format!("{count} connections{} in {}", on(destination), lasted(last - first)),
        };
        HuntHit {
            hunt: found.hunt,
            sourceip: self.addresses.address(source),
            destinationip: destination,
            destinationport: found.port,
            count,
            unit: found.hunt.unit(),
            threshold: found.threshold,
            connection_count: connections as u64,
            first_seen: self.shown(first),
            last_seen: self.shown(last),
            sentence,
            examples,
            suppressed_by: None,
        }
    }

    /// The first few ports of a vertical scan, destinations of a horizontal one, and endpoints of a burst.
    fn examples(&self, found: &Found<'_>) -> Vec<String> {
        let mut examples: Vec<String> = Vec::new();
        for event in found.events {
            let destination = || self.addresses.address(Address::from_word(event.destination));
            let text = match found.hunt {
                Hunt::VerticalScan => format!("{}", event.port),
                Hunt::HorizontalScan => address_text(destination()),
                _ => endpoint_text(destination(), event.port),
            };
            if !examples.contains(&text) {
                examples.push(text);
            }
            if examples.len() == EXAMPLES {
                break;
            }
        }
        examples
    }

    /// Pairs whose connections stayed open for long; not within one's own networks.
    fn long(&self, data: DatasetView<'_>, hits: &mut Vec<HuntHit>) {
        let Some(settings) = &self.rule.hunts().long_connection else { return };
        let excluded = PrefixTable::new(self.rule.excluded_destinations());
        let mut inside = Vec::new();
        data.side.durations.for_each(|key, connections| {
            let destination = self.addresses.address(key.destination());
            if excluded.contains(destination) {
                return;
            }
            inside.clear();
            inside.extend(connections.iter().filter(|connection| self.span.contains(connection.start)));
            let total: u64 = inside.iter().map(|connection: &TimedConnection| connection.milliseconds).sum();
            if total / 1000 > settings.minutes.saturating_mul(60) {
                hits.push(self.long_hit(key, destination, &inside, total, settings.minutes));
            }
        });
    }

    fn long_hit(
        &self,
        key: PairKey,
        destination: IpAddr,
        connections: &[TimedConnection],
        total: u64,
        minutes: u64,
    ) -> HuntHit {
        let times = || connections.iter().map(|connection| connection.start);
        let longest = connections.iter().map(|connection| connection.milliseconds).max().unwrap_or(0);
        let connections = connections.len();
        let shown = |milliseconds: u64| lasted(milliseconds as i64 * 1000);
        let plural = if connections == 1 { "" } else { "s" };
        HuntHit {
            hunt: Hunt::LongConnection,
            sourceip: self.addresses.address(key.source()),
            destinationip: Some(destination),
            destinationport: Some(key.destination_port()),
            count: total / 1000,
            unit: Hunt::LongConnection.unit(),
            threshold: minutes.saturating_mul(60),
            connection_count: connections as u64,
            first_seen: self.shown(times().min().unwrap_or(0)),
            last_seen: self.shown(times().max().unwrap_or(0)),
            sentence: format!(
                "open for {} in {connections} connection{plural}, the longest for {}",
                shown(total),
                shown(longest)
            ),
            examples: Vec::new(),
            suppressed_by: None,
        }
    }
}

/// A span of time in words, from microseconds: two units at most.
fn lasted(micros: i64) -> String {
    let seconds = micros / 1_000_000;
    let two = |large: i64, unit: &str, small: i64, less: &str| match small {
        0 => format!("{large} {unit}"),
        _ => format!("{large} {unit} {small} {less}"),
    };
    match seconds {
        0 => "less than a second".to_owned(),
        1..60 => format!("{seconds} s"),
        60..3600 => two(seconds / 60, "min", seconds % 60, "s"),
        _ => two(seconds / 3600, "h", seconds % 3600 / 60, "min"),
    }
}
