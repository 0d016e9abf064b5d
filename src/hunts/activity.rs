//! Bursts and scans of one source.

use super::slices::Slices;
use super::windows::{Event, Peak, most_distinct, most_events};
use super::{Found, Hunt};
use crate::model::time::MINUTE;
use crate::rule::{BurstSettings, HuntSettings, ScanSettings};
use crate::text::sort::{sort, sort_by};

/// Finds the bursts and scans of a source by its connections: those to one destination behind each other, and among
/// them those of one port.
pub(super) fn hunt(events: &mut Vec<Event>, hunts: &HuntSettings, each: &mut dyn FnMut(Found<'_>)) {
    if let Some(bursts) = &hunts.burst {
        find_bursts(events, bursts, each);
    }
    if let Some(scans) = &hunts.scan {
        if scans.unanswered_only {
            events.retain(|event| !event.answered);
        }
        find_vertical(events, scans, each);
        find_horizontal(events, scans, each);
    }
}

fn find_bursts(events: &[Event], bursts: &BurstSettings, each: &mut dyn FnMut(Found<'_>)) {
    let Some(all) = burst(events, bursts) else { return };
    let mut most_to_one = 0;
    for to_one in events.chunk_by(|a, b| a.destination == b.destination) {
        if let Some(held) = burst(to_one, bursts) {
            most_to_one = most_to_one.max(held.len());
            each(found_burst(&held, to_one.first().map(|event| event.destination), bursts));
        }
    }
    // Those to one destination say it all if the source does nothing else then.
    if all.len() > most_to_one {
        each(found_burst(&all, None, bursts));
    }
}

/// The window that holds the most of them, if that is a burst.
fn burst(events: &[Event], bursts: &BurstSettings) -> Option<Vec<Event>> {
    let least = bursts.connections.saturating_add(1);
    if (events.len() as u64) < least {
        return None;
    }
    // To sort is dear, and few sources are bursting, most of the time.
    let mut starts = Slices::of(events)?.starts_of_most(events, bursts.minutes, least);
    sort(&mut starts);
    let peak = most_events(&starts, bursts.minutes as i64 * MINUTE);
    if peak.most < least {
        return None;
    }
    let window = *starts.get(peak.from)?..=*starts.get(peak.to - 1)?;
    let mut held: Vec<Event> = events.iter().filter(|event| window.contains(&event.start)).copied().collect();
    put_in_order(&mut held);
    Some(held)
}

fn found_burst<'a>(events: &'a [Event], destination: Option<u64>, bursts: &BurstSettings) -> Found<'a> {
    Found {
        hunt: Hunt::Burst,
        destination,
        port: only_port(events),
        count: events.len() as u64,
        threshold: bursts.connections,
        events,
    }
}

/// The port, if all events are on one.
fn only_port(events: &[Event]) -> Option<u16> {
    let first = events.first()?.port;
    events.iter().all(|event| event.port == first).then_some(first)
}

fn find_vertical(events: &[Event], scans: &ScanSettings, each: &mut dyn FnMut(Found<'_>)) {
    for to_one in events.chunk_by(|a, b| a.destination == b.destination) {
        let ports = || to_one.chunk_by(|a, b| a.port == b.port).count() as u64;
        if (to_one.len() as u64) < scans.ports || ports() < scans.ports {
            continue;
        }
        let mut to_one = to_one.to_vec();
        put_in_order(&mut to_one);
        let peak = most_distinct(&to_one, scans.minutes as i64 * MINUTE, |event| event.port.into());
        if peak.most >= scans.ports {
            each(Found {
                hunt: Hunt::VerticalScan,
                destination: to_one.first().map(|event| event.destination),
                port: None,
                count: peak.most,
                threshold: scans.ports,
                events: held(&to_one, peak),
            });
        }
    }
}

fn find_horizontal(events: &mut [Event], scans: &ScanSettings, each: &mut dyn FnMut(Found<'_>)) {
    let slices = Slices::of(events);
    if slices.is_none_or(|slices| slices.at_most(scans.minutes) < scans.destinations) {
        return;
    }
    sort_by(events, |a, b| (a.port, a.moment()).cmp(&(b.port, b.moment())));
    for on_one in events.chunk_by(|a, b| a.port == b.port) {
        if (on_one.len() as u64) < scans.destinations {
            continue;
        }
        let peak = most_distinct(on_one, scans.minutes as i64 * MINUTE, |event| event.destination);
        if peak.most >= scans.destinations {
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

/// Sorts by time, made total.
#[inline(never)]
fn put_in_order(events: &mut [Event]) {
    sort_by(events, |a, b| a.moment().cmp(&b.moment()));
}

fn held(events: &[Event], peak: Peak) -> &[Event] {
    events.get(peak.from..peak.to).unwrap_or_default()
}
