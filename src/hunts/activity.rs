//! Bursts and scans of all sources.

use std::net::{IpAddr, SocketAddr};

use super::bursts_and_scans::{ActivityHit, find_bursts_and_scans};
use super::context::HuntContext;
use super::duration_text::duration_text;
use super::hit::{Hunt, HuntHit, MAX_EXAMPLES};
use super::windows::Event;
use crate::model::flow::Address;
use crate::pairs::{ActivityThreshold, History, MAX_UNANSWERED_BYTES, PairRef};
use crate::rule::HuntSettings;

/// Finds bursts and scans. Only sources that may exceed a threshold have their histories read.
pub(super) fn hunt(context: &HuntContext<'_>, hits: &mut Vec<HuntHit>) {
    let (data, settings) = (context.data, context.rule.hunts());
    let thresholds = thresholds(settings);
    if thresholds.is_empty() {
        return;
    }
    let mut events = Vec::new();
    let candidates = data.activity.candidates(&thresholds);
    data.pairs.for_each_source(
        |key| candidates.contains(key),
        |source, pairs| {
            read_events(context, pairs, &mut events);
            find_bursts_and_scans(&mut events, settings, &mut |hit| {
                hits.push(hunt_hit(context, source, &hit));
            });
        },
    );
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

/// Reads the connections of one source's pairs, grouped by destination and there by port.
fn read_events(context: &HuntContext<'_>, pairs: &[PairRef<'_>], events: &mut Vec<Event>) {
    events.clear();
    let mut history = History::default();
    for pair in pairs {
        let key = pair.key();
        if context.is_excluded(key.destination()) {
            continue;
        }
        pair.read(&mut history);
        let events_of_pair = history.connections.iter().map(|connection| Event {
            start: connection.start.as_micros(),
            destination: key.destination().word(),
            port: key.destination_port(),
            answered: connection.bytes_received > MAX_UNANSWERED_BYTES,
        });
        events.extend(events_of_pair.filter(|event| context.range.contains(event.start)));
    }
}

fn hunt_hit(context: &HuntContext<'_>, source: Address, hit: &ActivityHit<'_>) -> HuntHit {
    let addresses = context.data.addresses;
    let destination = hit.destination.map(|word| addresses.address(Address::from_word(word)));
    let first = hit.events.first().map_or(0, |event| event.start);
    let last = hit.events.last().map_or(0, |event| event.start);
    let (count, connections) = (hit.count, hit.events.len());
    let to = |at: Option<IpAddr>| at.map_or_else(String::new, |at| format!(" to {at}"));
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
            Hunt::HorizontalScan => destination().to_string(),
            _ => SocketAddr::new(destination(), event.port).to_string(),
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
