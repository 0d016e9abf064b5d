//! Bursts and scans of one source.

use super::windows::{Event, Peak, most_distinct, most_events};
use super::{Found, Hunt, Hunts};
use crate::order::sort_by;
use crate::time::MINUTE;

/// Finds the bursts and scans of a source by its connections, which it puts in another order.
pub(super) fn hunt(events: &mut Vec<Event>, hunts: &Hunts, each: &mut dyn FnMut(Found<'_>)) {
    let Some(bursts) = &hunts.burst else { return scans(events, hunts, each) };
    // To sort is dear, and few sources are bursting.
    if at_most(events, bursts.minutes) <= bursts.connections {
        return scans(events, hunts, each);
    }
    sort(events, |_| 0);
    let length = bursts.minutes as i64 * MINUTE;
    let peak = most_events(events, length);
    if peak.most > bursts.connections {
        let found = |events, peak: Peak, one| Found {
            hunt: Hunt::Burst,
            destination: one,
            port: only_port(events),
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

/// The port, if all events are on one.
fn only_port(events: &[Event]) -> Option<u16> {
    let first = events.first()?.port;
    events.iter().all(|event| event.port == first).then_some(first)
}

/// More events than this no window of so many minutes holds: as many as the minutes it can touch, which are told
/// apart modulo a day and more.
fn at_most(events: &[Event], minutes: u64) -> u64 {
    const MINUTES: usize = 2048;
    let mut of_minute = [0_u64; MINUTES];
    for event in events {
        if let Some(count) =
            of_minute.get_mut((event.start.div_euclid(MINUTE) & (MINUTES as i64 - 1)) as usize)
        {
            *count += 1;
        }
    }
    let touched = minutes as usize + 1;
    let mut held: u64 = of_minute.iter().take(touched).sum();
    let mut most = held;
    let later = of_minute.iter().cycle().skip(touched);
    for (leaving, coming) in of_minute.iter().zip(later) {
        held = held - leaving + coming;
        most = most.max(held);
    }
    most
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
fn sort(events: &mut [Event], first: fn(&Event) -> u64) {
    let key = |event: &Event| (first(event), event.start, event.destination, event.port, event.answered);
    sort_by(events, |a, b| key(a).cmp(&key(b)));
}

fn held(events: &[Event], peak: Peak) -> &[Event] {
    events.get(peak.from..peak.to).unwrap_or_default()
}
