//! Bursts and scans of all sources.

use std::net::IpAddr;

use super::bursts_and_scans::{ActivityHit, find_bursts_and_scans};
use super::context::HuntContext;
use super::duration_text::duration_text;
use super::hit::{Hunt, HuntHit, MAX_EXAMPLES};
use super::pairs_by_source::pairs_by_source;
use super::windows::Event;
use crate::model::flow::Address;
use crate::pairs::{ActivityThreshold, History, MAX_UNANSWERED_BYTES};
use crate::rule::HuntSettings;
use crate::text::numerals::{address_text, endpoint_text};

/// About this many pairs are listed by source at a time, which takes 32 MB. Each time costs a pass over all pairs.
const MAX_LISTED_PAIRS: usize = 1 << 23;

/// Finds bursts and scans. Only sources that may exceed a threshold have their histories read.
pub(super) fn hunt(context: &HuntContext<'_>, hits: &mut Vec<HuntHit>) {
    let (data, settings) = (context.data, context.rule.hunts());
    let thresholds = thresholds(settings);
    if thresholds.is_empty() {
        return;
    }
    let mut events = Vec::new();
    let mut candidates = data.activity.candidates(&thresholds);
    let parts = data.pairs.len() / MAX_LISTED_PAIRS + 1;
    for part in 0..parts {
        candidates.select_part(part, parts);
        for pairs in pairs_by_source(&candidates, data.pairs) {
            let Some(source) = read_events(context, &pairs, &mut events) else { continue };
            find_bursts_and_scans(&mut events, settings, &mut |hit| {
                hits.push(hunt_hit(context, source, &hit));
            });
        }
    }
}

fn thresholds(settings: &HuntSettings) -> Vec<ActivityThreshold> {
    let burst = settings.burst.as_ref().map(|burst| ActivityThreshold {
        flows: burst.connections.saturating_add(1),
        minutes: burst.minutes,
        unanswered_only: false,
    });
    let scan = settings.scan.as_ref().map(|scan| ActivityThreshold {
        flows: scan.ports.min(scan.destinations),
        minutes: scan.minutes,
        unanswered_only: scan.unanswered_only,
    });
    burst.into_iter().chain(scan).collect()
}

/// Reads the connections of one source's pairs, grouped by destination and there by port. Gives the source.
fn read_events(context: &HuntContext<'_>, numbers: &[u32], events: &mut Vec<Event>) -> Option<Address> {
    events.clear();
    // The word of a destination has 33 bits.
    const PLACE_BITS: u32 = 30;
    let pairs = context.data.pairs;
    let mut source = None;
    let mut order = Vec::with_capacity(numbers.len());
    // The pairs are far apart in memory: in a loop this short, the processor loads many of them at once.
    for (place, number) in numbers.iter().enumerate() {
        let Some(pair) = pairs.get(*number) else { continue };
        let key = pair.key();
        source = Some(key.source());
        if !context.is_excluded(key.destination()) {
            order.push((key.destination().word() << PLACE_BITS) as i64 | place as i64);
        }
    }
    order.sort_unstable();
    let mut history = History::default();
    for place in order {
        let number = numbers.get(place as usize % (1 << PLACE_BITS));
        let Some(pair) = number.and_then(|number| pairs.get(*number)) else { continue };
        let key = pair.key();
        pair.read(&mut history);
        let inside = history
            .connections
            .iter()
            .filter(|connection| context.range.contains(connection.start.as_micros()));
        events.extend(inside.map(|connection| Event {
            start: connection.start.as_micros(),
            destination: key.destination().word(),
            port: key.destination_port(),
            answered: connection.bytes_received > MAX_UNANSWERED_BYTES,
        }));
    }
    source
}

fn hunt_hit(context: &HuntContext<'_>, source: Address, hit: &ActivityHit<'_>) -> HuntHit {
    let addresses = context.data.addresses;
    let destination = hit.destination.map(|word| addresses.address(Address::from_word(word)));
    let first = hit.events.first().map_or(0, |event| event.start);
    let last = hit.events.last().map_or(0, |event| event.start);
    let (count, connections) = (hit.count, hit.events.len());
    let to = |at: Option<IpAddr>| at.map_or_else(String::new, |at| format!(" to {}", address_text(at)));
    let sentence = match hit.hunt {
        Hunt::VerticalScan => {
            format!("tried {count} ports{} in {}", to(destination), duration_text(last - first))
        }
        Hunt::HorizontalScan => {
            let port = hit.port.unwrap_or(0);
            format!("tried {count} destinations on port {port} in {}", duration_text(last - first))
        }
        _ => format!("{count} connections{} in {}", to(destination), duration_text(last - first)),
    };
    HuntHit {
        hunt: hit.hunt,
        sourceip: addresses.address(source),
        destinationip: destination,
        destinationport: hit.port,
        count,
        unit: hit.hunt.unit(),
        threshold: hit.threshold,
        connection_count: connections as u64,
        first_seen: context.local_time(first),
        last_seen: context.local_time(last),
        sentence,
        examples: examples(context, hit),
        suppressed_by: None,
    }
}

/// The first ports of a vertical scan, destinations of a horizontal scan, or endpoints of a burst.
fn examples(context: &HuntContext<'_>, hit: &ActivityHit<'_>) -> Vec<String> {
    let mut examples: Vec<String> = Vec::new();
    for event in hit.events {
        let destination = || context.data.addresses.address(Address::from_word(event.destination));
        let text = match hit.hunt {
            Hunt::VerticalScan => event.port.to_string(),
            Hunt::HorizontalScan => address_text(destination()),
            _ => endpoint_text(destination(), event.port),
        };
        if !examples.contains(&text) {
            examples.push(text);
        }
        if examples.len() == MAX_EXAMPLES {
            break;
        }
    }
    examples
}
