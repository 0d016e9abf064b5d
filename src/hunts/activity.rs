//! Bursts and scans of one source.

use super::windows::{Event, Peak, most_distinct, most_events};
use super::{Found, Hunt, Hunts};
use crate::order::sort_by;
use crate::time::MINUTE;

/// Finds the bursts and scans of a source by its connections, which it puts in another order.
pub(super) fn hunt(events: &mut Vec<Event>, hunts: &Hunts, each: &mut dyn FnMut(Found<'_>)) {
    sort(events, |_| 0);
    let Some(bursts) = &hunts.burst else { return scans(events, hunts, each) };
    let length = bursts.minutes as i64 * MINUTE;
    let peak = most_events(events, length);
    if peak.most > bursts.connections {
        let found = |events, peak: Peak, one| Found {
            hunt: Hunt::Burst,
            destination: one,
            port: None,
            count: peak.most,
            threshold: bursts.connections,
            events,
        };
        let mut most_to_one = 0;
        let mut by_destination = events.clone();
        sort(&mut by_destination, |event| event.destination);
        for to_one in by_destination.chunk_by(|a, b| a.destination == b.destination) {
            let peak = most_events(to_one, length);
            if peak.most > bursts.connections {
                most_to_one = most_to_one.max(peak.most);
                let destination = to_one.first().map(|event| event.destination);
                each(found(held(to_one, peak), peak, destination));
            }
        }
        // Those to one destination say it all if the source does nothing else then.
        if peak.most > most_to_one {
            each(found(held(events, peak), peak, None));
        }
    }
    scans(events, hunts, each);
}

/// Finds scans.
fn scans(events: &mut Vec<Event>, hunts: &Hunts, each: &mut dyn FnMut(Found<'_>)) {
    let Some(scans) = &hunts.scan else { return };
    if scans.unanswered_only {
        events.retain(|event| !event.answered);
    }
    if (events.len() as u64) < scans.ports.min(scans.destinations) {
        return;
    }
    let length = scans.minutes as i64 * MINUTE;
    sort(events, |event| event.destination);
    for to_one in events.chunk_by(|a, b| a.destination == b.destination) {
        let peak = peak(to_one, length, scans.ports, |event| event.port.into());
        if let Some(peak) = peak {
            each(Found {
                hunt: Hunt::VerticalScan,
                destination: to_one.first().map(|event| event.destination),
                port: None,
                count: peak.most,
                threshold: scans.ports,
                events: held(to_one, peak),
            });
        }
    }
    sort(events, |event| event.port.into());
    for on_one in events.chunk_by(|a, b| a.port == b.port) {
        let peak = peak(on_one, length, scans.destinations, |event| event.destination);
        if let Some(peak) = peak {
            each(Found {
                hunt: Hunt::HorizontalScan,
                destination: None,
                port: on_one.first().map(|event| event.port),
                count: peak.most,
                threshold: scans.destinations,
                events: held(on_one, peak),
            });
        }
    }
}

/// The peak, if it reaches the threshold.
fn peak(events: &[Event], length: i64, least: u64, item: fn(&Event) -> u64) -> Option<Peak> {
    let can = events.len() as u64 >= least;
    can.then(|| most_distinct(events, length, item)).filter(|peak| peak.most >= least)
}

/// Sorts by that, then by time, made total.
#[inline(never)]
fn sort(events: &mut Vec<Event>, first: fn(&Event) -> u64) {
    let key = |event: &Event| (first(event), event.start, event.destination, event.port, event.answered);
    sort_by(events, |a, b| key(a).cmp(&key(b)));
}

fn held(events: &[Event], peak: Peak) -> &[Event] {
    events.get(peak.from..peak.to).unwrap_or_default()
}
